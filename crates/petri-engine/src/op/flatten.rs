//! Forward pass from an image to a vector.

use petri_protocol::op::Flatten;

use crate::op::kernel::{Backward, Kernel, Pass};
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

impl Kernel for Flatten {
    fn forward(&self, pass: &mut Pass<'_>) {
        pass.output.copy_from_slice(pass.inputs.get(0));
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        d_input.copy_from_slice(back.gradient);
    }
}
