//! Activation function: ReLU.

use crate::TensorShape;
use crate::op::operation::{self, Card, Curve, Group, Operation};

/// f(x) = max(0, x).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relu;

static CARD: Card = Card {
    word: "relu",
    title: "ReLU",
    group: Group::Activation,
    help: "Lets positive values through and makes negative ones 0. The usual choice between layers.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Relu {
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
        Some(Curve { value: |z| z.max(0.0), slope: |z| f32::from(u8::from(z > 0.0)), steepest: 1.0, range: (0.0, f32::INFINITY) })
    }
}
