//! Forward pass of average pooling.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use petri_protocol::op::AvgPool;

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
