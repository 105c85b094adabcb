//! What each lesson claims comes true: its own dishes, trained on the CPU engine, over several seeds.

use std::rc::Rc;

use petri_app::lesson::{self, Dish, Goal};
use petri_data::metrics::Errors;
use petri_data::tables::Table;
use petri_data::{Dataset, generators};
use petri_engine::baselines::Baseline;
use petri_engine::{Results, Session, device, probe, results};
use petri_protocol::{DataSource, Experiment, MetricPoint, ModelSpec, ParameterRef, Probe, RunEnd, Split, TensorPart, link};

/// Root of the site's own files.
fn site(path: &str) -> String {
    format!("{}/../static/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read_lesson(id: &str) -> lesson::Lesson {
    let text = std::fs::read_to_string(site(&format!("lessons/{id}.md"))).expect("the lesson");
    lesson::parse(id, &text).0.expect("a lesson")
}

/// The experiment of a dish, as the page opens it.
fn dish(lesson: &str, id: &str) -> Dish {
    read_lesson(lesson).dish(id).unwrap_or_else(|| panic!("{lesson} has no dish {id}")).clone()
}

/// The goal of a challenge.
fn goal(lesson: &str, id: &str) -> Goal {
    let found = read_lesson(lesson).blocks.into_iter().find_map(|b| match b {
        lesson::Block::Challenge(c) if c.id == id => Some(c.goal),
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

/// A run to its end.
struct Outcome {
    session: Session,
    train: Vec<MetricPoint>,
    validation: Vec<MetricPoint>,
    end: RunEnd,
    results: Results,
}

impl Outcome {
    fn get(&self, name: &str) -> f64 {
        self.results.get(name)
    }

    fn best_validation(&self, of: fn(&MetricPoint) -> f32) -> f32 {
        self.validation.iter().map(of).fold(f32::NEG_INFINITY, f32::max)
    }
}

fn start(experiment: &Experiment) -> Session {
    Session::new(experiment.clone(), dataset(experiment), &device::cpu()).expect("valid")
}

fn train(experiment: &Experiment) -> Outcome {
    pollster::block_on(async {
        let mut session = start(experiment);
        let (mut train, mut validation, mut end) = (Vec::new(), Vec::new(), None);
        validation.push(session.end_epoch(async || {}).await.expect("the CPU cannot fail").0);
        while end.is_none() {
            let step = session.step();
            if step.ends_epoch || session.n_pending() > 50 {
                let points = session.metrics().await.expect("the CPU cannot fail");
                if points.iter().any(|p| !p.loss.is_finite()) {
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
        Outcome { session, train, validation, end: end.expect("ended"), results }
    })
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Changes of direction of the validation loss by more than a tenth of its range.
fn rises(points: &[MetricPoint]) -> usize {
    points.windows(2).filter(|w| w[1].loss > w[0].loss * 1.05).count()
}

#[test]
fn explore() {
    for noise in ["0.5", "0.7", "0.9"] {
        for seed in 1..=5 {
            let out = train(&seeded(&with(&dish("one-neuron", "too-large").experiment, &[("data.noise", noise)]), seed));
            println!(
                "X noise {noise} seed {seed} {:?} {:?}",
                petri_app::state::diagnosis::diagnose(&out.validation),
                out.validation.iter().rev().take(6).map(|p| p.loss).collect::<Vec<_>>()
            );
        }
    }
    for (lr, epochs) in [("0.01", "150"), ("0.02", "100"), ("0.03", "60")] {
        for seed in 1..=5 {
            let e = |id| {
                seeded(
                    &with(&dish("house-price", id).experiment, &[("training.learning_rate", lr), ("training.epochs", epochs)]),
                    seed,
                )
            };
            let (hand, dense) = (train(&e("hand-drawn")), train(&e("dense")));
            println!(
                "X house {lr} {epochs} seed {seed}: hand {} {}, dense {} {}",
                hand.get("train_loss"),
                hand.get("val_mae"),
                dense.get("train_loss"),
                dense.get("val_mae")
            );
        }
    }
    for (lr, epochs, net, batch) in [
        ("0.005", "300", "dense(32,init=he)-relu-dense(64,init=he)-relu-dense(2)", "16"),
        ("0.005", "300", "dense(64,init=he)-relu-dense(64,init=he)-relu-dense(2)", "60"),
        ("0.01", "300", "dense(64,init=he)-relu-dense(64,init=he)-relu-dense(2)", "30"),
        ("0.01", "200", "dense(64,init=he)-tanh-dense(64,init=he)-tanh-dense(2)", "30"),
    ] {
        for seed in 1..=4 {
            let e = seeded(
                &with(
                    &dish("overfitting", "memorise").experiment,
                    &[
                        ("training.learning_rate", lr),
                        ("training.epochs", epochs),
                        ("network", net),
                        ("training.batch_size", batch),
                    ],
                ),
                seed,
            );
            let out = train(&e);
            println!(
                "X over {lr} {epochs} {net} {batch} seed {seed}: train {} val {}",
                out.get("train_accuracy"),
                out.get("val_accuracy")
            );
        }
    }
    for batch in ["1", "2", "4", "8"] {
        let out =
            train(&with(&dish("mini-batch", "batch").experiment, &[("training.batch_size", batch), ("training.epochs", "15")]));
        println!("X batch {batch} {}", out.get("val_accuracy"));
    }
}

#[test]
fn one_neuron() {
    for seed in 1..=5 {
        let outcome = train(&seeded(&dish("one-neuron", "line").experiment, seed));
        assert!(outcome.validation.len() <= 101);
        assert!(outcome.get("val_accuracy") >= 0.98, "seed {seed}: {}", outcome.get("val_accuracy"));
        let large = train(&seeded(&dish("one-neuron", "too-large").experiment, seed));
        println!(
            "large seed {seed}: end {:?} losses {:?}",
            large.end,
            large.validation.iter().map(|p| p.loss).step_by(8).collect::<Vec<_>>()
        );
        println!("   train {:?}", large.train.iter().map(|p| p.loss).step_by(61).collect::<Vec<_>>());
        let small = train(&seeded(&dish("one-neuron", "too-small").experiment, seed));
        let (first, last) = (small.validation[0].loss, small.validation[100].loss);
        println!("small {first} {last} rises {}", rises(&large.validation));
    }
}

#[test]
fn matrices_are_not_enough() {
    for seed in 1..=3 {
        let accuracy = |id| train(&seeded(&dish("matrices-are-not-enough", id).experiment, seed)).get("val_accuracy");
        let (one, linear, bent) = (accuracy("one"), accuracy("linear"), accuracy("bent"));
        println!("seed {seed}: one {one}, linear {linear}, bent {bent}");
    }
}

#[test]
fn parabola() {
    let small = with(
        &dish("parabola", "large").experiment,
        &[("network", "dense(6)-tanh-dense(1)-sigmoid"), ("training.learning_rate", "0.03")],
    );
    for seed in 1..=5 {
        let one = train(&seeded(&dish("parabola", "one").experiment, seed)).best_validation(|p| p.accuracy);
        let large = train(&seeded(&dish("parabola", "large").experiment, seed)).best_validation(|p| p.accuracy);
        let outcome = train(&seeded(&small, seed));
        println!("seed {seed}: one {one}, large {large}, small {}", outcome.best_validation(|p| p.accuracy));
    }
    for (name, network) in [
        ("sigmoid", "dense(8)-sigmoid-dense(8)-sigmoid-dense(1)-sigmoid"),
        ("tanh", "dense(8)-tanh-dense(8)-tanh-dense(1)-sigmoid"),
        ("relu", "dense(8)-relu-dense(8)-relu-dense(1)-sigmoid"),
    ] {
        let e = with(&dish("parabola", "functions").experiment, &[("network", network)]);
        println!("{name}: {:?}", (1..=5).map(|s| train(&seeded(&e, s)).get("val_loss")).collect::<Vec<_>>());
    }
}

#[test]
fn descent() {
    for (o, lr) in [("sgd", "0.5"), ("adam", "0.3"), ("sgd", "5")] {
        let e = with(&dish("descent", "full").experiment, &[("training.optimizer.kind", o), ("training.learning_rate", lr)]);
        let e = if o == "sgd" && lr == "0.5" { with(&e, &[("training.optimizer.momentum", "0.9")]) } else { e };
        let out = train(&e);
        println!("{o} {lr} {:?}", out.validation.iter().step_by(10).map(|p| p.loss).collect::<Vec<_>>());
    }
    println!(
        "plain {:?}",
        train(&dish("descent", "full").experiment).validation.iter().step_by(20).map(|p| p.loss).collect::<Vec<_>>()
    );
}

#[test]
fn mini_batch() {
    let base = dish("mini-batch", "compare");
    for member in base.members().into_iter().take(5) {
        let out = train(&member.experiment);
        let n = out.train.len();
        let late = &out.train[n / 2..];
        let mean = late.iter().map(|p| f64::from(p.loss)).sum::<f64>() / late.len() as f64;
        let sd = (late.iter().map(|p| (f64::from(p.loss) - mean).powi(2)).sum::<f64>() / late.len() as f64).sqrt();
        println!(
            "{}: val_loss {}, acc {} sd {sd} first below .5 {:?}",
            member.label,
            out.get("val_loss"),
            out.get("val_accuracy"),
            out.validation.iter().position(|p| p.loss < 0.5)
        );
    }
}

#[test]
fn imbalance() {
    for id in ["rare", "rarer"] {
        for seed in 1..=5 {
            let base = seeded(&dish("imbalance", id).experiment, seed);
            let none = train(&base);
            let balanced = train(&with(&base, &[("training.class_weights", "balanced")]));
            println!(
                "{id} {seed}: none acc {} sens {}; balanced acc {} sens {} spec {}",
                none.get("val_accuracy"),
                none.get("val_sensitivity"),
                balanced.get("val_accuracy"),
                balanced.get("val_sensitivity"),
                balanced.get("val_specificity")
            );
        }
    }
}

#[test]
fn overfitting() {
    for member in dish("overfitting", "remedies").members() {
        let out = train(&member.experiment);
        println!(
            "{} seed {}: train {} val {} gap {} loss {} end {:?}",
            member.label,
            member.experiment.seed,
            out.get("train_accuracy"),
            out.get("val_accuracy"),
            out.get("train_accuracy") - out.get("val_accuracy"),
            out.get("val_loss"),
            out.end
        );
    }
    let out = train(&dish("overfitting", "memorise").experiment);
    println!("memorise: train {} val {}", out.get("train_accuracy"), out.get("val_accuracy"));
}

#[test]
fn house_price() {
    for seed in 1..=5 {
        let hand = train(&seeded(&dish("house-price", "hand-drawn").experiment, seed));
        let dense = train(&seeded(&dish("house-price", "dense").experiment, seed));
        println!(
            "seed {seed}: hand {} {}, dense {} {}",
            hand.get("val_loss"),
            hand.get("val_mae"),
            dense.get("val_loss"),
            dense.get("val_mae")
        );
    }
}

#[test]
fn nuclei() {
    let radius = dish("nuclei", "radius");
    for member in radius.members().into_iter().take(8).chain(dish("nuclei", "diagnosis-runs").members().into_iter().take(8)) {
        let r = if member.model == ModelSpec::Network {
            train(&member.experiment).results
        } else {
            let data = dataset(&member.experiment);
            let b = Baseline::fit(member.model, &data, member.experiment.seed).expect("fits");
            pollster::block_on(results::of_baseline(&b, &data, member.experiment.seed, async || {})).expect("ok")
        };
        println!(
            "{} {}: mae {} acc {} sens {} top {:?}",
            member.label,
            member.experiment.seed,
            r.get("val_mae"),
            r.get("val_accuracy"),
            r.get("val_sensitivity"),
            r.importance.iter().take(4).collect::<Vec<_>>()
        );
    }
    let _ = (
        goal("nuclei", "screen"),
        Errors::new(&[], &[]),
        Split::Test,
        Probe::Backprop { index: 0, check: None },
        TensorPart::Bias,
    );
    let _: Option<ParameterRef> = None;
    let _ = probe::Answer::default();
}
