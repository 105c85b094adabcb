//! Reads the dishes of the lessons and trains them to their end, as the worker does.

use std::rc::Rc;

use petri_data::metric::{self, Confusion, Judged};
use petri_data::{Dataset, generators};
use petri_engine::baselines::Baseline;
use petri_engine::driver::{self, Trained};
use petri_engine::{Results, Session, device, probe, results};
use petri_lesson::goal::Quantity;
use petri_lesson::parse::course::compile;
use petri_lesson::{Block, Challenge, Dish, Goal, Lesson};
use petri_protocol::{DataSource, Experiment, Member, MetricPoint, ModelSpec, Probe, RunEnd, Split, Task, link};

/// A file of the site.
fn site(path: &str) -> String {
    format!("{}/../static/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// Every lesson of the course, in its order.
pub(crate) fn lessons() -> Vec<String> {
    let names = std::fs::read_dir(site("lessons")).expect("the lessons").map(|e| e.expect("a file").file_name());
    let ids = names.filter_map(|name| name.to_str()?.strip_suffix(".md").map(str::to_owned));
    let files: Vec<(String, String)> = ids.map(|id| (id.clone(), text(&id))).collect();
    let (course, _) = compile(&files, &petri_app::vocabulary::known()).expect("no mistakes");
    course.lessons().map(|entry| entry.id.clone()).collect()
}

/// The text of a lesson.
pub(crate) fn text(id: &str) -> String {
    std::fs::read_to_string(site(&format!("lessons/{id}.md"))).expect("the lesson")
}

/// A lesson as the page reads it.
pub(crate) fn read_lesson(id: &str) -> Lesson {
    petri_lesson::parse(id, &text(id), &petri_app::vocabulary::known()).0.expect("a lesson")
}

/// A dish as the page opens it.
pub(crate) fn dish(lesson: &str, id: &str) -> Dish {
    read_lesson(lesson).dish(id).unwrap_or_else(|| panic!("{lesson} has no dish {id}")).clone()
}

/// The challenges of a lesson.
pub(crate) fn challenges(lesson: &str) -> Vec<Challenge> {
    let blocks = read_lesson(lesson).blocks.into_iter();
    blocks.filter_map(|block| if let Block::Challenge(challenge) = block { Some(challenge) } else { None }).collect()
}

/// The data of an experiment.
pub(crate) fn dataset(experiment: &Experiment) -> Rc<Dataset> {
    Rc::new(match experiment.data.source {
        DataSource::Wdbc => {
            let table =
                petri_data::tables::wdbc::read(&std::fs::read(site("data/wdbc.csv")).expect("the table")).expect("the table");
            table.dataset(&experiment.data, experiment.seed).expect("columns")
        }
        _ => generators::generate(&experiment.data, experiment.seed).expect("generated"),
    })
}

/// Number of parameters of its network.
pub(crate) fn n_parameters(experiment: &Experiment) -> usize {
    experiment.network.infer(dataset(experiment).info.input).expect("valid").n_parameters()
}

/// Where the threshold of the page can stand: 0.01 to 0.99.
fn thresholds() -> impl Iterator<Item = f32> {
    (1..100).map(|i| i as f32 / 100.0)
}

/// A run that is over.
pub(crate) struct Outcome {
    /// One point for each step.
    pub(crate) train: Vec<MetricPoint>,
    /// One point for each epoch, the state before the first step included.
    pub(crate) validation: Vec<MetricPoint>,
    /// How it ended.
    pub(crate) end: RunEnd,
    /// What it came to.
    pub(crate) results: Results,
    /// Number of parameters of the network.
    pub(crate) n_parameters: usize,
    /// Weights of the first layer.
    pub(crate) first_weights: Vec<f32>,
    /// Probability of the second class and whether it is true, of each validation sample, for two classes.
    scores: (Vec<f32>, Vec<bool>),
}

impl Outcome {
    /// A result by name.
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.results.get(name)
    }

    /// Training accuracy less validation accuracy.
    pub(crate) fn gap(&self) -> f64 {
        self.get("train_accuracy") - self.get("val_accuracy")
    }

    /// Whether a goal holds at the end of any epoch with the threshold at 0.5, as the page would see it.
    pub(crate) fn reaches(&self, goal: &Goal) -> bool {
        self.reaches_at(goal, 0.5)
    }

    /// Whether a learner who moves the threshold after training can make a goal hold.
    pub(crate) fn reaches_at_some_threshold(&self, goal: &Goal) -> bool {
        thresholds().any(|threshold| self.reaches_at(goal, threshold))
    }

    fn reaches_at(&self, goal: &Goal, threshold: f32) -> bool {
        let (second, is_second) = &self.scores;
        let confusion = Confusion::at_threshold(second, is_second, threshold);
        let at_threshold = Judged { confusion: Some(confusion), ..Judged::default() };
        self.validation.iter().skip(1).any(|point| {
            let of_epoch = self.train.iter().filter(|p| p.epoch > point.epoch - 1.0 && p.epoch <= point.epoch);
            let (sum, n) = of_epoch.fold((0.0, 0), |(sum, n), p| (sum + f64::from(p.get("accuracy")), n + 1));
            // As the page: of the whole training data after the epoch where that was measured.
            let after = Some(f64::from(point.get("train_accuracy"))).filter(|v| v.is_finite());
            goal.holds(|quantity| {
                Some(match quantity {
                    Quantity::Metric(Split::Validation, metric) => f64::from(point.get(metric)),
                    Quantity::Gap => after.unwrap_or(sum / f64::from(n)) - f64::from(point.get("accuracy")),
                    Quantity::Epochs => f64::from(point.epoch),
                    Quantity::NParameters => self.n_parameters as f64,
                    Quantity::AtThreshold(metric) if !second.is_empty() => metric::find(metric)?.of(&at_threshold),
                    _ => return None,
                })
            })
        })
    }
}

/// A run before its first step.
pub(crate) fn start(experiment: &Experiment) -> Session {
    Session::new(experiment.clone(), dataset(experiment), &device::cpu()).expect("valid")
}

/// Trains to the end, as the worker does.
pub(crate) fn train(experiment: &Experiment) -> Outcome {
    pollster::block_on(async {
        let Trained { points, end, moment } = driver::train(start(experiment)).await.expect("the CPU cannot fail");
        let (train, validation) = points.into_iter().partition(|p: &MetricPoint| p.split == Split::Train);
        let results = results::of_moment(&moment, async || {}).await.expect("the CPU cannot fail");
        let info = &moment.dataset().info;
        let mut scores = (Vec::new(), Vec::new());
        if info.task == Task::MultiClass && info.n_classes() == 2 {
            let asked = Probe::Scores { split: Split::Validation };
            let answer = probe::answer(&moment, &asked, async || {}).await.expect("scores");
            let n = info.sizes.validation;
            scores.0 = answer.values[..2 * n].iter().skip(1).step_by(2).copied().collect();
            scores.1 = answer.values[2 * n..].iter().map(|t| *t == 1.0).collect();
        }
        let all: Vec<usize> = (0..moment.network().plan().nodes.len()).collect();
        let first_weights = moment.network().weights(&all).await.expect("the CPU cannot fail")[0][0].values.clone();
        let n_parameters = n_parameters(experiment);
        Outcome { train, validation, end, results, n_parameters, first_weights, scores }
    })
}

/// Any member of a series.
pub(crate) fn results_of(member: &Member) -> Results {
    if member.model == ModelSpec::Network {
        return train(&member.experiment).results;
    }
    let (data, seed) = (dataset(&member.experiment), member.experiment.seed);
    let baseline = pollster::block_on(Baseline::fit(member.model, &data, seed, async || {})).expect("fits");
    pollster::block_on(results::of_baseline(&baseline, &data, seed, async || {})).expect("predicts")
}

/// An experiment with other settings, by their dotted keys.
pub(crate) fn with(experiment: &Experiment, settings: &[(&str, &str)]) -> Experiment {
    let mut experiment = experiment.clone();
    for (key, value) in settings {
        link::set(&mut experiment, key, value).expect("a setting");
    }
    experiment
}

/// An experiment with another seed.
pub(crate) fn seeded(experiment: &Experiment, seed: u32) -> Experiment {
    Experiment { seed, ..experiment.clone() }
}

/// The value in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
