//! The error of a predicted number against epochs.

use petri_data::metric;
use petri_protocol::Task;

use super::curve_chart::{CurveChart, CurveLine, validation};
use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "errors",
    title: "Error of the predicted number",
    help: "How far the predicted numbers are from the true ones, in their own unit, against epochs.",
    column: Column::Charts,
    order: 600,
    fits: |_, info| info.task == Task::Regression,
    opens: |info| info.task == Task::Regression,
    asks: |_| vec![],
};

/// The chart.
pub static CHART: CurveChart = CurveChart {
    id: "error",
    title: "Error",
    lines: &[CurveLine { name: "validation: mean absolute error", ..validation(metric::mae::CARD.id) }],
    is_part: false,
    has_log: false,
    has_unit: true,
    smoothing: None,
};
