//! Forward pass of a fully connected layer.

use burn::tensor::module::linear;
use petri_kernels::{elementwise, gemm};
use petri_protocol::op::Dense;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, vector};
use crate::value::Value;

impl Forward for Dense {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.matrix();
        Value::Vector(linear(vector(inputs), weight, bias))
    }

    fn trials() -> Vec<Trial> {
        let without_bias = Self { units: 4, bias: false, ..Self::default() };
        vec![Trial::on_features("dense without bias", vec![without_bias.into()])]
    }
}

impl Kernel for Dense {
    fn forward(&self, pass: &mut Pass<'_>) {
        let (n, outputs) = (pass.inputs.n, pass.shape.len());
        gemm::nn(n, outputs, pass.inputs.shapes[0].len(), pass.inputs.get(0), pass.weight, pass.output, false, pass.scratch);
        if !pass.bias.is_empty() {
            elementwise::add_bias_rows(n, outputs, pass.bias, pass.output);
        }
    }

    fn backward_parameters(&self, back: &mut Backward<'_>) {
        let (n, outputs) = (back.inputs.n, back.shape.len());
        let inputs = back.inputs.shapes[0].len();
        gemm::tn(inputs, outputs, n, back.inputs.get(0), back.gradient, back.d_weight, false, back.scratch);
        if !back.d_bias.is_empty() {
            elementwise::sum_rows(n, outputs, back.gradient, back.d_bias);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let (n, outputs) = (back.inputs.n, back.shape.len());
        gemm::nt(n, back.inputs.shapes[input].len(), outputs, back.gradient, back.weight, d_input, false, back.scratch);
    }
}
