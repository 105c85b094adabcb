//! Forward pass of max pooling.

use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use petri_protocol::op::MaxPool;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for MaxPool {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let options = MaxPoolOptions::new(self.size.into()).with_stride(self.stride.into()).with_padding(self.padding.into());
        Value::Maps(max_pool2d(maps(inputs), options))
    }

    fn trials() -> Vec<Trial> {
        let padded = Self { size: 3.into(), stride: 2.into(), padding: 1.into() };
        vec![
            Trial::on_images("max pooling", vec![Self::new(2).into()]),
            Trial::on_images("max pooling, padded", vec![padded.into()]),
        ]
    }
}
