//! One of several classes for each sample.

use super::{Shown, TargetCode, Task, TaskCard};
use crate::LossSpec;

/// Card of this task.
pub static CARD: TaskCard = TaskCard {
    task: Task::MultiClass,
    title: "one of several classes",
    loss: LossSpec::CrossEntropy,
    refuses,
    channels,
    code,
    refuses_weights: None,
    metric: "accuracy",
    by_pixel: false,
    shown: Shown::Class,
};

pub(super) fn refuses(loss: LossSpec, n_classes: usize) -> Option<String> {
    let is_binary = loss == LossSpec::BinaryCrossEntropy && n_classes != 2;
    is_binary.then(|| format!("binary cross-entropy is for two classes, this data has {n_classes}"))
}

pub(super) fn channels(loss: LossSpec, n_classes: usize) -> Vec<usize> {
    match loss {
        LossSpec::BinaryCrossEntropy if n_classes == 2 => vec![1],
        LossSpec::MeanSquaredError if n_classes == 2 => vec![1, 2],
        _ => vec![n_classes],
    }
}

pub(super) fn code(loss: LossSpec, channels: usize) -> TargetCode {
    if loss != LossSpec::CrossEntropy && channels == 1 { TargetCode::Binary } else { TargetCode::OneHot }
}
