//! Harmonic mean of precision and sensitivity.

use super::{Better, Measure, MetricCard, Scale, two_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "f1",
    title: "F1",
    help: "Harmonic mean of precision and sensitivity of the second class.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: two_classes,
    measure: Measure::Confusion(|c| c.of_class(1).f1),
};
