//! What a finished run of a series came to: the same names for networks and comparison models.

use petri_data::Dataset;
use petri_data::metric::{self, Judged};
use petri_protocol::Split;
use petri_protocol::event::PayloadPart;

use crate::baselines::Baseline;
use crate::error::EngineError;
use crate::importance::{Shuffles, of_network};
use crate::moment::Moment;

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

    /// All metrics of a part of the data.
    fn push(&mut self, split: Split, judged: &Judged, dataset: &Dataset) {
        let values = judged.values(dataset.info.task, dataset.info.n_classes());
        self.values.extend(values.into_iter().map(|(card, value)| (metric::result_name(split, card.id), value)));
    }
}

/// Results of a network, on the training and the validation data.
///
/// # Errors
///
/// When the device fails.
pub async fn of_moment(moment: &Moment, mut pause: impl AsyncFnMut()) -> Result<Results, EngineError> {
    let mut results = Results::default();
    let info = &moment.dataset().info;
    for split in [Split::Validation, Split::Train] {
        let evaluation = moment.evaluate(split, &mut pause).await?;
        results.push(split, &evaluation.judged, moment.dataset());
    }
    results.values.push((metric::EPOCHS.into(), moment.step() as f64 / moment.steps_per_epoch as f64));
    if info.input.area() == 1 && info.task.has_one_answer() {
        results.importance = of_network(moment, Split::Validation, pause).await?;
    }
    Ok(results)
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
        let answers = baseline.predict(&inputs, &mut pause).await?;
        let judged = Judged::samples(dataset.info.task, dataset.info.n_classes(), &answers, &targets);
        results.push(split, &judged, dataset);
        pause().await;
    }
    let shuffles = Shuffles::new(dataset, Split::Validation, seed)?;
    let mut qualities = Vec::new();
    for shuffled in std::iter::once(None).chain(shuffles.all().map(Some)) {
        qualities.push(shuffles.quality(&baseline.predict(&shuffles.inputs(shuffled), &mut pause).await?));
        pause().await;
    }
    results.importance = shuffles.importances(qualities[0], &qualities[1..]);
    Ok(results)
}
