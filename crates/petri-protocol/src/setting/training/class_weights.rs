//! How much a sample of each class counts in the loss.

use serde::{Deserialize, Serialize};

use crate::setting::card::{Card, Choice, Kind, Panel};

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

/// How samples are weighted.
pub type Value = ClassWeights;
/// All alike.
pub const DEFAULT: Value = ClassWeights::None;

const CHOICES: &[Choice] = &[
    Choice::new("none", "None", "Every sample counts alike. Rare classes then count little in all."),
    Choice::new(
        "balanced",
        "Balanced",
        "Every class counts alike. A sample of a rare class then counts more than one of a common class.",
    ),
];

/// The card. It stays where it is set and must not be, so that it can be set right.
pub const CARDS: &[Card] =
    &[Card::new("training.class_weights", "Class weights", Kind::Choice(|| CHOICES), Panel::Training, 110)
        .only_if(|values, info| {
            let has_classes = info.is_none_or(|info| info.task.card().refuses_weights.is_none());
            has_classes || values.word("training.class_weights") != "none"
        })
        .help("How much a sample counts in the loss, by its class: a way to make rare classes heard.")];
