//! Mean over the classes of the part that is right.

use super::{Better, Confusion, Measure, MetricCard, Scale, has_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "balanced_accuracy",
    title: "balanced accuracy",
    help: "Mean over the classes of the part that is right: a rare class counts as much as a frequent one.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, _| has_classes(task),
    measure: Measure::Confusion(Confusion::balanced_accuracy),
};
