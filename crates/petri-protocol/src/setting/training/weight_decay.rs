//! Strength of weight decay: an L2 penalty in the gradient, or apart from it for AdamW.

use crate::setting::card::{Card, Kind, Panel};
use crate::setting::range::Range;

/// Factor on the weights; 0 switches it off.
pub type Value = f64;
/// Off.
pub const DEFAULT: Value = 0.0;
/// The card.
pub const CARDS: &[Card] =
    &[Card::new("training.weight_decay", "Weight decay", Kind::Number(Range::between(0.0, 10.0)), Panel::Training, 500)
        .titled(|values| match values.word("training.optimizer.kind") {
            "" => None,
            "adam_w" => Some("Weight decay (decoupled)"),
            _ => Some("Weight decay (L2 penalty)"),
        })
        .off_at_zero()
        .help("Pulls all weights a little towards zero at every step, which makes the answers smoother and overfitting rarer.")];
