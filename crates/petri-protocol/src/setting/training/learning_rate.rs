//! Size of the steps.

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Factor on the gradient.
pub type Value = f64;
/// Adam's published default.
pub const DEFAULT: Value = 0.001;
/// The card.
pub const CARDS: &[Card] = &[Card::new(
    "training.learning_rate",
    "Learning rate",
    Kind::Logarithmic { range: Range::between(0.0, 1e4).above(), from: -6.0, to: 2.0 },
    Panel::Run,
    10,
)
.help("How far each step goes. Too small and learning takes for ever; too large and the loss jumps or explodes.")];
