//! One of several classes for each pixel: as for samples, at every pixel.

use super::multi_class::{channels, code, refuses};
use super::{Shown, Task, TaskCard};
use crate::LossSpec;

/// Card of this task.
pub static CARD: TaskCard = TaskCard {
    task: Task::Segmentation,
    title: "a class for each pixel",
    loss: LossSpec::CrossEntropy,
    refuses,
    channels,
    code,
    refuses_weights: None,
    metric: "iou",
    by_pixel: true,
    shown: Shown::Mask,
};
