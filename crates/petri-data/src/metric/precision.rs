//! Part of the "yes" answers that is right.

use super::{Better, Measure, MetricCard, Scale, two_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "precision",
    title: "precision",
    help: "Of the samples that are called the second class, the part that is (positive predictive value).",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: two_classes,
    measure: Measure::Confusion(|c| c.of_class(1).precision),
};
