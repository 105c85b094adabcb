//! Forward pass of a transposed convolution.

use burn::tensor::module::conv_transpose2d;
use burn::tensor::ops::ConvTransposeOptions;
use petri_protocol::op::ConvTranspose2d;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for ConvTranspose2d {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.filters();
        let options = ConvTransposeOptions::new(self.stride.into(), self.padding.into(), [0; 2], [1; 2], 1);
        Value::Maps(conv_transpose2d(maps(inputs), weight, bias, options))
    }

    fn trials() -> Vec<Trial> {
        let conv = Self { filters: 3, ..Self::default() };
        vec![Trial::on_images("transposed convolution", vec![conv.into()])]
    }
}
