//! Activation function: Sigmoid.

use crate::op::operation::{self, Card, Curve, Group, Operation};
use crate::{LossSpec, TensorShape};

/// f(x) = 1 / (1 + e⁻ˣ).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sigmoid;

static CARD: Card = Card {
    word: "sigmoid",
    title: "Sigmoid",
    group: Group::Activation,
    help: "Squeezes every value between 0 and 1: as the last layer, a probability.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Sigmoid {
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
        Some(Curve { value: sigmoid, slope: |z| sigmoid(z) * (1.0 - sigmoid(z)), steepest: 0.25, range: (0.0, 1.0) })
    }

    fn part_of_loss(&self) -> Option<LossSpec> {
        Some(LossSpec::BinaryCrossEntropy)
    }
}

fn sigmoid(z: f32) -> f32 {
    1.0 / (1.0 + (-z).exp())
}
