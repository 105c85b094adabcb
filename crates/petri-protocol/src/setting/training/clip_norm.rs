//! Largest length of the gradient of all parameters together; longer ones are shortened to it (Pascanu et al. 2013).

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Length; 0 switches clipping off.
pub type Value = f64;
/// Off.
pub const DEFAULT: Value = 0.0;
/// The card.
pub const CARDS: &[Card] = &[Card::new(
    "training.clip_norm",
    "Clip gradients at length (0: off)",
    Kind::Number(Range::between(0.0, 1e6)),
    Panel::Training,
    600,
)
.off_at_zero()
.help("Shortens gradients that are longer than this, so that one odd batch cannot throw the weights far away.")];
