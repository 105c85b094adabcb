//! Forward pass of ReLU6.

use petri_kernels::activation::Activation;
use petri_protocol::op::Relu6;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Relu6 {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(|x| x.clamp(0.0, 6.0), |x| x.clamp(0.0, 6.0))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self), Trial::flat_activation(Self)]
    }
}

impl Kernel for Relu6 {
    fn forward(&self, pass: &mut Pass<'_>) {
        Activation::Relu6.forward(pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        Activation::Relu6.backward(back.inputs.get(input), back.output, back.gradient, d_input);
    }
}
