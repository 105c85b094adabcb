//! Activation function: Hard swish.

use crate::op::operation::{self, Card, Curve, Group, Operation};
use crate::{TensorShape, size};

/// f(x) = x · min(max(0, x + 3), 6) / 6 (Howard et al. 2019).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HardSwish;

static CARD: Card = Card {
    word: "hardswish",
    title: "Hard swish",
    group: Group::Activation,
    help: "Smooth relative of ReLU made of straight pieces: MobileNet V3 uses it.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for HardSwish {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[4, output.len()])
    }

    fn curve(&self) -> Option<Curve> {
        Some(Curve {
            value: |z| z * (z + 3.0).clamp(0.0, 6.0) / 6.0,
            slope: |z| {
                if z <= -3.0 {
                    0.0
                } else if z >= 3.0 {
                    1.0
                } else {
                    (2.0 * z + 3.0) / 6.0
                }
            },
            steepest: 1.5,
            range: (-0.375, f32::INFINITY),
        })
    }
}
