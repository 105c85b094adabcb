//! Passes through the training data.

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Number of passes.
pub type Value = usize;
/// Enough for small data sets.
pub const DEFAULT: Value = 20;
/// The card.
pub const CARDS: &[Card] =
    &[Card::new("training.epochs", "Epochs", Kind::Whole(Range::between(1.0, 100_000.0)), Panel::Training, 810)
        .help("How many times the network goes through all training samples before the run is finished.")];
