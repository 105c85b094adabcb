//! Forward pass of a concatenation.

use burn::tensor::Tensor;
use petri_protocol::op::Concat;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, joined};
use crate::value::Value;

impl Forward for Concat {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        joined(inputs, |vectors| Tensor::cat(vectors, 1), |maps| Tensor::cat(maps, 1))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::join("concatenation", Self)]
    }
}
