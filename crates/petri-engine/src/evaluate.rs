//! Loss and metrics over one part of the data.

use petri_data::batch::in_order;
use petri_data::metrics::{Confusion, Errors, argmax};
use petri_data::{Dataset, TargetCode};
use petri_protocol::{LossSpec, Split, Task, TensorShape};

use crate::error::EngineError;
use crate::loss::{host_loss, probabilities};
use crate::readback::Reader;
use crate::trainer::Trainer;

/// Largest number of values that the inputs of one evaluation batch hold.
const MAX_INPUT_VALUES: usize = 1 << 18;
/// Batches that are computed before their results are read together.
const BATCHES_PER_READ: usize = 4;

/// What was measured on one part of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Mean loss, weighted like the training loss.
    pub loss: f64,
    /// Part of the samples (or pixels, or labels) that is right; NaN where a number is predicted.
    pub accuracy: f64,
    /// Mean over the classes of the part that is right; NaN for samples with several labels.
    pub balanced_accuracy: f64,
    /// Confusion matrix; `None` for samples with several labels and for numbers.
    pub confusion: Option<Confusion>,
    /// Errors in the target's unit, where a number is predicted.
    pub errors: Option<Errors>,
    /// Probabilities of the classes `[n, k]`, or the predicted numbers `[n]` in the target's unit; empty
    /// for segmentation.
    pub scores: Vec<f32>,
}

/// Samples in one evaluation batch: one shape for the whole run.
pub fn batch_size(input: TensorShape, n: usize) -> usize {
    (MAX_INPUT_VALUES / input.len().max(1)).clamp(1, 256).min(n.max(1))
}

/// Sums over the samples seen so far.
struct Sums<'a> {
    loss: LossSpec,
    dataset: &'a Dataset,
    weighted_loss: f64,
    weight: f64,
    right: u64,
    answers: u64,
    confusion: Confusion,
    scores: Vec<f32>,
    truths: Vec<f32>,
}

impl Sums<'_> {
    /// Counts one sample or pixel.
    fn add(&mut self, logits: &[f32], targets: &[f32], weight: f32) {
        let k = self.dataset.info.n_classes();
        let channels = logits.len() as f64;
        self.weighted_loss += f64::from(weight) * host_loss(self.loss, logits, targets);
        self.weight += match self.loss {
            LossSpec::CrossEntropy => f64::from(weight),
            LossSpec::BinaryCrossEntropy | LossSpec::MeanSquaredError => channels,
        };
        if self.dataset.info.task == Task::Regression {
            let scaling = &self.dataset.target_scaling;
            self.scores.push(scaling.restore(logits[0], 0));
            self.truths.push(scaling.restore(targets[0], 0));
            return;
        }
        let p = probabilities(self.loss, logits, k);
        if self.dataset.info.task != Task::Segmentation {
            self.scores.extend(&p);
        }
        if self.dataset.info.task == Task::MultiLabel {
            self.right += p.iter().zip(targets).filter(|(p, t)| (**p > 0.5) == (**t > 0.5)).count() as u64;
            self.answers += p.len() as u64;
        } else {
            let truth = if targets.len() == 1 { usize::from(targets[0] > 0.5) } else { argmax(targets) };
            self.confusion.add(truth, argmax(&p));
        }
    }

    fn finish(self) -> Evaluation {
        let loss = self.weighted_loss / self.weight;
        if self.dataset.info.task == Task::Regression {
            let errors = Some(Errors::new(&self.scores, &self.truths));
            let nan = f64::NAN;
            return Evaluation { loss, accuracy: nan, balanced_accuracy: nan, confusion: None, errors, scores: self.scores };
        }
        if self.dataset.info.task == Task::MultiLabel {
            let accuracy = self.right as f64 / self.answers as f64;
            Evaluation { loss, accuracy, balanced_accuracy: f64::NAN, confusion: None, errors: None, scores: self.scores }
        } else {
            Evaluation {
                loss,
                accuracy: self.confusion.accuracy(),
                balanced_accuracy: self.confusion.balanced_accuracy(),
                confusion: Some(self.confusion),
                errors: None,
                scores: self.scores,
            }
        }
    }
}

/// Evaluates a network on one part of the data. `pause` is awaited between groups of batches, so
/// that a worker can listen to messages meanwhile.
///
/// # Errors
///
/// When the device fails.
pub async fn evaluate(
    trainer: &Trainer,
    dataset: &Dataset,
    split: Split,
    class_weights: &[f32],
    mut pause: impl AsyncFnMut(),
) -> Result<Evaluation, EngineError> {
    let n = dataset.info.sizes.of(split);
    let size = batch_size(dataset.info.input, n);
    let shape = trainer.plan().logits_shape();
    let (channels, area) = (shape.channels(), shape.area());
    let code = TargetCode::new(dataset.info.task, trainer.loss(), channels);
    let mut sums = Sums {
        loss: trainer.loss(),
        dataset,
        weighted_loss: 0.0,
        weight: 0.0,
        right: 0,
        answers: 0,
        confusion: Confusion::new(dataset.info.n_classes()),
        scores: Vec::new(),
        truths: Vec::new(),
    };
    let n_batches = n.div_ceil(size);
    for first in (0..n_batches).step_by(BATCHES_PER_READ) {
        let mut reader = Reader::default();
        let mut batches = Vec::new();
        for step in first..(first + BATCHES_PER_READ).min(n_batches) {
            let (indices, n_real) = in_order(step, size, n);
            let batch = dataset.batch(split, &indices, n_real, code, class_weights);
            reader = reader.with(trainer.logits(batch.inputs.clone(), batch.size));
            batches.push(batch);
        }
        for (logits, batch) in reader.read().await?.into_iter().zip(batches) {
            let target_channels = code.channels(dataset.info.n_classes());
            for row in 0..batch.n_real {
                let logits = &logits[row * channels * area..][..channels * area];
                let targets = &batch.targets[row * target_channels * area..][..target_channels * area];
                for pixel in 0..area {
                    let x: Vec<f32> = logits.iter().skip(pixel).step_by(area).copied().collect();
                    let t: Vec<f32> = targets.iter().skip(pixel).step_by(area).copied().collect();
                    sums.add(&x, &t, batch.weights[row * area + pixel]);
                }
            }
        }
        pause().await;
    }
    Ok(sums.finish())
}
