//! Forward pass of Hard swish.

use burn::tensor::Tensor;
use petri_kernels::activation::Activation;
use petri_protocol::op::HardSwish;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for HardSwish {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(hard_swish, hard_swish)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self), Trial::flat_activation(Self)]
    }
}

impl Kernel for HardSwish {
    fn forward(&self, pass: &mut Pass<'_>) {
        Activation::HardSwish.forward(pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        Activation::HardSwish.backward(back.inputs.get(input), back.output, back.gradient, d_input);
    }
}

fn hard_swish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let gate = (x.clone() + 3.0).clamp(0.0, 6.0) / 6.0;
    x * gate
}
