//! Forward pass of an addition.

use burn::tensor::Tensor;
use petri_kernels::elementwise;
use petri_protocol::op::Add;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, joined};
use crate::value::Value;

impl Forward for Add {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        joined(inputs, sum, sum)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::join("addition", Self)]
    }
}

impl Kernel for Add {
    fn forward(&self, pass: &mut Pass<'_>) {
        pass.output.copy_from_slice(pass.inputs.get(0));
        for input in 1..pass.inputs.nodes.len() {
            elementwise::add_to(pass.inputs.get(input), pass.output);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        d_input.copy_from_slice(back.gradient);
    }
}

fn sum<const D: usize>(tensors: Vec<Tensor<D>>) -> Tensor<D> {
    let sum = tensors.into_iter().reduce(|a, b| a + b);
    sum.unwrap_or_else(|| unreachable!("shape inference refuses nodes without input"))
}
