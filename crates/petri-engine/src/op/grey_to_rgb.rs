//! Forward pass from grey to colour.

use petri_protocol::op::GreyToRgb;
use petri_protocol::{Init, OpSpec, Padding};

use crate::op::kernel::{Backward, Kernel, Pass};
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

impl Kernel for GreyToRgb {
    fn forward(&self, pass: &mut Pass<'_>) {
        let area = pass.shape.area().max(1);
        for (rgb, grey) in pass.output.chunks_exact_mut(3 * area).zip(pass.inputs.get(0).chunks_exact(area)) {
            rgb.chunks_exact_mut(area).for_each(|channel| channel.copy_from_slice(grey));
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        let area = back.shape.area().max(1);
        for (grey, rgb) in d_input.chunks_exact_mut(area).zip(back.gradient.chunks_exact(3 * area)) {
            let (red, rest) = rgb.split_at(area);
            let (green, blue) = rest.split_at(area);
            grey.iter_mut().zip(red).zip(green).zip(blue).for_each(|(((dx, r), g), b)| *dx = r + g + b);
        }
    }
}
