//! A training run: data, network, order of batches, learning rate, curves.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use petri_data::batch::steps_per_epoch;
use petri_data::{Batch, Dataset, EpochOrder, metric};
use petri_protocol::metric_point::{Columns, LOSS};
use petri_protocol::{ClassWeights, Decision, Experiment, MetricPoint, ParameterRef, RunEnd, Split, TargetCode};

use crate::error::EngineError;
use crate::evaluate::{Evaluation, evaluate};
use crate::layers::draw;
use crate::plan::Plan;
use crate::readback::read;
use crate::trainer::{Snapshot, Trainer};

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
    best: Option<Best>,
    epochs_without_progress: usize,
    watch: Option<Watch>,
}

/// The epoch with the lowest validation loss so far.
struct Best {
    loss: f64,
    epoch: usize,
    network: Snapshot,
}

/// Two parameters whose values are noted at each step.
struct Watch {
    parameters: [ParameterRef; 2],
    nodes: [usize; 2],
    /// Values that were read.
    path: Vec<[f32; 2]>,
    /// Values that are still on the device.
    pending: Vec<Tensor<1>>,
}

/// Most steps of a path that are kept.
const MAX_PATH: usize = 20_000;

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
        let plan = Plan::new(&experiment.network, dataset.info.input, experiment.training.loss)
            .map_err(|problems| EngineError::Invalid { problems })?;
        let values = draw(experiment.seed, &plan, &experiment.weights);
        let trainer = Trainer::with_weights(plan, values, &experiment.training, experiment.seed, device);
        let channels = trainer.plan().logits_shape().channels();
        let class_weights = match experiment.training.class_weights {
            ClassWeights::None => vec![1.0; dataset.info.n_classes()],
            ClassWeights::Balanced => dataset.balanced_weights(),
        };
        Ok(Self {
            code: (dataset.info.task.card().code)(experiment.training.loss, channels),
            order: EpochOrder::new(experiment.seed, 0, dataset.info.sizes.train, experiment.training.batch_size),
            order_epoch: 0,
            class_weights,
            trainer,
            dataset,
            experiment,
            step: 0,
            pending: Vec::new(),
            best: None,
            epochs_without_progress: 0,
            watch: None,
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

    /// How the outputs of the network become answers.
    pub fn decision(&self) -> Decision {
        Decision::new(self.code, self.experiment.training.loss)
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

    /// Notes the values of two parameters from now on; `None` stops it.
    ///
    /// # Errors
    ///
    /// When there is no such parameter.
    pub fn watch(&mut self, parameters: Option<[ParameterRef; 2]>) -> Result<(), EngineError> {
        if self.watch.as_ref().map(|w| &w.parameters) == parameters.as_ref() {
            return Ok(());
        }
        self.watch = None;
        let Some(parameters) = parameters else { return Ok(()) };
        let node = |p: &ParameterRef| {
            let idx = self.trainer.plan().index(&p.node);
            let found = idx.filter(|&i| self.trainer.layer(i).and_then(|l| l.value(p.part, p.index)).is_some());
            found.ok_or_else(|| EngineError::Probe { why: format!("there is no such parameter in \"{}\"", p.node) })
        };
        let nodes = [node(&parameters[0])?, node(&parameters[1])?];
        self.watch = Some(Watch { parameters, nodes, path: Vec::new(), pending: Vec::new() });
        self.note_watched();
        Ok(())
    }

    /// The values of the watched parameters at each step that was read.
    pub fn path(&self) -> &[[f32; 2]] {
        self.watch.as_ref().map_or(&[], |w| &w.path)
    }

    fn note_watched(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        if watch.path.len() + watch.pending.len() / 2 >= MAX_PATH {
            return;
        }
        for (node, parameter) in watch.nodes.iter().zip(&watch.parameters) {
            watch.pending.extend(self.trainer.layer(*node).and_then(|l| l.value(parameter.part, parameter.index)));
        }
    }

    /// The batch of the last step, or of the first one before it.
    pub fn current_batch(&self) -> Batch {
        let steps = self.steps_per_epoch();
        let at = self.step.saturating_sub(1);
        let batch_size = self.experiment.training.batch_size;
        let order = EpochOrder::new(self.experiment.seed, (at / steps) as u32, self.dataset.info.sizes.train, batch_size);
        let (indices, n_real) = order.batch(at % steps);
        self.batch_of(&indices, n_real)
    }

    /// Some training samples as a batch.
    pub fn batch_of(&self, indices: &[usize], n_real: usize) -> Batch {
        self.dataset.batch(Split::Train, indices, n_real, self.code, &self.class_weights)
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
        self.note_watched();
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
        let watched = self.watch.as_mut().map(|w| std::mem::take(&mut w.pending)).unwrap_or_default();
        // One read for all of them: losses first, then hits, then watched parameters.
        let values = read(Tensor::cat([losses, hits, watched].concat(), 0)).await?;
        let (losses, rest) = values.split_at(pending.len());
        let (hits, watched) = rest.split_at(pending.len());
        if let Some(watch) = &mut self.watch {
            watch.path.extend_from_slice(watched.as_chunks::<2>().0);
        }
        let is_number = self.dataset.info.task.is_number();
        let steps = self.steps_per_epoch() as f32;
        let columns: Columns = [LOSS.to_owned(), metric::accuracy::CARD.id.to_owned()].into();
        Ok(pending
            .iter()
            .zip(losses.iter().zip(hits))
            .map(|(point, (&loss, &hits))| {
                let accuracy = if is_number { f32::NAN } else { hits / point.n as f32 };
                let (step, epoch) = (point.step as u32, point.step as f32 / steps);
                MetricPoint::measured(Split::Train, step, epoch, Columns::clone(&columns), &[loss, accuracy])
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

    /// Validation at the end of an epoch: the point of the curves, and the end of the run when the loss
    /// has not fallen for as many epochs as the patience allows. The network is then that of the best
    /// epoch again (Prechelt 1998).
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn end_epoch(&mut self, pause: impl AsyncFnMut()) -> Result<(MetricPoint, Option<RunEnd>), EngineError> {
        let evaluation = self.evaluate(Split::Validation, pause).await?;
        let point = self.point(Split::Validation, &evaluation);
        let patience = self.experiment.training.patience;
        if patience == 0 {
            return Ok((point, None));
        }
        let epoch = self.step / self.steps_per_epoch();
        if self.best.as_ref().is_none_or(|best| evaluation.loss() < best.loss) {
            self.best = Some(Best { loss: evaluation.loss(), epoch, network: self.trainer.snapshot() });
            self.epochs_without_progress = 0;
            return Ok((point, None));
        }
        self.epochs_without_progress += 1;
        if self.epochs_without_progress < patience {
            return Ok((point, None));
        }
        let Some(best) = self.best.take() else { return Ok((point, None)) };
        self.trainer.restore(best.network);
        Ok((point, Some(RunEnd::StoppedEarly { step: self.step, best_epoch: best.epoch })))
    }

    /// A point of the curves for a part of the data.
    pub fn point(&self, split: Split, evaluation: &Evaluation) -> MetricPoint {
        evaluation.point(split, self.step as u32, self.epoch() as f32)
    }
}
