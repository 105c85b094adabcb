//! Channels behind each other.

use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Puts the channels of its inputs behind each other.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Concat;

static CARD: Card = Card {
    word: "concat",
    title: "Concat",
    group: Group::Join,
    help: "Puts the channels (or values) of several layers behind each other.",
    forward: "The values are put behind each other.",
    backward: "Each input gets back its own part of the gradient.",
};

impl Operation for Concat {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn takes_many(&self) -> bool {
        true
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let channels: Vec<usize> = inputs.iter().map(|s| s.channels()).collect();
        let channels = size::sum(&channels)?;
        match operation::one(inputs)? {
            TensorShape::Features(_) => {
                if inputs.iter().any(|s| matches!(s, TensorShape::Image { .. })) {
                    return Err("cannot put vectors and images together".into());
                }
                Ok(TensorShape::Features(channels))
            }
            first @ TensorShape::Image { height, width, .. } => {
                for shape in inputs {
                    match shape {
                        TensorShape::Image { height: h, width: w, .. } if (*h, *w) == (height, width) => {}
                        _ => return Err(format!("needs inputs of one height and width, but they are {first} and {shape}")),
                    }
                }
                Ok(TensorShape::image(channels, height, width))
            }
        }
    }

    fn flops(&self, _inputs: &[TensorShape], _output: TensorShape) -> u64 {
        0
    }
}
