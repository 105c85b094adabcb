//! Forward pass of a concatenation.

use burn::tensor::Tensor;
use petri_protocol::op::Concat;

use crate::op::kernel::{Backward, Inputs, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, joined};
use crate::value::Value;

impl Forward for Concat {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        joined(inputs, |vectors| Tensor::cat(vectors, 1), |maps| Tensor::cat(maps, 1))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::join("concatenation", Self)]
    }
}

impl Kernel for Concat {
    fn forward(&self, pass: &mut Pass<'_>) {
        let len = pass.shape.len();
        for input in 0..pass.inputs.nodes.len() {
            let (start, own) = place(&pass.inputs, input);
            let samples = pass.inputs.get(input).chunks_exact(own.max(1));
            for (whole, part) in pass.output.chunks_exact_mut(len.max(1)).zip(samples) {
                whole[start..start + own].copy_from_slice(part);
            }
        }
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let (start, own) = place(&back.inputs, input);
        let samples = back.gradient.chunks_exact(back.shape.len().max(1));
        for (part, whole) in d_input.chunks_exact_mut(own.max(1)).zip(samples) {
            part.copy_from_slice(&whole[start..start + own]);
        }
    }
}

/// Where the values of an input stand among those of a sample, and how many they are.
fn place(inputs: &Inputs<'_>, input: usize) -> (usize, usize) {
    (inputs.shapes[..input].iter().map(|shape| shape.len()).sum(), inputs.shapes[input].len())
}
