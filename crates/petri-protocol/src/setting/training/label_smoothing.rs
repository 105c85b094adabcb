//! Label smoothing (Szegedy et al. 2016): the part of each target that is spread evenly over all classes, as in
//! PyTorch's `CrossEntropyLoss`. Only for cross-entropy.

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Part of the target, 0 to below 1; 0 switches it off.
pub type Value = f64;
/// Off.
pub const DEFAULT: Value = 0.0;
/// The card.
pub const CARDS: &[Card] = &[Card::new(
    "training.label_smoothing",
    "Label smoothing",
    Kind::Slider { range: Range::between(0.0, 1.0).below(), from: 0.0, to: 0.5, step: 0.01 },
    Panel::Training,
    120,
)
.only_if(|values, _| values.word("training.loss") == "cross_entropy")
.off_at_zero()
.help(
    "Asks for a little less than certainty: this part of each answer is spread evenly over all classes, \
     which keeps the network from growing overconfident.",
)];
