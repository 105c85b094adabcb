//! Coefficient of determination.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "r2",
    title: "R²",
    help: "Part of the variance of the truth that the predictions explain; 0 is as good as always saying the mean.",
    better: Better::Higher,
    scale: Scale::Share,
    fits: |task, _| task == Task::Regression,
    measure: Measure::Errors(|e| e.r2),
};
