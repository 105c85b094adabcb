//! What each lesson claims comes true: its own dishes, trained on the CPU engine, over several seeds.

use std::rc::Rc;

use petri_app::lesson::goal::Quantity;
use petri_app::lesson::{self, Block, Dish, Goal};
use petri_app::state::diagnosis::{Diagnosis, diagnose};
use petri_data::tables::Table;
use petri_data::{Dataset, generators};
use petri_engine::baselines::Baseline;
use petri_engine::{Results, Session, device, probe, results};
use petri_protocol::{DataSource, Experiment, Member, MetricPoint, ModelSpec, ParameterRef, Probe, RunEnd, TensorPart, link};

/// A file of the site.
fn site(path: &str) -> String {
    format!("{}/../static/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read_lesson(id: &str) -> lesson::Lesson {
    let text = std::fs::read_to_string(site(&format!("lessons/{id}.md"))).expect("the lesson");
    lesson::parse(id, &text).0.expect("a lesson")
}

/// A dish as the page opens it.
fn dish(lesson: &str, id: &str) -> Dish {
    read_lesson(lesson).dish(id).unwrap_or_else(|| panic!("{lesson} has no dish {id}")).clone()
}

/// The goal of a challenge.
fn goal(lesson: &str, id: &str) -> Goal {
    let found = read_lesson(lesson).blocks.into_iter().find_map(|block| match block {
        Block::Challenge(challenge) if challenge.id == id => Some(challenge.goal),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{lesson} has no challenge {id}"))
}

fn dataset(experiment: &Experiment) -> Rc<Dataset> {
    Rc::new(match experiment.data.source {
        DataSource::Wdbc => {
            let table = Table::wdbc(&std::fs::read(site("data/wdbc.csv")).expect("the table")).expect("the table");
            table.dataset(&experiment.data, experiment.seed).expect("columns")
        }
        _ => generators::generate(&experiment.data, experiment.seed).expect("generated"),
    })
}

/// A run that is over.
struct Outcome {
    train: Vec<MetricPoint>,
    validation: Vec<MetricPoint>,
    end: RunEnd,
    results: Results,
    n_parameters: usize,
}

impl Outcome {
    fn get(&self, name: &str) -> f64 {
        self.results.get(name)
    }

    fn gap(&self) -> f64 {
        self.get("train_accuracy") - self.get("val_accuracy")
    }

    /// Whether a goal holds at the end of any epoch, as the page would see it.
    fn reaches(&self, goal: &Goal) -> bool {
        self.validation.iter().skip(1).any(|point| {
            let of_epoch = self.train.iter().filter(|p| p.epoch > point.epoch - 1.0 && p.epoch <= point.epoch);
            let (sum, n) = of_epoch.fold((0.0, 0), |(sum, n), p| (sum + f64::from(p.get("accuracy")), n + 1));
            goal.holds(|quantity| {
                Some(match quantity {
                    Quantity::ValAccuracy => f64::from(point.get("accuracy")),
                    Quantity::ValLoss => f64::from(point.loss()),
                    Quantity::ValMae => f64::from(point.get("mae")),
                    Quantity::Gap => sum / f64::from(n) - f64::from(point.get("accuracy")),
                    Quantity::Epochs => f64::from(point.epoch),
                    Quantity::NParameters => self.n_parameters as f64,
                    _ => return None,
                })
            })
        })
    }
}

fn start(experiment: &Experiment) -> Session {
    Session::new(experiment.clone(), dataset(experiment), &device::cpu()).expect("valid")
}

/// Trains to the end, as the worker does.
fn train(experiment: &Experiment) -> Outcome {
    pollster::block_on(async {
        let mut session = start(experiment);
        let (mut train, mut end) = (Vec::new(), None);
        let mut validation = vec![session.end_epoch(async || {}).await.expect("the CPU cannot fail").0];
        while end.is_none() {
            let step = session.step();
            if step.ends_epoch || session.n_pending() > 50 {
                let points = session.metrics().await.expect("the CPU cannot fail");
                if points.iter().any(|p| !p.loss().is_finite()) {
                    end = Some(RunEnd::Diverged { step: step.step });
                }
                train.extend(points);
            }
            if step.ends_epoch {
                let (point, stopped) = session.end_epoch(async || {}).await.expect("the CPU cannot fail");
                validation.push(point);
                end = end.or(stopped).or(step.ends_run.then_some(RunEnd::Finished));
            }
        }
        let results = results::of_session(&session, async || {}).await.expect("the CPU cannot fail");
        let shape = experiment.network.infer(session.dataset().info.input).expect("valid");
        Outcome { train, validation, end: end.expect("ended"), results, n_parameters: shape.n_parameters() }
    })
}

/// Any member of a series.
fn results_of(member: &Member) -> Results {
    if member.model == ModelSpec::Network {
        return train(&member.experiment).results;
    }
    let (data, seed) = (dataset(&member.experiment), member.experiment.seed);
    let baseline = Baseline::fit(member.model, &data, seed).expect("fits");
    pollster::block_on(results::of_baseline(&baseline, &data, seed, async || {})).expect("predicts")
}

fn with(experiment: &Experiment, settings: &[(&str, &str)]) -> Experiment {
    let mut experiment = experiment.clone();
    for (key, value) in settings {
        link::set(&mut experiment, key, value).expect("a setting");
    }
    experiment
}

fn seeded(experiment: &Experiment, seed: u32) -> Experiment {
    Experiment { seed, ..experiment.clone() }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn one_neuron_separates_and_the_learning_rate_matters() {
    let line = dish("one-neuron", "line").experiment;
    assert!(line.training.epochs <= 100);
    let (large, small) = (dish("one-neuron", "too-large").experiment, dish("one-neuron", "too-small").experiment);
    assert!((large.training.learning_rate / line.training.learning_rate - 1000.0).abs() < 1.0);
    assert!((line.training.learning_rate / small.training.learning_rate - 1000.0).abs() < 1.0);
    for seed in 1..=5 {
        let outcome = train(&seeded(&line, seed));
        assert!(outcome.get("val_accuracy") >= 0.98, "seed {seed}: {}", outcome.get("val_accuracy"));
        assert!(outcome.reaches(&goal("one-neuron", "separate")), "seed {seed}");
        assert_eq!(diagnose(&outcome.validation), None, "seed {seed}");
        // The page says so.
        assert_eq!(diagnose(&train(&seeded(&large, seed)).validation), Some(Diagnosis::Oscillating), "seed {seed}");
        assert_eq!(diagnose(&train(&seeded(&small, seed)).validation), Some(Diagnosis::Stuck), "seed {seed}");
    }
}

#[test]
fn linear_layers_of_any_depth_draw_one_line() {
    for seed in 1..=5 {
        let accuracy = |id| train(&seeded(&dish("matrices-are-not-enough", id).experiment, seed)).get("val_accuracy");
        let (one, linear, bent) = (accuracy("one"), accuracy("linear"), accuracy("bent"));
        assert!((linear - one).abs() <= 0.02 + 1e-9, "seed {seed}: {linear} and {one}");
        assert!(bent >= one + 0.15, "seed {seed}: {bent} and {one}");
        let mended = with(
            &dish("matrices-are-not-enough", "linear").experiment,
            &[("network", "dense(8)-relu-dense(8)-relu-dense(1)-sigmoid")],
        );
        assert!(train(&seeded(&mended, seed)).reaches(&goal("matrices-are-not-enough", "bend")), "seed {seed}");
    }
}

#[test]
fn a_parabola_needs_a_bend_and_25_parameters_are_enough() {
    let small = with(
        &dish("parabola", "large").experiment,
        &[("network", "dense(6)-tanh-dense(1)-sigmoid"), ("training.learning_rate", "0.03")],
    );
    let challenge = goal("parabola", "small");
    for seed in 1..=5 {
        let best = |o: &Outcome| o.validation.iter().map(|p| p.get("accuracy")).fold(0.0, f32::max);
        let one = best(&train(&seeded(&dish("parabola", "one").experiment, seed)));
        assert!(one <= 0.85, "seed {seed}: {one}");
        let large = best(&train(&seeded(&dish("parabola", "large").experiment, seed)));
        assert!(large >= 0.97, "seed {seed}: {large}");
        assert!(train(&seeded(&small, seed)).reaches(&challenge), "seed {seed}");
    }
    // Saturation: two hidden layers of sigmoid learn more slowly than tanh and ReLU.
    let all = dish("parabola", "functions").members();
    let loss = |label: &str| median(all.iter().filter(|m| m.label == label).map(|m| results_of(m).get("val_loss")));
    let (sigmoid, tanh, relu) = (loss("sigmoid"), loss("tanh"), loss("ReLU"));
    assert!(sigmoid > 3.0 * tanh && sigmoid > 3.0 * relu, "{sigmoid} {tanh} {relu}");
}

/// Loss over both weights of the neuron of `descent`, now.
fn surface(session: &Session, full_batch: bool) -> Vec<f32> {
    let weight = |index| ParameterRef { node: "dense1".into(), part: TensorPart::Weight, index };
    let asked =
        Probe::LossSurface { parameters: [weight(0), weight(1)], extent: 4.0, centre: [0.0; 2], resolution: 9, full_batch };
    let answer = pollster::block_on(probe::answer(session, &asked, async || {})).expect("a surface");
    answer.values[..81].to_vec()
}

#[test]
fn the_surface_moves_with_mini_batches_and_stays_with_the_full_batch() {
    for seed in 1..=3 {
        let mut full = start(&seeded(&dish("descent", "full").experiment, seed));
        assert_eq!(full.steps_per_epoch(), 1, "the batch is the whole training set");
        let mut mini = start(&seeded(&dish("descent", "mini").experiment, seed));
        let (at_start, mut last) = (surface(&full, false), surface(&mini, false));
        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4 * (1.0 + b.abs()));
        assert!(close(&at_start, &surface(&full, true)), "the batch is the whole set");
        mini.step();
        for step in 0..8 {
            full.step();
            mini.step();
            assert!(close(&surface(&full, false), &at_start), "seed {seed}, step {step}: the full batch stays");
            let now = surface(&mini, false);
            assert!(!close(&now, &last), "seed {seed}, step {step}: a mini-batch moves");
            last = now;
        }
    }
    let challenge = goal("descent", "arrive");
    let faster = [("training.optimizer.kind", "sgd"), ("training.optimizer.momentum", "0.9")];
    assert!(train(&with(&dish("descent", "full").experiment, &faster)).reaches(&challenge));
    assert!(!train(&dish("descent", "full").experiment).reaches(&challenge), "plain descent is too slow for it");
}

#[test]
fn small_batches_are_noisier_and_need_fewer_epochs() {
    let members = dish("mini-batch", "compare").members();
    // Of neighbouring training losses, the mean difference beside the mean: how ragged the curve is.
    let raggedness = |o: &Outcome| {
        let late = &o.train[o.train.len() / 2..];
        let mean = late.iter().map(|p| f64::from(p.loss())).sum::<f64>() / late.len() as f64;
        late.windows(2).map(|w| f64::from((w[1].loss() - w[0].loss()).abs())).sum::<f64>() / (late.len() - 1) as f64 / mean
    };
    let epochs_to = |o: &Outcome, loss: f32| o.validation.iter().position(|p| p.loss() < loss).unwrap_or(usize::MAX);
    for seed in 0..3 {
        let outcomes: Vec<Outcome> = members[5 * seed..5 * seed + 5].iter().map(|m| train(&m.experiment)).collect();
        let (ragged, epochs): (Vec<f64>, Vec<usize>) = outcomes.iter().map(|o| (raggedness(o), epochs_to(o, 0.55))).unzip();
        // Batches of 1, 4, 16, 64, 256.
        assert!(ragged[0] > ragged[2] && ragged[2] > ragged[3] && ragged[3] > ragged[4], "{ragged:?}");
        assert!(epochs[0] <= epochs[1] && epochs[1] < epochs[2] && epochs[2] < epochs[4], "{epochs:?}");
    }
    let small = with(&dish("mini-batch", "batch").experiment, &[("training.batch_size", "2")]);
    assert!(train(&small).reaches(&goal("mini-batch", "large-batch")));
}

#[test]
fn accuracy_hides_the_rare_class_and_weights_find_it() {
    for seed in 1..=5 {
        let lazy = train(&seeded(&dish("imbalance", "lazy").experiment, seed));
        assert!((lazy.get("val_accuracy") - 0.8).abs() <= 0.01, "seed {seed}: {}", lazy.get("val_accuracy"));
        assert!(lazy.get("val_sensitivity") <= 0.02, "it always answers the larger class");
    }
    let members = dish("imbalance", "rarer").members();
    let sensitivity = |label: &str| {
        members.iter().filter(|m| m.label == label).map(|m| results_of(m).get("val_sensitivity")).collect::<Vec<_>>()
    };
    let rises = sensitivity("balanced").into_iter().zip(sensitivity("no weights")).map(|(a, b)| a - b);
    let rise = median(rises);
    assert!(rise >= 0.2, "class weights raise the sensitivity by {rise}");
}

#[test]
fn a_large_network_learns_noise_by_heart_and_each_remedy_helps() {
    for seed in 1..=3 {
        let outcome = train(&seeded(&dish("overfitting", "memorise").experiment, seed));
        assert!(outcome.get("train_accuracy") >= 0.98, "seed {seed}: {}", outcome.get("train_accuracy"));
        assert!(outcome.gap() >= 0.1, "seed {seed}: {}", outcome.gap());
    }
    let members = dish("overfitting", "remedies").members();
    for seed in 0..3 {
        let outcomes: Vec<(&str, Outcome)> =
            members[5 * seed..5 * seed + 5].iter().map(|m| (m.label.as_str(), train(&m.experiment))).collect();
        let (_, before) = &outcomes[0];
        for (label, after) in &outcomes[1..] {
            assert!(after.gap() < before.gap(), "seed {seed}, {label}: {} and {}", after.gap(), before.gap());
            assert!(after.get("val_loss") < before.get("val_loss"), "seed {seed}, {label}");
        }
        let (label, early) = &outcomes[4];
        assert!(matches!(early.end, RunEnd::StoppedEarly { .. }), "{label} stops early");
    }
    let remedied = with(
        &dish("overfitting", "memorise").experiment,
        &[("training.optimizer.kind", "adam_w"), ("training.weight_decay", "3")],
    );
    assert!(train(&remedied).reaches(&goal("overfitting", "close")));
}

#[test]
fn the_dense_network_fits_at_least_as_well_as_the_realtors() {
    for seed in 1..=5 {
        let hand = train(&seeded(&dish("house-price", "hand-drawn").experiment, seed));
        let dense = train(&seeded(&dish("house-price", "dense").experiment, seed));
        let (a, b) = (dense.get("train_loss"), hand.get("train_loss"));
        assert!(a <= 1.01 * b, "seed {seed}: {a} and {b}");
        assert!(dense.reaches(&goal("house-price", "sell")), "seed {seed}");
    }
}

#[test]
fn displayed_gradients_agree_with_finite_differences() {
    let mut session = start(&dish("house-price", "dense").experiment);
    (0..20).for_each(|_| {
        session.step();
    });
    for (node, part, n) in [
        ("dense1", TensorPart::Weight, 12),
        ("dense1", TensorPart::Bias, 3),
        ("dense2", TensorPart::Weight, 3),
        ("dense2", TensorPart::Bias, 1),
    ] {
        let word = if part == TensorPart::Weight { "weight" } else { "bias" };
        for index in 0..n {
            let check = Some(ParameterRef { node: node.into(), part, index });
            let answer = pollster::block_on(probe::answer(&session, &Probe::Backprop { index: 7, check }, async || {}))
                .expect("an answer");
            let value = |name: &str, i: usize| {
                let before = answer.parts.iter().take_while(|p| p.name != name).map(|p| p.len()).sum::<usize>();
                f64::from(answer.values[before + i])
            };
            let (shown, checked) = (value(&format!("{node}.{word}.gradient"), index), value("check", 0));
            assert!((shown - checked).abs() <= 1e-3 * (1.0 + checked.abs()), "{node}.{word}.{index}: {shown} and {checked}");
        }
    }
}

#[test]
fn four_models_are_compared_over_ten_splits() {
    let members = dish("nuclei", "radius").members();
    assert_eq!(members.len(), 4 * 10);
    for model in ModelSpec::ALL {
        let all: Vec<Results> = members.iter().filter(|m| m.model == model).map(results_of).collect();
        let error = median(all.iter().map(|r| r.get("val_mae")));
        // The radius is 14.1 ± 3.5: every model must do far better than guessing the mean (MAE 2.6).
        assert!(error < 0.6, "{}: {error}", model.title());
        assert!(all.iter().all(|r| r.importance.len() == 29 && r.get("val_rmse") >= r.get("val_mae")), "{}", model.title());
        assert!(all.iter().all(|r| (r.get("val_mse").sqrt() - r.get("val_rmse")).abs() < 1e-9));
        // Perimeter or area (mean or worst) carries it for each model.
        let best = all[0].importance.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
        let features = dataset(&members[0].experiment).info.features.clone();
        let name = &features[best.expect("29 features")];
        assert!(["perimeter", "area", "radius"].iter().any(|word| name.contains(word)), "{}: {name}", model.title());
    }
    for member in dish("nuclei", "diagnosis-runs").members().iter().take(8) {
        let results = results_of(member);
        assert!(results.get("val_accuracy") >= 0.88, "{}: {}", member.label, results.get("val_accuracy"));
    }
}
