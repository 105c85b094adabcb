//! From an image to a vector.

use crate::TensorShape;
use crate::op::operation::{self, Card, Group, Operation};

/// From an image to a vector, channel by channel, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Flatten;

static CARD: Card = Card {
    word: "flatten",
    title: "Flatten",
    group: Group::Shape,
    help: "Writes all pixels of all feature maps into one long vector, as dense layers need it.",
    forward: "All pixels are written one behind the other.",
    backward: "The gradient is put back into the form of the image.",
};

impl Operation for Flatten {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        Ok(TensorShape::Features(operation::one(inputs)?.len()))
    }

    fn flops(&self, _inputs: &[TensorShape], _output: TensorShape) -> u64 {
        0
    }
}
