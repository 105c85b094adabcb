//! Forward pass of Leaky ReLU.

use burn::tensor::activation::leaky_relu;
use petri_protocol::op::LeakyRelu;
use petri_protocol::op::leaky_relu::SLOPE;

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
