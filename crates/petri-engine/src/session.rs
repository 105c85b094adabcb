//! A training run without a clock: data, network, order of batches, learning rate, early stopping, state.

use std::rc::Rc;

use petri_data::batch::steps_per_epoch;
use petri_data::{Dataset, EpochOrder, metric};
use petri_protocol::metric_point::{Columns, LOSS};
use petri_protocol::{ClassWeights, Experiment, LiveChange, LiveKey, MetricPoint, ParameterRef, Split, TargetCode, journal};

use crate::device::Device;
use crate::error::EngineError;
use crate::evaluate::Evaluation;
use crate::executor::{Executor, Later, Network, Outputs};
use crate::layers::draw;
use crate::moment::Moment;
use crate::path::Path;
use crate::plan::Plan;
use crate::state::{BEST, StateDict};

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

/// What early stopping says after an epoch.
pub enum Verdict {
    /// Train on.
    GoOn,
    /// The validation loss has not fallen for as long as the patience allows.
    Stop {
        /// The epoch with the lowest loss, from 1.
        best_epoch: usize,
        /// The network after it.
        best: Rc<dyn Network>,
    },
}

/// The epoch with the lowest validation loss so far.
struct Best {
    loss: f64,
    epoch: usize,
    network: Rc<dyn Network>,
}

/// A training run on one device.
pub struct Session {
    experiment: Rc<Experiment>,
    /// Changes while it goes on, those of the experiment included.
    journal: Vec<LiveChange>,
    dataset: Rc<Dataset>,
    executor: Box<dyn Executor>,
    code: TargetCode,
    class_weights: Rc<[f32]>,
    order: EpochOrder,
    order_epoch: u32,
    step: usize,
    /// Step number and answers of each step whose loss was not noted.
    unnoted: Vec<(usize, usize)>,
    best: Option<Best>,
    epochs_without_progress: u32,
    watched: Option<[ParameterRef; 2]>,
    path: Path,
}

