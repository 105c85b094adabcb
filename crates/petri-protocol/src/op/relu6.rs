//! Activation function: ReLU6.

use crate::op::operation::{self, Card, Curve, Group, Operation};
use crate::{TensorShape, size};

/// f(x) = min(max(0, x), 6).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relu6;

static CARD: Card = Card {
    word: "relu6",
    title: "ReLU6",
    group: Group::Activation,
    help: "Like ReLU, but at most 6: MobileNet uses it.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Relu6 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[2, output.len()])
    }

    fn curve(&self) -> Option<Curve> {
        Some(Curve {
            value: |z| z.clamp(0.0, 6.0),
            slope: |z| f32::from(u8::from(z > 0.0 && z < 6.0)),
            steepest: 1.0,
            range: (0.0, 6.0),
        })
    }
}
