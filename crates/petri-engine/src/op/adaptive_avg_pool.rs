//! Forward pass of average pooling to a given size.

use petri_kernels::resample::{Resample, Taps};
use petri_protocol::op::{AdaptiveAvgPool, Sides};

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::resample::resample;
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for AdaptiveAvgPool {
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let x = maps(inputs);
        let [_, _, h, w] = x.dims();
        Value::Maps(resample(x, means(h, self.size.height), means(w, self.size.width)))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::on_images("adaptive average pooling", vec![Self { size: Sides::new(3, 5) }.into()])]
    }
}

impl Kernel for AdaptiveAvgPool {
    fn forward(&self, pass: &mut Pass<'_>) {
        let planes = pass.inputs.n * pass.shape.channels();
        resampling(self, pass.inputs.sides(0)).forward(planes, pass.inputs.get(0), pass.output, pass.scratch);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let planes = back.inputs.n * back.shape.channels();
        resampling(self, back.inputs.sides(input)).backward(planes, back.gradient, d_input, back.scratch);
    }
}

fn resampling(pool: &AdaptiveAvgPool, [height, width]: [usize; 2]) -> Resample {
    Resample { rows: Taps::mean(height, pool.size.height), columns: Taps::mean(width, pool.size.width) }
}

/// Weights of the means along one side, `[new, n]`: new pixel i is the mean of the pixels from ⌊i n / new⌋ to
/// ⌈(i + 1) n / new⌉, without the last.
fn means(n: usize, new: usize) -> Vec<f32> {
    let mut values = vec![0.0f32; new * n];
    for (i, row) in values.chunks_exact_mut(n).enumerate() {
        let window = &mut row[i * n / new..((i + 1) * n).div_ceil(new)];
        let weight = 1.0 / window.len() as f32;
        window.fill(weight);
    }
    values
}