impl Session {
    /// Prepares a run from its start on a device.
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
        let channels = plan.logits_shape().channels();
        let values = draw(experiment.seed, &plan, &experiment.weights);
        let mut executor = device.executor(plan, values, &experiment.training, experiment.seed);
        let class_weights = match experiment.training.class_weights {
            ClassWeights::None => vec![1.0; dataset.info.n_classes()],
            ClassWeights::Balanced => dataset.balanced_weights(),
        };
        executor.set_class_weights(&class_weights);
        Ok(Self {
            code: (dataset.info.task.card().code)(experiment.training.loss, channels),
            order: EpochOrder::new(experiment.seed, 0, dataset.info.sizes.train, experiment.training.batch_size),
            order_epoch: 0,
            class_weights: class_weights.into(),
            executor,
            dataset,
            journal: experiment.journal.clone(),
            experiment: Rc::new(experiment),
            step: 0,
            unnoted: Vec::new(),
            best: None,
            epochs_without_progress: 0,
            watched: None,
            path: Path::default(),
        })
    }

    /// The experiment as it was started.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// What was changed while it went on.
    pub fn journal(&self) -> &[LiveChange] {
        &self.journal
    }

    /// The data set.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The run as it is now, for probes and evaluations.
    pub fn moment(&self) -> Moment {
        Moment {
            network: self.executor.network(),
            dataset: Rc::clone(&self.dataset),
            experiment: Rc::clone(&self.experiment),
            code: self.code,
            class_weights: Rc::clone(&self.class_weights),
            step: self.step,
            steps_per_epoch: self.steps_per_epoch(),
            path: self.path.points().into(),
        }
    }

    /// Steps done.
    pub fn step_count(&self) -> usize {
        self.step
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        steps_per_epoch(self.dataset.info.sizes.train, self.experiment.training.batch_size)
    }

    /// Epochs of the whole run.
    pub fn n_epochs(&self) -> usize {
        journal::epochs(&self.experiment.training, &self.journal, self.step)
    }

    /// Epochs done, with fractions.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch() as f64
    }

    /// Changes a setting from the next step on, and notes it.
    ///
    /// # Errors
    ///
    /// When the value is not possible.
    pub fn change(&mut self, key: LiveKey, value: f64) -> Result<LiveChange, EngineError> {
        let change = LiveChange { step: u32::try_from(self.step).unwrap_or(u32::MAX), key, value };
        let mut changed = (*self.experiment).clone();
        // What lies ahead in a journal that is being repeated is no longer true; of several values at one step the last
        // one counts.
        let before = self.journal.iter().copied().filter(|c| c.step < change.step || (c.step == change.step && c.key != key));
        changed.journal = before.chain([change]).collect();
        let problems = changed.validate(Some(&self.dataset.info));
        if !problems.is_empty() {
            return Err(EngineError::Invalid { problems });
        }
        self.journal = changed.journal;
        Ok(change)
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        let training = &self.experiment.training;
        let base = journal::learning_rate(training, &self.journal, self.step);
        // Schedules change between epochs, except for the cosine, which is smooth.
        base * training.schedule.factor(self.epoch(), self.n_epochs())
    }

    /// True when all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.step >= self.steps_per_epoch().saturating_mul(self.n_epochs())
    }

    /// Notes the values of two parameters from now on; `None` stops it.
    ///
    /// # Errors
    ///
    /// When there is no such parameter.
    pub fn watch(&mut self, parameters: Option<[ParameterRef; 2]>) -> Result<(), EngineError> {
        if self.watched == parameters {
            return Ok(());
        }
        self.path = Path::default();
        self.watched = None;
        self.executor.watch(None);
        let Some(parameters) = parameters else { return Ok(()) };
        let network = self.executor.network();
        let find = |p: &ParameterRef| {
            let missing = || EngineError::Probe { why: format!("there is no such parameter in \"{}\"", p.node) };
            network.find(p).ok_or_else(missing)
        };
        let places = [find(&parameters[0])?, find(&parameters[1])?];
        drop(network);
        self.executor.watch(Some(places));
        self.watched = Some(parameters);
        Ok(())
    }

    /// One optimizer step. Nothing is waited for; [`Session::read`] waits.
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
        self.executor.step(&batch, self.step as u32, self.learning_rate());
        self.step += 1;
        self.unnoted.push((self.step, answers));
        Step { step: self.step, ends_epoch: step_in_epoch + 1 == steps, ends_run: self.is_finished() }
    }

    /// Number of steps whose loss was not asked for.
    pub fn n_unread(&self) -> usize {
        self.executor.n_unread()
    }

    /// Asks for the outputs of the steps since the last call. They are to be given to [`Session::note`] in the same
    /// order.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn read(&mut self) -> Later<'static, Outputs> {
        self.executor.read()
    }

    /// Points of the curves from what was read.
    pub fn note(&mut self, outputs: &Outputs) -> Vec<MetricPoint> {
        self.path.extend(&outputs.path);
        let is_number = self.dataset.info.task.is_number();
        let steps = self.steps_per_epoch() as f32;
        let noted = self.unnoted.drain(..outputs.steps.len().min(self.unnoted.len()));
        let columns: Columns = [LOSS.to_owned(), metric::accuracy::CARD.id.to_owned()].into();
        noted
            .zip(&outputs.steps)
            .map(|((step, answers), output)| {
                let accuracy = if is_number { f32::NAN } else { output.hits / answers as f32 };
                let values = [output.loss, accuracy];
                MetricPoint::measured(Split::Train, step as u32, step as f32 / steps, Columns::clone(&columns), &values)
            })
            .collect()
    }

    /// Waits for the device and returns a point for each step since the last call.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn metrics(&mut self) -> Result<Vec<MetricPoint>, EngineError> {
        let outputs = self.read().await?;
        Ok(self.note(&outputs))
    }

    /// Loss and metrics over one part of the data for the network as it is now.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn evaluate(&self, split: Split, pause: impl AsyncFnMut()) -> Result<Evaluation, EngineError> {
        self.moment().evaluate(split, pause).await
    }

    /// Takes in the validation at the end of an epoch (not the one before the first step). The best network is
    /// remembered, and training ends when the loss has not fallen for as many epochs as the patience allows
    /// (Prechelt 1998).
    pub fn end_epoch(&mut self, validation: &Evaluation) -> Verdict {
        let patience = self.experiment.training.patience;
        if patience == 0 {
            return Verdict::GoOn;
        }
        // What is no number is no progress, also at the first epoch.
        let is_lowest = self.best.as_ref().is_none_or(|best| validation.loss() < best.loss);
        if is_lowest && validation.loss().is_finite() {
            let epoch = self.step / self.steps_per_epoch();
            self.best = Some(Best { loss: validation.loss(), epoch, network: self.executor.network() });
            self.epochs_without_progress = 0;
            return Verdict::GoOn;
        }
        self.epochs_without_progress += 1;
        if (self.epochs_without_progress as usize) < patience {
            return Verdict::GoOn;
        }
        match self.best.take() {
            Some(best) => Verdict::Stop { best_epoch: best.epoch, best: best.network },
            None => Verdict::GoOn,
        }
    }

    /// Uses the parameters of another network of the same shape; the optimizer keeps its memory.
    ///
    /// # Errors
    ///
    /// When they do not fit.
    pub fn set_network(&mut self, state: &StateDict) -> Result<(), EngineError> {
        self.executor.set_state(state)
    }

    /// Everything that is needed to go on from here, see [`Session::set_state`].
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn state(&self) -> Later<'static, StateDict> {
        let state = self.executor.state();
        let best = self.best.as_ref().map(|b| (b.network.state(), b.loss, b.epoch));
        let (step, without_progress) = (self.step, self.epochs_without_progress);
        Box::pin(async move {
            let mut state = state.await?;
            state.numbers.insert("step".into(), step as f64);
            state.numbers.insert("epochs_without_progress".into(), f64::from(without_progress));
            if let Some((network, loss, epoch)) = best {
                let mut best = network.await?;
                best.numbers.extend([("loss".to_owned(), loss), ("epoch".to_owned(), epoch as f64)]);
                state.extend(BEST, best);
            }
            Ok(state)
        })
    }

    /// Goes on from a state of this very experiment: the rest of the run is the same as without the interruption.
    ///
    /// # Errors
    ///
    /// When it does not fit.
    pub fn set_state(&mut self, state: &StateDict) -> Result<(), EngineError> {
        let step = state.count("step")? as usize;
        let without_progress = state.count("epochs_without_progress")?;
        // With everything that is needed first, so that a state that does not fit changes nothing.
        self.executor.set_state(state)?;
        let best = state.part(BEST);
        self.best = None;
        if let Some(&loss) = best.numbers.get("loss") {
            let epoch = best.count("epoch")? as usize;
            // Only the executor can make a network: for a moment it is the best one.
            self.executor.set_state(&best)?;
            self.best = Some(Best { loss, epoch, network: self.executor.network() });
            self.executor.set_state(state)?;
        }
        self.step = step;
        self.epochs_without_progress = without_progress;
        self.unnoted.clear();
        let epoch = (step / self.steps_per_epoch()) as u32;
        self.order =
            EpochOrder::new(self.experiment.seed, epoch, self.dataset.info.sizes.train, self.experiment.training.batch_size);
        self.order_epoch = epoch;
        Ok(())
    }

    /// A point of the curves for a part of the data.
    pub fn point(&self, split: Split, evaluation: &Evaluation) -> MetricPoint {
        evaluation.point(split, self.step as u32, self.epoch() as f32)
    }
}
