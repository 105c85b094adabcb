//! Forward pass of softmax.

use burn::tensor::activation::softmax;
use petri_protocol::op::Softmax;
use petri_protocol::{OpSpec, TensorShape};

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Softmax {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(|x| softmax(x, 1), |x| softmax(x, 1))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::chain("dense, softmax", vec![OpSpec::dense(2), Self.into()], TensorShape::Features(3))]
    }
}
