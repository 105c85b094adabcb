//! Forward pass of a fully connected layer.

use burn::tensor::module::linear;
use petri_protocol::op::Dense;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, vector};
use crate::value::Value;

impl Forward for Dense {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.matrix();
        Value::Vector(linear(vector(inputs), weight, bias))
    }

    fn trials() -> Vec<Trial> {
        let without_bias = Self { units: 4, bias: false, ..Self::default() };
        vec![Trial::on_features("dense without bias", vec![without_bias.into()])]
    }
}
