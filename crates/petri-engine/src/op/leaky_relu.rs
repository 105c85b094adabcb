//! Forward pass of Leaky ReLU.

use burn::tensor::activation::leaky_relu;
use petri_kernels::activation::Activation;
use petri_protocol::op::LeakyRelu;
use petri_protocol::op::leaky_relu::SLOPE;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for LeakyRelu {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let slope = f64::from(SLOPE);
        one(inputs).map(|x| leaky_relu(x, slope), |x| leaky_relu(x, slope))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self)]
    }
}

impl Kernel for LeakyRelu {
    fn forward(&self, pass: &mut Pass<'_>) {
        Activation::LeakyRelu(SLOPE).forward(pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        Activation::LeakyRelu(SLOPE).backward(back.inputs.get(input), back.output, back.gradient, d_input);
    }
}
