//! Forward pass of global average pooling.

use petri_kernels::pool;
use petri_protocol::op::{Flatten, GlobalAvgPool};

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for GlobalAvgPool {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        Value::Vector(maps(inputs).flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2))
    }

    fn trials() -> Vec<Trial> {
        let mut trial = Trial::on_images("global average pooling", vec![Self.into()]);
        trial.network.nodes.retain(|n| n.op != Flatten.into());
        vec![trial]
    }
}

impl Kernel for GlobalAvgPool {
    fn forward(&self, pass: &mut Pass<'_>) {
        pool::mean_forward(pass.output.len(), pass.inputs.shapes[0].area(), pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        pool::mean_backward(back.gradient.len(), back.inputs.shapes[input].area(), back.gradient, d_input);
    }
}
