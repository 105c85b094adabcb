//! Area under the precision-recall curve.

use petri_protocol::Task;

use super::{Better, Measure, MetricCard, Ranking, Scale};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "pr_auc",
    title: "PR AUC",
    help: "Average precision over all thresholds; guessing gives the share of the second class.",
    better: Better::Higher,
    scale: Scale::Fraction,
    fits: |task, n_classes| task == Task::MultiClass && n_classes == 2,
    measure: Measure::Ranking(Ranking::pr_auc),
};
