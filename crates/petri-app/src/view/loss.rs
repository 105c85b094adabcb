//! The loss against epochs.

use petri_data::metric;

use super::curve_chart::{CurveChart, training, validation};
use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "loss",
    title: "Loss",
    help: "How wrong the network is on the training and the validation data, against epochs.",
    column: Column::Charts,
    order: 400,
    fits: |_, _| true,
    opens: |_| true,
    asks: |_| vec![],
};

/// The chart.
pub static CHART: CurveChart = CurveChart {
    id: "loss",
    title: "Loss",
    lines: &[training(metric::loss::CARD.id), validation(metric::loss::CARD.id)],
    is_part: false,
    has_log: true,
    has_unit: false,
    smoothing: Some(0.6),
};
