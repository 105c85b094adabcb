//! Forward pass of average pooling.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use petri_kernels::{Window, pool};
use petri_protocol::TensorShape;
use petri_protocol::op::AvgPool;

use crate::op::kernel::{Backward, Kernel, Pass, sides};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for AvgPool {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let options = AvgPoolOptions::new(self.size.into()).with_stride(self.stride.into()).with_padding(self.padding.into());
        Value::Maps(avg_pool2d(maps(inputs), options))
    }

    fn trials() -> Vec<Trial> {
        let padded = Self { size: 3.into(), stride: 2.into(), padding: 1.into() };
        vec![
            Trial::on_images("average pooling", vec![Self::new(2).into()]),
            Trial::on_images("average pooling, padded", vec![padded.into()]),
        ]
    }
}

impl Kernel for AvgPool {
    fn forward(&self, pass: &mut Pass<'_>) {
        let planes = pass.inputs.n * pass.shape.channels();
        pool::avg_forward(planes, &window(self, pass.inputs.sides(0), pass.shape), pass.inputs.get(0), pass.output);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let planes = back.inputs.n * back.shape.channels();
        pool::avg_backward(planes, &window(self, back.inputs.sides(input), back.shape), back.gradient, d_input);
    }
}

fn window(pool: &AvgPool, input: [usize; 2], output: TensorShape) -> Window {
    let (kernel, stride, padding) = (pool.size.into(), pool.stride.into(), pool.padding.into());
    Window { input, output: sides(output), kernel, stride, padding, dilation: [1; 2] }
}
