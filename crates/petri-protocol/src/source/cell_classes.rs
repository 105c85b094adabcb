//! Small images of drawn cells in two classes: round cells, and sickle-like long ones.

use super::{SourceCard, two_classes};
use crate::{Task, TensorShape};

/// Side of the images in pixels.
pub const SIDE: usize = 28;

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Round and long cells",
    summary: "Grey images of 28×28 pixels with a few cells each; the task is to tell round cells from long ones.",
    has_balance: true,
    max_samples: 10_000,
    ..SourceCard::drawn("cell_classes", 75, |spec| {
        two_classes(spec, TensorShape::image(1, SIDE, SIDE), Task::MultiClass, ["round", "long"])
    })
};
