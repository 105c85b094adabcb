//! Activation function: Leaky ReLU.

use crate::TensorShape;
use crate::op::operation::{self, Card, Curve, Group, Operation};

/// f(x) = x for x > 0, else 0.01 x.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LeakyRelu;

/// Slope below zero (PyTorch's default).
pub const SLOPE: f32 = 0.01;

static CARD: Card = Card {
    word: "leakyrelu",
    title: "Leaky ReLU",
    group: Group::Activation,
    help: "Like ReLU, but negative values keep a hundredth, so that a neuron can always learn.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for LeakyRelu {
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
        Some(Curve {
            value: |z| if z > 0.0 { z } else { SLOPE * z },
            slope: |z| if z > 0.0 { 1.0 } else { SLOPE },
            steepest: 1.0,
            range: (f32::NEG_INFINITY, f32::INFINITY),
        })
    }
}
