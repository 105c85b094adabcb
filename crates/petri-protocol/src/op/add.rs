//! The sum of several inputs.

use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Adds its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Add;

static CARD: Card = Card {
    word: "add",
    title: "Add",
    group: Group::Join,
    help: "Adds the outputs of several layers of one shape, as residual networks do.",
    forward: "The values are added.",
    backward: "Each input gets the same gradient.",
};

impl Operation for Add {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn takes_many(&self) -> bool {
        true
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let first = operation::one(inputs)?;
        match inputs.iter().find(|&&s| s != first) {
            Some(other) => Err(format!("adds inputs of one shape, but they are {first} and {other}")),
            None => Ok(first),
        }
    }

    fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[output.len(), inputs.len().saturating_sub(1)])
    }
}
