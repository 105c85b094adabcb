//! Forward pass of ReLU.

use burn::tensor::activation::relu;
use petri_kernels::activation::Activation;
use petri_protocol::op::Relu;

use crate::op::kernel::{Backward, Kernel, Pass};
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

impl Kernel for Relu {
    fn forward(&self, pass: &mut Pass<'_>) {
        Activation::Relu.forward(pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        Activation::Relu.backward(back.inputs.get(input), back.output, back.gradient, d_input);
    }
}
