//! Mean absolute error.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "mae",
    title: "mean absolute error",
    help: "Mean distance between prediction and truth, in the unit of the target.",
    better: Better::Lower,
    scale: Scale::Number,
    fits: |task, _| task == Task::Regression,
    measure: Measure::Errors(|e| e.mae),
};
