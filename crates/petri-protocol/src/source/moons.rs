//! Two half circles that reach into each other.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Moons",
    summary: "Two half circles that reach into each other: a gentle bend separates them.",
    ..SourceCard::plane("moons", 35, points)
};
