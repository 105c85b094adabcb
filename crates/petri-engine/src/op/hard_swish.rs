//! Forward pass of Hard swish.

use burn::tensor::Tensor;
use petri_protocol::op::HardSwish;

use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for HardSwish {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        one(inputs).map(hard_swish, hard_swish)
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::activation(Self), Trial::flat_activation(Self)]
    }
}

fn hard_swish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let gate = (x.clone() + 3.0).clamp(0.0, 6.0) / 6.0;
    x * gate
}
