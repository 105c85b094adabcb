//! Epochs without a lower validation loss before the run stops and the best weights come back (early stopping).

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Number of epochs; 0 switches it off.
pub type Value = usize;
/// Off.
pub const DEFAULT: Value = 0;
/// The card.
pub const CARDS: &[Card] = &[Card::new(
    "training.patience",
    "Stop early after epochs without progress (0: off)",
    Kind::Whole(Range::between(0.0, 10_000.0)),
    Panel::Training,
    700,
)
.off_at_zero()
.help("Ends the run when the validation loss has not fallen for so many epochs, and takes back the best weights.")];
