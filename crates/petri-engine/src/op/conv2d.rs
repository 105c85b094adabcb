//! Forward pass of a convolution.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use petri_protocol::op::{Conv2d, Padding, Sides};

use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for Conv2d {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.filters();
        let options = ConvOptions::new(self.stride.into(), self.pads().into(), self.dilation.into(), self.groups);
        Value::Maps(conv2d(maps(inputs), weight, bias, options))
    }

    fn trials() -> Vec<Trial> {
        let four = || Self { filters: 4, ..Self::default() };
        let same = Padding::Same;
        [
            ("conv, stride 2", Self { stride: 2.into(), ..four() }),
            ("conv, padding and dilation 2", Self { padding: same, dilation: 2.into(), ..four() }),
            ("conv, 2 groups", Self { padding: Padding::Pixels(1.into()), groups: 2, ..four() }),
            ("conv without bias", Self { bias: false, ..four() }),
            ("conv, 1 by 5", Self { kernel: Sides::new(1, 5), padding: same, stride: Sides::new(1, 2), ..four() }),
        ]
        .into_iter()
        .map(|(name, conv)| Trial::on_images(name, vec![conv.into()]))
        .collect()
    }
}
