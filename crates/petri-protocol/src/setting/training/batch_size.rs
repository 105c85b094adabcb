//! Samples in one step.

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Number of samples.
pub type Value = usize;
/// As many frameworks have it.
pub const DEFAULT: Value = 32;
/// The card.
pub const CARDS: &[Card] =
    &[Card::new("training.batch_size", "Batch size", Kind::Whole(Range::between(1.0, 4096.0)), Panel::Training, 800)
        .help("How many samples are looked at before the weights change once. Small batches make more, but rougher steps.")];
