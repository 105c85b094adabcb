//! Forward pass of the sigmoid.

use burn::tensor::activation::sigmoid;
use petri_protocol::op::Sigmoid;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Sigmoid {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(sigmoid, sigmoid)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}
