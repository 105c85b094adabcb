//! A disc inside a ring.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Circles",
    summary: "A disc inside a ring: the network has to close a curve around the inner class.",
    ..SourceCard::plane("circles", 30, points)
};
