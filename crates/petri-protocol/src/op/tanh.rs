//! Activation function: Tanh.

use crate::TensorShape;
use crate::op::operation::{self, Card, Curve, Group, Operation};

/// Hyperbolic tangent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tanh;

static CARD: Card = Card {
    word: "tanh",
    title: "Tanh",
    group: Group::Activation,
    help: "Squeezes every value between −1 and 1, symmetric around 0.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Tanh {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        output.len() as u64
    }

    fn curve(&self) -> Option<Curve> {
        Some(Curve { value: f32::tanh, slope: |z| 1.0 - z.tanh().powi(2), steepest: 1.0, range: (-1.0, 1.0) })
    }
}
