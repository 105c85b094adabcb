//! Forward pass of no activation.

use petri_protocol::op::Linear;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Linear {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}

impl Kernel for Linear {
    fn forward(&self, pass: &mut Pass<'_>) {
        pass.output.copy_from_slice(pass.inputs.get(0));
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        d_input.copy_from_slice(back.gradient);
    }
}
