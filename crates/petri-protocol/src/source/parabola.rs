//! Points above and below a parabola: no straight line separates them.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Parabola",
    summary: "Points inside and outside a parabola. A line cannot separate them, a bend can.",
    ..SourceCard::plane("parabola", 20, points)
};
