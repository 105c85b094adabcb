//! Root of the mean squared error.

use petri_protocol::Task;

use super::{Better, Errors, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "rmse",
    title: "RMSE",
    help: "Root of the mean squared error, in the unit of the target; never below the mean absolute error.",
    better: Better::Lower,
    scale: Scale::Number,
    fits: |task, _| task == Task::Regression,
    measure: Measure::Errors(Errors::rmse),
};
