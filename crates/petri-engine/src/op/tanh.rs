//! Forward pass of tanh.

use burn::tensor::activation::tanh;
use petri_protocol::op::Tanh;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Tanh {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(tanh, tanh)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}
