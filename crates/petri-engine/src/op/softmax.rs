//! Forward pass of softmax.

use burn::tensor::activation::softmax;
use petri_kernels::softmax as kernels;
use petri_protocol::op::Softmax;
use petri_protocol::{OpSpec, TensorShape};

use crate::op::kernel::{Backward, Kernel, Pass};
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

impl Kernel for Softmax {
    fn forward(&self, pass: &mut Pass<'_>) {
        kernels::forward(pass.inputs.n, pass.shape.channels(), pass.shape.area(), pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        kernels::backward(back.inputs.n, back.shape.channels(), back.shape.area(), back.output, back.gradient, d_input);
    }
}
