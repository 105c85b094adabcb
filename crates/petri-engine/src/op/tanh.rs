//! Forward pass of tanh.

use burn::tensor::activation::tanh;
use petri_kernels::activation::Activation;
use petri_protocol::op::Tanh;

use crate::op::kernel::{Backward, Kernel, Pass};
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

impl Kernel for Tanh {
    fn forward(&self, pass: &mut Pass<'_>) {
        Activation::Tanh.forward(pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        Activation::Tanh.backward(back.inputs.get(input), back.output, back.gradient, d_input);
    }
}
