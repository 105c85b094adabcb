//! A training run: data, network, order of batches, learning rate, curves.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use petri_data::batch::steps_per_epoch;
use petri_data::{Dataset, EpochOrder, TargetCode};
use petri_protocol::{ClassWeights, Experiment, MetricPoint, Split};

use crate::error::EngineError;
use crate::evaluate::{Evaluation, evaluate};
use crate::readback::read;
use crate::trainer::Trainer;

/// What a step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Number of steps done, this one included.
    pub step: usize,
    /// This step was the last of its epoch.
    pub ends_epoch: bool,
    /// This step was the last of the run.
    pub ends_run: bool,
}

/// Loss and hits of a step, still on the device.
struct PendingPoint {
    step: usize,
    n: usize,
    loss: Tensor<1>,
    hits: Tensor<1>,
}

/// A training run on one device.
pub struct Session {
    experiment: Experiment,
    dataset: Rc<Dataset>,
    trainer: Trainer,
    code: TargetCode,
    class_weights: Vec<f32>,
    order: EpochOrder,
    order_epoch: u32,
    step: usize,
    pending: Vec<PendingPoint>,
}

impl Session {
    /// Prepares a run from its start.
    ///
    /// # Errors
    ///
    /// All problems of the experiment.
    pub fn new(experiment: Experiment, dataset: Rc<Dataset>, device: &Device) -> Result<Self, EngineError> {
        let problems = experiment.validate(Some(&dataset.info));
        if !problems.is_empty() {
            return Err(EngineError::Invalid { problems });
        }
        let trainer = Trainer::new(&experiment.network, dataset.info.input, &experiment.training, experiment.seed, device)
            .map_err(|problems| EngineError::Invalid { problems })?;
        let channels = trainer.plan().logits_shape().channels();
        let class_weights = match experiment.training.class_weights {
            ClassWeights::None => vec![1.0; dataset.info.n_classes()],
            ClassWeights::Balanced => dataset.balanced_weights(),
        };
        Ok(Self {
            code: TargetCode::new(dataset.info.task, experiment.training.loss, channels),
            order: EpochOrder::new(experiment.seed, 0, dataset.info.sizes.train, experiment.training.batch_size),
            order_epoch: 0,
            class_weights,
            trainer,
            dataset,
            experiment,
            step: 0,
            pending: Vec::new(),
        })
    }

    /// The experiment as it is trained now.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The data set.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The network.
    pub fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    /// Steps done.
    pub fn step_count(&self) -> usize {
        self.step
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        steps_per_epoch(self.dataset.info.sizes.train, self.experiment.training.batch_size)
    }

    /// Epochs done, with fractions.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch() as f64
    }

    /// Uses another base learning rate from the next step on.
    pub fn set_learning_rate(&mut self, value: f64) {
        self.experiment.training.learning_rate = value;
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        let training = &self.experiment.training;
        // Schedules change between epochs, except for the cosine, which is smooth.
        training.learning_rate * training.schedule.factor(self.epoch(), training.epochs)
    }

    /// True when all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.steps_per_epoch() * self.experiment.training.epochs
    }

    /// One optimizer step. Nothing is waited for; [`Session::metrics`] waits.
    pub fn step(&mut self) -> Step {
        let steps = self.steps_per_epoch();
        let (epoch, step_in_epoch) = ((self.step / steps) as u32, self.step % steps);
        let training = &self.experiment.training;
        if epoch != self.order_epoch {
            self.order = EpochOrder::new(self.experiment.seed, epoch, self.dataset.info.sizes.train, training.batch_size);
            self.order_epoch = epoch;
        }
        let (indices, n_real) = self.order.batch(step_in_epoch);
        let batch = self.dataset.batch(Split::Train, &indices, n_real, self.code, &self.class_weights);
        let answers = match self.code {
            TargetCode::Labels => n_real * self.dataset.info.n_classes(),
            _ => n_real * batch.weights.len() / batch.size,
        };
        let output = self.trainer.step(&batch, self.step as u32, self.learning_rate());
        self.step += 1;
        self.pending.push(PendingPoint { step: self.step, n: answers, loss: output.loss, hits: output.hits });
        Step { step: self.step, ends_epoch: step_in_epoch + 1 == steps, ends_run: self.is_finished() }
    }

    /// Number of steps whose loss has not been read.
    pub fn n_pending(&self) -> usize {
        self.pending.len()
    }

    /// Waits for the device and returns a point for each step since the last call.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn metrics(&mut self) -> Result<Vec<MetricPoint>, EngineError> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let (losses, hits): (Vec<_>, Vec<_>) = pending.iter().map(|p| (p.loss.clone(), p.hits.clone())).unzip();
        // One read for all of them: losses first, then hits.
        let values = read(Tensor::cat([losses, hits].concat(), 0)).await?;
        let (losses, hits) = values.split_at(pending.len());
        let steps = self.steps_per_epoch() as f32;
        Ok(pending
            .iter()
            .zip(losses.iter().zip(hits))
            .map(|(point, (&loss, &hits))| MetricPoint {
                split: Split::Train,
                step: point.step as u32,
                epoch: point.step as f32 / steps,
                loss,
                accuracy: hits / point.n as f32,
                balanced_accuracy: f32::NAN,
            })
            .collect())
    }

    /// Loss and metrics over one part of the data, see [`evaluate`].
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn evaluate(&self, split: Split, pause: impl AsyncFnMut()) -> Result<Evaluation, EngineError> {
        evaluate(&self.trainer, &self.dataset, split, &self.class_weights, pause).await
    }

    /// A point of the curves for a part of the data.
    pub fn point(&self, split: Split, evaluation: &Evaluation) -> MetricPoint {
        MetricPoint {
            split,
            step: self.step as u32,
            epoch: self.epoch() as f32,
            loss: evaluation.loss as f32,
            accuracy: evaluation.accuracy as f32,
            balanced_accuracy: evaluation.balanced_accuracy as f32,
        }
    }
}
