//! Part of the samples of the first class that is told apart.

use super::{Better, Measure, MetricCard, Scale, two_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "specificity",
    title: "specificity",
    help: "Of the samples of the first class, the part that is not taken for the second (true negative rate).",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: two_classes,
    measure: Measure::Confusion(|c| c.of_class(1).specificity),
};
