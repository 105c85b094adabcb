//! The accuracy against epochs.

use petri_data::metric;
use petri_protocol::Task;

use super::curve_chart::{CurveChart, CurveLine, training, validation};
use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "accuracy",
    title: "Accuracy",
    help: "The part of the answers that is right, against epochs.",
    column: Column::Charts,
    order: 500,
    fits: |_, info| info.task != Task::Regression,
    opens: |info| info.task != Task::Regression,
    asks: |_| vec![],
};

/// The chart.
pub static CHART: CurveChart = CurveChart {
    id: "accuracy",
    title: "Accuracy",
    lines: &[
        training(metric::accuracy::CARD.id),
        validation(metric::accuracy::CARD.id),
        CurveLine { name: "balanced", style: "balanced", ..validation(metric::balanced_accuracy::CARD.id) },
    ],
    is_part: true,
    has_log: false,
    has_unit: false,
    smoothing: Some(0.8),
};
