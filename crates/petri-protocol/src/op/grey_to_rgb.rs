//! From grey images to colour images.

use crate::TensorShape;
use crate::op::operation::{self, Card, Group, Operation};

/// Repeats the one channel of a grey image as red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GreyToRgb;

static CARD: Card = Card {
    word: "greytorgb",
    title: "Grey to RGB",
    group: Group::Preparation,
    help: "Repeats a grey image as red, green and blue, for networks that were trained on colour images.",
    forward: "The grey channel is repeated three times.",
    backward: "The gradients of the three copies are added.",
};

impl Operation for GreyToRgb {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        match operation::image(inputs)? {
            (1, height, width) => Ok(TensorShape::image(3, height, width)),
            (channels, ..) => Err(format!("needs a grey image of 1 channel, its input has {channels}")),
        }
    }

    fn flops(&self, _inputs: &[TensorShape], _output: TensorShape) -> u64 {
        0
    }
}
