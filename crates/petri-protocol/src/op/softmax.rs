//! Softmax: from outputs to probabilities.

use crate::op::operation::{self, Card, Group, Operation};
use crate::{LossSpec, TensorShape};

/// Probabilities over the classes. Only as the last node, for display: the loss reads its input.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Softmax;

static CARD: Card = Card {
    word: "softmax",
    title: "Softmax",
    group: Group::Activation,
    help: "As the last layer, turns the outputs into probabilities that add up to 1.",
    forward: "The outputs become probabilities that add up to 1.",
    backward: "The loss reads what comes before the softmax.",
};

impl Operation for Softmax {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        output.len() as u64
    }

    fn part_of_loss(&self) -> Option<LossSpec> {
        Some(LossSpec::CrossEntropy)
    }

    fn only_at_the_end(&self) -> bool {
        true
    }
}
