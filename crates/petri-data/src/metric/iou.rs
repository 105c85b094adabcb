//! Intersection over union.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "iou",
    title: "IoU",
    help: "Overlap of prediction and truth over the area that either covers (intersection over union, Jaccard).",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, _| task == Task::Segmentation,
    measure: Measure::Confusion(|c| c.overlap(|class| class.iou)),
};
