//! Any of several labels for each sample, each by itself.

use super::{Shown, TargetCode, Task, TaskCard};
use crate::LossSpec;

/// Card of this task.
pub static CARD: TaskCard = TaskCard {
    task: Task::MultiLabel,
    title: "any of several labels",
    loss: LossSpec::BinaryCrossEntropy,
    refuses: |loss, _| {
        (loss == LossSpec::CrossEntropy).then(|| "samples with several labels need binary cross-entropy".to_owned())
    },
    channels: |_, n_labels| vec![n_labels],
    code: |_, _| TargetCode::Labels,
    refuses_weights: Some("are not defined for samples with several labels"),
    metric: "accuracy",
    by_pixel: false,
    shown: Shown::Labels,
};
