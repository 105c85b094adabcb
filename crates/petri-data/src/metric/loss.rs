//! Mean loss, as training minimises it.

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: petri_protocol::metric_point::LOSS,
    title: "loss",
    help: "What training makes small, without weight decay. Comparable only between runs with the same loss function.",
    better: Better::Lower,
    scale: Scale::Number,
    fits: |_, _| true,
    measure: Measure::Loss,
};
