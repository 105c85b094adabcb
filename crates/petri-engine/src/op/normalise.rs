//! Forward pass of a fixed normalisation.

use burn::tensor::{Tensor, TensorData};
use petri_protocol::op::Normalise;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for Normalise {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let x = maps(inputs);
        let device = x.device();
        // [1, channels, 1, 1]
        let of_channels = |values: Vec<f32>| {
            let n = values.len();
            Tensor::<4>::from_data(TensorData::new(values, [1, n, 1, 1]), &device)
        };
        let mean = of_channels(self.mean.iter().map(|m| *m as f32).collect());
        let factor = of_channels(self.std.iter().map(|s| (1.0 / s) as f32).collect());
        Value::Maps((x - mean) * factor)
    }

    fn trials() -> Vec<Trial> {
        let normalise = Self { mean: vec![0.1, 0.2, 0.3, 0.4], std: vec![0.5, 1.0, 2.0, 0.25] };
        vec![Trial::on_images("fixed normalisation", vec![normalise.into()])]
    }
}

impl Kernel for Normalise {
    fn forward(&self, pass: &mut Pass<'_>) {
        let area = pass.shape.area().max(1);
        let channels = self.mean.iter().zip(&self.std).cycle();
        let planes = pass.output.chunks_exact_mut(area).zip(pass.inputs.get(0).chunks_exact(area));
        for ((output, input), (mean, std)) in planes.zip(channels) {
            let (mean, factor) = (*mean as f32, (1.0 / std) as f32);
            output.iter_mut().zip(input).for_each(|(y, x)| *y = (x - mean) * factor);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        let area = back.shape.area().max(1);
        let planes = d_input.chunks_exact_mut(area).zip(back.gradient.chunks_exact(area));
        for ((d_input, gradient), std) in planes.zip(self.std.iter().cycle()) {
            let factor = (1.0 / std) as f32;
            d_input.iter_mut().zip(gradient).for_each(|(dx, dy)| *dx = dy * factor);
        }
    }
}
