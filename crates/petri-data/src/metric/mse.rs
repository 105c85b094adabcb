//! Mean squared error.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "mse",
    title: "mean squared error",
    help: "Mean of the squared distances: large errors count more. In the square of the target's unit.",
    better: Better::Lower,
    scale: Scale::Number,
    fits: |task, _| task == Task::Regression,
    measure: Measure::Errors(|e| e.mse),
};
