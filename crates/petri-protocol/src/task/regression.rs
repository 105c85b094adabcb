//! A number for each sample.

use super::{Shown, TargetCode, Task, TaskCard};
use crate::LossSpec;

/// Card of this task.
pub static CARD: TaskCard = TaskCard {
    task: Task::Regression,
    title: "a number",
    loss: LossSpec::MeanSquaredError,
    refuses: |loss, _| {
        (loss != LossSpec::MeanSquaredError).then(|| "a number is predicted: this needs the squared error".to_owned())
    },
    channels: |_, _| vec![1],
    code: |_, _| TargetCode::Number,
    refuses_weights: Some("are not defined where a number is predicted"),
    metric: "mae",
    by_pixel: false,
    shown: Shown::Number,
};
