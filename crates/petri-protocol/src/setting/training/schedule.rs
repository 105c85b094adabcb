//! How the learning rate changes during a run.

use serde::{Deserialize, Serialize};

use crate::setting::card::{Card, Choice, Kind, Panel};
use crate::setting::range::Range;

/// How the learning rate changes during a run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
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

crate::json::tagged! { ScheduleSpec, "kind"; }

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

/// A schedule with its own settings.
pub type Value = ScheduleSpec;
/// The learning rate stays.
pub const DEFAULT: Value = ScheduleSpec::Constant;

const KINDS: &[Choice] = &[
    Choice::new("constant", "Constant", "The learning rate stays as it is."),
    Choice::new("step", "Steps", "It falls by a factor after every so many epochs."),
    Choice::new("cosine", "Cosine", "It falls to zero over all epochs, along half a wave."),
];

/// The cards: the kind, and the settings of the steps.
pub const CARDS: &[Card] = &[
    Card::new("training.schedule.kind", "Learning-rate schedule", Kind::Choice(|| KINDS), Panel::Training, 300)
        .help("How the learning rate changes during the run: large steps at first, fine ones at the end."),
    Card::new(
        "training.schedule.every_epochs",
        "Epochs between steps",
        Kind::Whole(Range::between(1.0, 100_000.0)),
        Panel::Training,
        310,
    )
    .help("How many epochs go by before the learning rate falls again."),
    Card::new(
        "training.schedule.factor",
        "Factor of each step",
        Kind::Number(Range::between(0.0, 1.0).above()),
        Panel::Training,
        320,
    )
    .help("What the learning rate is multiplied by each time: one half halves it."),
];

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
