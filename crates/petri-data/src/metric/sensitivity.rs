//! Part of the samples of the second class that is found.

use super::{Better, Measure, MetricCard, Scale, two_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "sensitivity",
    title: "sensitivity",
    help: "Of the samples of the second class, the part that is found (recall, true positive rate).",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: two_classes,
    measure: Measure::Confusion(|c| c.of_class(1).sensitivity),
};
