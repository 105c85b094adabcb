//! Drawn cells on a noisy background, with a mask for each image.

use super::{SourceCard, two_classes};
use crate::{Task, TensorShape};

/// Side of the images in pixels.
pub const SIDE: usize = 64;

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Drawn cells",
    summary: "Grey images of 64×64 pixels with a few round cells; the task is to mark every pixel of a cell.",
    max_samples: 2000,
    ..SourceCard::drawn("cells", 80, |spec| {
        two_classes(spec, TensorShape::image(1, SIDE, SIDE), Task::Segmentation, ["background", "cell"])
    })
};
