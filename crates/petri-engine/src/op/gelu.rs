//! Forward pass of GELU.

use burn::tensor::activation::gelu;
use petri_protocol::op::Gelu;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Gelu {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(gelu, gelu)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}
