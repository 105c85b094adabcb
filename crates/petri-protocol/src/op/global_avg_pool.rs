//! The mean of each channel.

use crate::TensorShape;
use crate::op::operation::{self, Card, Group, Operation};

/// The mean of each channel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GlobalAvgPool;

static CARD: Card = Card {
    word: "globalavgpool",
    title: "Global average pooling",
    group: Group::Pooling,
    help: "One number for each feature map: its mean. The place in the image is forgotten.",
    forward: "The mean of each feature map goes on.",
    backward: "The gradient is shared out evenly over the feature map.",
};

impl Operation for GlobalAvgPool {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        Ok(TensorShape::Features(operation::image(inputs)?.0))
    }

    fn flops(&self, inputs: &[TensorShape], _output: TensorShape) -> u64 {
        inputs.first().map_or(0, |s| s.len()) as u64
    }
}
