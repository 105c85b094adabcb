//! Two Gaussian clusters that a straight line separates.

use super::{SourceCard, points};

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Clusters",
    summary: "Two clouds of points. With little noise one straight line separates them.",
    ..SourceCard::plane("clusters", 10, points)
};
