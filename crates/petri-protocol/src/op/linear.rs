//! Activation function: Linear (no activation).

use crate::TensorShape;
use crate::op::operation::{self, Card, Curve, Group, Operation};

/// f(x) = x.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Linear;

static CARD: Card = Card {
    word: "linear",
    title: "Linear (no activation)",
    group: Group::Activation,
    help: "Lets every value through as it is.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Linear {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], _output: TensorShape) -> u64 {
        0
    }

    fn curve(&self) -> Option<Curve> {
        Some(Curve { value: |z| z, slope: |_| 1.0, steepest: 1.0, range: (f32::NEG_INFINITY, f32::INFINITY) })
    }
}
