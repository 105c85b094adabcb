//! How the gradients become steps.

use serde::{Deserialize, Serialize};

use crate::setting::card::{Card, Choice, Kind, Panel};
use crate::setting::range::Range;

/// Optimizers, with PyTorch's formulas and defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
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

crate::json::tagged! { OptimizerSpec, "kind"; }

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

/// An optimizer with its own settings.
pub type Value = OptimizerSpec;
/// The usual one.
pub const DEFAULT: Value = OptimizerSpec::ADAM;

const KINDS: &[Choice] = &[
    Choice::new("sgd", "SGD", "Stochastic gradient descent: steps straight down the slope."),
    Choice::new("adam", "Adam", "Gives each weight its own step size, from how its gradients were so far."),
    Choice::new("adam_w", "AdamW", "Adam that shrinks the weights apart from the gradient."),
    Choice::new("rms_prop", "RMSprop", "Divides each step by how large the gradients of a weight were lately."),
];

/// A decay rate: at least 0 and below 1.
const fn decay(key: &'static str, title: &'static str, place: u16, from: f64, to: f64, step: f64) -> Card {
    Card::new(key, title, Kind::Slider { range: Range::between(0.0, 1.0).below(), from, to, step }, Panel::Training, place)
}

/// The cards: the kind, and the settings that some kinds have.
pub const CARDS: &[Card] = &[
    Card::new("training.optimizer.kind", "Optimizer", Kind::Choice(|| KINDS), Panel::Training, 200)
        .help("The rule that turns gradients into steps of the weights."),
    decay("training.optimizer.momentum", "Momentum", 210, 0.0, 0.99, 0.01)
        .help("How much of the last step is kept for the next, like a ball that rolls on. It smooths out zigzags."),
    Card::new("training.optimizer.nesterov", "Nesterov", Kind::Check, Panel::Training, 220)
        .checked(|values| {
            let is_on = values.get("training.optimizer.nesterov").is_some_and(|v| v.as_bool() == Some(true));
            let stands = values.number("training.optimizer.momentum").is_some_and(|m| m <= 0.0);
            (is_on && stands).then(|| "needs a momentum above 0".into())
        })
        .help("Looks at the gradient where the momentum is about to lead, and so brakes earlier."),
    decay("training.optimizer.alpha", "Decay α", 230, 0.5, 0.999, 0.001)
        .help("How long the optimizer remembers the size of past gradients: close to 1 is long."),
    decay("training.optimizer.beta1", "Decay β₁", 240, 0.0, 0.999, 0.001)
        .help("How long Adam remembers the direction of past gradients: close to 1 is long, as momentum."),
    decay("training.optimizer.beta2", "Decay β₂", 250, 0.5, 0.9999, 0.0001)
        .help("How long Adam remembers the size of past gradients: close to 1 is long."),
];
