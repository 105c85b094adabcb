//! What is minimised.

use crate::loss::LossSpec;
use crate::setting::card::{Card, Choice, Kind, Panel};

/// A loss function.
pub type Value = LossSpec;
/// For classes.
pub const DEFAULT: Value = LossSpec::CrossEntropy;

const CHOICES: &[Choice] = &[
    Choice::new(
        "binary_cross_entropy",
        "Binary cross-entropy",
        "For yes or no: one output for two classes, or one for each label.",
    ),
    Choice::new("cross_entropy", "Cross-entropy", "For one of several classes, with one output for each."),
    Choice::new("mean_squared_error", "Mean squared error", "For numbers: the squared distance from the right one."),
];

/// The card.
pub const CARDS: &[Card] = &[Card::new("training.loss", "Loss", Kind::Choice(|| CHOICES), Panel::Training, 100)
    .help("The number that says how wrong the answers are. Training makes it smaller.")];
