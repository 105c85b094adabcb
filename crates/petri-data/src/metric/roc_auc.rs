//! Area under the ROC curve.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Ranking, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "roc_auc",
    title: "ROC AUC",
    help: "Probability that a sample of the second class has a higher score than one of the first: 0.5 is guessing.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, n_classes| task == Task::MultiClass && n_classes == 2,
    measure: Measure::Ranking(Ranking::roc_auc),
};
