//! Dice coefficient.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "dice",
    title: "Dice",
    help: "Twice the overlap of prediction and truth over the sum of their areas: the F1 of pixels.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, _| task == Task::Segmentation,
    measure: Measure::Confusion(|c| c.overlap(|class| class.f1)),
};
