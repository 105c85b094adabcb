//! Forward pass of global average pooling.

use petri_protocol::op::{Flatten, GlobalAvgPool};

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
