//! Two arms that wind around each other.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Spirals",
    summary: "Two arms that wind around each other: hard for small networks, easy for two hidden layers.",
    ..SourceCard::plane("spirals", 50, points)
};
