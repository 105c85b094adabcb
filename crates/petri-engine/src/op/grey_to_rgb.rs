//! Forward pass from grey to colour.

use petri_protocol::op::GreyToRgb;
use petri_protocol::{Init, OpSpec, Padding};

use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for GreyToRgb {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let x = maps(inputs);
        let [n, _, h, w] = x.dims();
        Value::Maps(x.expand([n, 3, h, w]))
    }

    fn trials() -> Vec<Trial> {
        let grey = OpSpec::conv(1, 3, Padding::Same, Init::He);
        vec![Trial::on_images("grey to RGB", vec![grey, Self.into(), OpSpec::conv(2, 3, Padding::Same, Init::He)])]
    }
}
