//! Part of the answers that is right.

use petri_protocol::Task;

use super::{Better, Confusion, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "accuracy",
    title: "accuracy",
    help: "Part of the samples (or pixels, or labels) that the network answers rightly.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, _| task != Task::Regression,
    measure: Measure::Confusion(Confusion::accuracy),
};
