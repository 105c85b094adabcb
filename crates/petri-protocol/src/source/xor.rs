//! Four quadrants, opposite ones of one class.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "XOR",
    summary: "Opposite quadrants belong together: the smallest problem that needs a hidden layer.",
    ..SourceCard::plane("xor", 40, points)
};
