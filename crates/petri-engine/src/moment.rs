//! A run at one moment: the network as it was, with its data. Probes and evaluations are answered from it while
//! training goes on.

use std::rc::Rc;

use petri_data::{Batch, Dataset, EpochOrder, split};
use petri_protocol::{Decision, Experiment, Split, TargetCode};

use crate::error::EngineError;
use crate::evaluate::{Evaluation, evaluate};
use crate::executor::Network;

/// Most training samples that are evaluated after an epoch.
pub const TRAINING_SAMPLE: usize = 512;

/// See the module. A copy shares everything.
#[derive(Clone)]
pub struct Moment {
    pub(crate) network: Rc<dyn Network>,
    pub(crate) dataset: Rc<Dataset>,
    pub(crate) experiment: Rc<Experiment>,
    pub(crate) code: TargetCode,
    pub(crate) class_weights: Rc<[f32]>,
    /// Steps done.
    pub(crate) step: usize,
    pub(crate) steps_per_epoch: usize,
    /// The watched parameters so far.
    pub(crate) path: Rc<[[f32; 2]]>,
}

impl Moment {
    /// The network.
    pub fn network(&self) -> &dyn Network {
        &*self.network
    }

    /// The data set.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The experiment as it was started.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// How the outputs of the network become answers.
    pub fn decision(&self) -> Decision {
        Decision::new(self.code, self.experiment.training.loss)
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The values of the watched parameters, oldest first.
    pub fn path(&self) -> &[[f32; 2]] {
        &self.path
    }

    /// At most so many samples of the batch of the last step, or of the first one before it.
    pub fn current_batch(&self, most: usize) -> Batch {
        let at = self.step.saturating_sub(1);
        let (epoch, step) = ((at / self.steps_per_epoch) as u32, at % self.steps_per_epoch);
        let (n, size) = (self.dataset.info.sizes.train, self.experiment.training.batch_size);
        let (mut indices, n_real) = EpochOrder::new(self.experiment.seed, epoch, n, size).batch(step);
        indices.truncate(most);
        self.batch_of(&indices, n_real.min(most))
    }

    /// Some training samples as a batch.
    pub fn batch_of(&self, indices: &[usize], n_real: usize) -> Batch {
        self.dataset.batch(Split::Train, indices, n_real, self.code, &self.class_weights)
    }

    /// Logits of `n` samples, in as many batches as memory and patience ask for; `pause` is awaited between them.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn logits(&self, inputs: &[f32], n: usize, mut pause: impl AsyncFnMut()) -> Result<Vec<f32>, EngineError> {
        let width = inputs.len() / n.max(1);
        let mut all = Vec::new();
        for inputs in inputs.chunks((self.network.batch_size() * width).max(1)) {
            all.extend(self.network.logits(vec![(inputs.to_vec(), inputs.len() / width)]).await?.swap_remove(0));
            pause().await;
        }
        Ok(all)
    }

    /// Loss and metrics over one part of the data, see [`evaluate`].
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn evaluate(&self, split: Split, pause: impl AsyncFnMut()) -> Result<Evaluation, EngineError> {
        evaluate(self.network(), &self.dataset, split, None, &self.class_weights, pause).await
    }

    /// Loss and metrics over the training data, with dropout off: over all of them, or a fixed sample of
    /// [`TRAINING_SAMPLE`] where there are more.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn evaluate_training(&self, pause: impl AsyncFnMut()) -> Result<Evaluation, EngineError> {
        let part = self.dataset.part(Split::Train);
        if part.n <= TRAINING_SAMPLE {
            return self.evaluate(Split::Train, pause).await;
        }
        let samples = split::sample(&part.targets, part.n, self.dataset.info.n_classes(), TRAINING_SAMPLE);
        evaluate(self.network(), &self.dataset, Split::Train, Some(&samples), &self.class_weights, pause).await
    }
}
