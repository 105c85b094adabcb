//! Forward pass from an image to a vector.

use petri_protocol::op::Flatten;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Flatten {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        match one(inputs) {
            Value::Maps(x) => Value::Vector(x.flatten(1, 3)),
            vector @ Value::Vector(_) => vector,
        }
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::on_images("flatten", vec![])]
    }
}
