//! What a finished run of a series came to: the same names for networks and comparison models.

use petri_data::Dataset;
use petri_data::metrics::{Confusion, Errors, Ranking};
use petri_protocol::event::PayloadPart;
use petri_protocol::{Split, Task};

use crate::baselines::Baseline;
use crate::error::EngineError;
use crate::importance::{Shuffles, of_network};
use crate::session::Session;

/// Results by name: `val_accuracy`, `train_mae` …
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// Single numbers.
    pub values: Vec<(String, f64)>,
    /// Importance of each feature; empty where there are none.
    pub importance: Vec<f64>,
}

impl Results {
    /// One number; NaN where it is not there.
    pub fn get(&self, name: &str) -> f64 {
        self.values.iter().find(|(n, _)| n == name).map_or(f64::NAN, |(_, v)| *v)
    }

    /// As parts of a payload, with their values behind each other.
    pub fn payload(&self) -> (Vec<PayloadPart>, Vec<f32>) {
        let mut parts: Vec<PayloadPart> =
            self.values.iter().map(|(name, _)| PayloadPart { name: name.clone(), shape: vec![1] }).collect();
        let mut values: Vec<f32> = self.values.iter().map(|(_, v)| *v as f32).collect();
        if !self.importance.is_empty() {
            parts.push(PayloadPart { name: "importance".into(), shape: vec![self.importance.len()] });
            values.extend(self.importance.iter().map(|v| *v as f32));
        }
        (parts, values)
    }

    fn push(&mut self, prefix: &str, name: &str, value: f64) {
        self.values.push((format!("{prefix}_{name}"), value));
    }

    fn push_errors(&mut self, prefix: &str, errors: &Errors) {
        self.push(prefix, "mae", errors.mae);
        self.push(prefix, "mse", errors.mse);
        self.push(prefix, "rmse", errors.rmse());
        self.push(prefix, "r2", errors.r2);
    }

    fn push_confusion(&mut self, prefix: &str, confusion: &Confusion, n_classes: usize) {
        self.push(prefix, "accuracy", confusion.accuracy());
        self.push(prefix, "balanced_accuracy", confusion.balanced_accuracy());
        if n_classes == 2 {
            let second = confusion.of_class(1);
            self.push(prefix, "sensitivity", second.sensitivity);
            self.push(prefix, "specificity", second.specificity);
            self.push(prefix, "precision", second.precision);
            self.push(prefix, "f1", second.f1);
        }
    }
}

/// Name of a part of the data in results.
fn prefix(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Validation => "val",
        Split::Test => "test",
    }
}

/// Results of the network of a session, on the training and the validation data.
///
/// # Errors
///
/// When the device fails.
pub async fn of_session(session: &Session, mut pause: impl AsyncFnMut()) -> Result<Results, EngineError> {
    let mut results = Results::default();
    let info = &session.dataset().info;
    for split in [Split::Validation, Split::Train] {
        let evaluation = session.evaluate(split, &mut pause).await?;
        let prefix = prefix(split);
        if let Some(errors) = &evaluation.errors {
            results.push_errors(prefix, errors);
        }
        if let Some(confusion) = &evaluation.confusion {
            results.push_confusion(prefix, confusion, info.n_classes());
        }
        results.push(prefix, "loss", evaluation.loss);
        if info.n_classes() == 2 && info.task == Task::MultiClass {
            let scores: Vec<f32> = evaluation.scores.iter().skip(1).step_by(2).copied().collect();
            let ranking = Ranking::new(&scores, &truths(session.dataset(), split));
            results.push(prefix, "roc_auc", ranking.roc_auc());
            results.push(prefix, "pr_auc", ranking.pr_auc());
        }
    }
    results.values.push(("epochs".into(), session.epoch()));
    if info.input.area() == 1 && matches!(info.task, Task::MultiClass | Task::Regression) {
        results.importance = of_network(session, Split::Validation, pause).await?;
    }
    Ok(results)
}

/// Whether each sample belongs to the second class.
fn truths(dataset: &Dataset, split: Split) -> Vec<bool> {
    let mut truths = Vec::new();
    (0..dataset.info.sizes.of(split)).for_each(|index| dataset.raw_target(split, index, &mut truths));
    truths.into_iter().map(|t| t == 1.0).collect()
}

/// Results of a comparison model.
///
/// # Errors
///
/// When the library refuses the inputs.
pub async fn of_baseline(
    baseline: &Baseline,
    dataset: &Dataset,
    seed: u32,
    mut pause: impl AsyncFnMut(),
) -> Result<Results, EngineError> {
    let mut results = Results::default();
    for split in [Split::Validation, Split::Train] {
        let n = dataset.info.sizes.of(split);
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for index in 0..n {
            dataset.scaled_input(split, index, &mut inputs);
            dataset.raw_target(split, index, &mut targets);
        }
        let answers = baseline.predict(&inputs)?;
        if dataset.info.task == Task::Regression {
            results.push_errors(prefix(split), &Errors::new(&answers, &targets));
        } else {
            let mut confusion = Confusion::new(dataset.info.n_classes());
            targets.iter().zip(&answers).for_each(|(t, a)| confusion.add(*t as usize, *a as usize));
            results.push_confusion(prefix(split), &confusion, dataset.info.n_classes());
        }
        pause().await;
    }
    let shuffles = Shuffles::new(dataset, Split::Validation, seed)?;
    let mut qualities = Vec::new();
    for shuffled in std::iter::once(None).chain(shuffles.all().map(Some)) {
        qualities.push(shuffles.quality(&baseline.predict(&shuffles.inputs(shuffled))?));
        pause().await;
    }
    results.importance = shuffles.importances(qualities[0], &qualities[1..]);
    Ok(results)
}
