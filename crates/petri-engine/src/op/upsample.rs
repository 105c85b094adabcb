//! Forward pass of upsampling.

use petri_kernels::resample::{Resample, Taps};
use petri_protocol::UpsampleMode;
use petri_protocol::op::Upsample;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::resample::resample;
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for Upsample {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let x = maps(inputs);
        let [n, c, h, w] = x.dims();
        let factor = self.factor;
        Value::Maps(match self.mode {
            // Repeating by reshape: its backward pass is a plain sum, which every backend has.
            UpsampleMode::Nearest => {
                x.reshape([n, c, h, 1, w, 1]).expand([n, c, h, factor, w, factor]).reshape([n, c, h * factor, w * factor])
            }
            UpsampleMode::Bilinear => resample(x, bilinear(h, factor), bilinear(w, factor)),
        })
    }

    fn trials() -> Vec<Trial> {
        [("upsampling, nearest", UpsampleMode::Nearest), ("upsampling, bilinear", UpsampleMode::Bilinear)]
            .map(|(name, mode)| Trial::on_images(name, vec![Self { factor: 2, mode }.into()]))
            .into()
    }
}

impl Kernel for Upsample {
    fn forward(&self, pass: &mut Pass<'_>) {
        let planes = pass.inputs.n * pass.shape.channels();
        resampling(self, pass.inputs.sides(0)).forward(planes, pass.inputs.get(0), pass.output, pass.scratch);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let planes = back.inputs.n * back.shape.channels();
        resampling(self, back.inputs.sides(input)).backward(planes, back.gradient, d_input, back.scratch);
    }
}

fn resampling(upsample: &Upsample, sides: [usize; 2]) -> Resample {
    let [rows, columns] = sides.map(|side| match upsample.mode {
        UpsampleMode::Nearest => Taps::nearest(side, upsample.factor),
        UpsampleMode::Bilinear => Taps::bilinear(side, upsample.factor),
    });
    Resample { rows, columns }
}

/// Weights of linear interpolation along one side, `[n · factor, n]`: output pixel i lies at
/// (i + 0.5) / factor − 0.5 of the input, and the edge is repeated (corners not aligned).
fn bilinear(n: usize, factor: usize) -> Vec<f32> {
    let mut values = vec![0.0f32; n * factor * n];
    for (i, row) in values.chunks_exact_mut(n).enumerate() {
        let at = ((i as f32 + 0.5) / factor as f32 - 0.5).max(0.0);
        let low = (at as usize).min(n - 1);
        let high = (low + 1).min(n - 1);
        let t = at - low as f32;
        row[low] += 1.0 - t;
        row[high] += t;
    }
    values
}
