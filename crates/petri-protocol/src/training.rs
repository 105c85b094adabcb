//! How a network is trained: loss, optimizer, schedule, batches, engine.

use serde::{Deserialize, Serialize};

/// Loss functions. Both cross-entropies read logits: a final sigmoid or softmax is for display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossSpec {
    /// Binary cross-entropy with logits, one output for two classes or one for each label.
    BinaryCrossEntropy,
    /// Softmax cross-entropy over the classes (of each pixel for segmentation).
    #[default]
    CrossEntropy,
    /// Mean squared error against 0 and 1.
    MeanSquaredError,
}

/// How much a sample of each class counts in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// All samples count alike.
    #[default]
    None,
    /// n / (k · n_class), so that every class counts alike (scikit-learn's "balanced").
    Balanced,
}

/// Optimizers, with PyTorch's formulas and defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OptimizerSpec {
    /// Stochastic gradient descent.
    Sgd {
        /// Part of the last update that is kept; 0 switches momentum off.
        #[serde(default)]
        momentum: f64,
        /// Nesterov's variant: looks ahead along the momentum.
        #[serde(default)]
        nesterov: bool,
    },
    /// Adam (Kingma and Ba 2015); weight decay as L2 penalty.
    Adam {
        /// Decay of the mean of the gradients.
        #[serde(default = "beta1")]
        beta1: f64,
        /// Decay of the mean of their squares.
        #[serde(default = "beta2")]
        beta2: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    AdamW {
        /// Decay of the mean of the gradients.
        #[serde(default = "beta1")]
        beta1: f64,
        /// Decay of the mean of their squares.
        #[serde(default = "beta2")]
        beta2: f64,
    },
    /// RMSprop (Hinton 2012).
    RmsProp {
        /// Decay of the mean of the squared gradients.
        #[serde(default = "alpha")]
        alpha: f64,
        /// Momentum on the scaled gradient; 0 switches it off.
        #[serde(default)]
        momentum: f64,
    },
}

fn beta1() -> f64 {
    0.9
}
fn beta2() -> f64 {
    0.999
}
fn alpha() -> f64 {
    0.99
}

impl OptimizerSpec {
    /// Adam with its published defaults.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999 };
    /// All kinds with their defaults, in the order of the menu.
    pub const ALL: [Self; 4] = [
        Self::Sgd { momentum: 0.0, nesterov: false },
        Self::ADAM,
        Self::AdamW { beta1: 0.9, beta2: 0.999 },
        Self::RmsProp { alpha: 0.99, momentum: 0.0 },
    ];

    /// Name for menus.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sgd { .. } => "SGD",
            Self::Adam { .. } => "Adam",
            Self::AdamW { .. } => "AdamW",
            Self::RmsProp { .. } => "RMSprop",
        }
    }
}

/// How the learning rate changes during a run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScheduleSpec {
    /// It stays.
    #[default]
    Constant,
    /// Multiplied by `factor` after every `every_epochs` epochs.
    Step {
        /// Epochs between two steps.
        #[serde(default = "every_epochs")]
        every_epochs: usize,
        /// Factor of each step.
        #[serde(default = "step_factor")]
        factor: f64,
    },
    /// Half a cosine from the learning rate down to zero over all epochs (Loshchilov and Hutter 2017).
    Cosine,
}

fn every_epochs() -> usize {
    10
}
fn step_factor() -> f64 {
    0.5
}

impl ScheduleSpec {
    /// Factor on the learning rate at `epoch` (fractions count) of `n_epochs`.
    pub fn factor(self, epoch: f64, n_epochs: usize) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Step { every_epochs, factor } => factor.powf((epoch / every_epochs.max(1) as f64).floor()),
            Self::Cosine => {
                let progress = (epoch / n_epochs.max(1) as f64).clamp(0.0, 1.0);
                0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
            }
        }
    }
}

/// Which engine trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The faster one, by a short calibration.
    #[default]
    Auto,
    /// The processor, in WebAssembly.
    Cpu,
    /// The graphics card, through WebGPU.
    Gpu,
}

/// How a network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingSpec {
    /// What is minimised.
    pub loss: LossSpec,
    /// How much each class counts.
    pub class_weights: ClassWeights,
    /// How the gradients become steps.
    pub optimizer: OptimizerSpec,
    /// Size of the steps.
    pub learning_rate: f64,
    /// How the learning rate changes.
    pub schedule: ScheduleSpec,
    /// Strength of weight decay (L2); 0 switches it off.
    pub weight_decay: f64,
    /// Samples in one step.
    pub batch_size: usize,
    /// Passes through the training data.
    pub epochs: usize,
    /// Largest length of the gradient of all parameters together; longer ones are shortened to it
    /// (Pascanu et al. 2013). 0 switches clipping off.
    #[serde(default)]
    pub clip_norm: f64,
    /// Epochs without a lower validation loss before the run stops and the best weights come back
    /// (early stopping). 0 switches it off.
    #[serde(default)]
    pub patience: usize,
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            loss: LossSpec::CrossEntropy,
            class_weights: ClassWeights::None,
            optimizer: OptimizerSpec::ADAM,
            learning_rate: 0.001,
            schedule: ScheduleSpec::Constant,
            weight_decay: 0.0,
            batch_size: 32,
            epochs: 20,
            clip_norm: 0.0,
            patience: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_follow_their_formulas() {
        let step = ScheduleSpec::Step { every_epochs: 2, factor: 0.5 };
        assert_eq!([0.0, 1.9, 2.0, 4.5].map(|e| step.factor(e, 10)), [1.0, 1.0, 0.5, 0.25]);
        let cosine = ScheduleSpec::Cosine;
        assert!((cosine.factor(0.0, 10) - 1.0).abs() < 1e-12);
        assert!((cosine.factor(5.0, 10) - 0.5).abs() < 1e-12);
        assert!(cosine.factor(10.0, 10).abs() < 1e-12);
    }
}
