//! Forward pass of ReLU.

use burn::tensor::activation::relu;
use petri_protocol::op::Relu;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Relu {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(relu, relu)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}
