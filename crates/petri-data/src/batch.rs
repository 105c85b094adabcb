//! Batches of one shape: the last one of an epoch is filled up and the filling counts for nothing.

use petri_protocol::{Split, TargetCode};

use crate::dataset::Dataset;
use crate::random::{Purpose, permutation, stream};
use crate::values::Targets;

/// One batch on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Number of samples, filling included.
    pub size: usize,
    /// Samples that count; the rest is filling.
    pub n_real: usize,
    /// How the targets are written.
    pub code: TargetCode,
    /// Scaled inputs, `[size, channels, height, width]` or `[size, features]`.
    pub inputs: Vec<f32>,
    /// Targets, `[size, code channels, area]`.
    pub targets: Vec<f32>,
    /// Weights of samples or pixels, `[size, 1, area]`: 0 for filling, else the weight of the class.
    pub weights: Vec<f32>,
}

/// Order of the training samples in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochOrder {
    order: Vec<u32>,
    batch_size: usize,
}

impl EpochOrder {
    /// The order of epoch `epoch` for `seed`.
    pub fn new(seed: u32, epoch: u32, n: usize, batch_size: usize) -> Self {
        Self { order: permutation(&mut stream(seed, Purpose::Order(epoch)), n), batch_size: batch_size.max(1) }
    }

    /// Samples of step `step` of the epoch and how many of them count. The last batch is filled up
    /// with samples from the beginning of the epoch, so that batch normalisation sees real data.
    pub fn batch(&self, step: usize) -> (Vec<usize>, usize) {
        fill(step * self.batch_size, self.batch_size, self.order.len(), |i| self.order[i] as usize)
    }
}

/// Samples of batch `step` of a split in its own order, filled up like [`EpochOrder::batch`].
pub fn in_order(step: usize, batch_size: usize, n: usize) -> (Vec<usize>, usize) {
    fill(step * batch_size, batch_size, n, |i| i)
}

fn fill(start: usize, size: usize, n: usize, sample: impl Fn(usize) -> usize) -> (Vec<usize>, usize) {
    let n_real = n.saturating_sub(start).min(size);
    ((start..start + size).map(|i| sample(i % n.max(1))).collect(), n_real)
}

/// Number of steps in an epoch.
pub fn steps_per_epoch(n: usize, batch_size: usize) -> usize {
    n.div_ceil(batch_size.max(1)).max(1)
}

impl Dataset {
    /// Puts a batch together.
    ///
    /// `class_weights` has one weight for each class (or label); `n_real` of the samples count.
    pub fn batch(&self, split: Split, indices: &[usize], n_real: usize, code: TargetCode, class_weights: &[f32]) -> Batch {
        let k = self.info.n_classes();
        let area = self.info.answer_area();
        let channels = code.channels(k);
        let mut inputs = Vec::with_capacity(indices.len() * self.info.input.len());
        let mut targets = vec![0.0; indices.len() * channels * area];
        let mut weights = vec![0.0; indices.len() * area];
        for (row, &index) in indices.iter().enumerate() {
            self.scaled_input(split, index, &mut inputs);
            let target = &mut targets[row * channels * area..][..channels * area];
            let weight = &mut weights[row * area..][..area];
            let mut class = |pixel: usize, class: usize| {
                match code {
                    TargetCode::OneHot => target[class * area + pixel] = 1.0,
                    TargetCode::Binary => target[pixel] = f32::from(u8::from(class == 1)),
                    TargetCode::Labels | TargetCode::Number => {}
                }
                if row < n_real {
                    weight[pixel] = class_weights.get(class).copied().unwrap_or(1.0);
                }
            };
            match &self.part(split).targets {
                Targets::Numbers(v) => {
                    target[0] = self.target_scaling.point(v[index], 0);
                    weight[0] = f32::from(u8::from(row < n_real));
                }
                Targets::Classes(v) => class(0, usize::from(v[index])),
                Targets::Masks(v) => {
                    for (pixel, &c) in v[index * area..][..area].iter().enumerate() {
                        class(pixel, usize::from(c));
                    }
                }
                Targets::Labels(v) => {
                    for (label, &value) in v[index * k..][..k].iter().enumerate() {
                        target[label] = f32::from(value);
                    }
                    weight[0] = f32::from(u8::from(row < n_real));
                }
            }
        }
        Batch { size: indices.len(), n_real, code, inputs, targets, weights }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generators;
    use petri_protocol::DataSpec;

    #[test]
    fn the_last_batch_is_filled_up_and_masked() {
        let order = EpochOrder::new(1, 0, 10, 4);
        let (indices, n_real) = order.batch(2);
        assert_eq!((indices.len(), n_real), (4, 2));
        assert_eq!(indices[2..], order.batch(0).0[..2], "filled with real samples");
        let mut seen: Vec<usize> = (0..3)
            .flat_map(|s| {
                let (i, n) = order.batch(s);
                i[..n].to_vec()
            })
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn epochs_differ_and_repeat() {
        assert_eq!(EpochOrder::new(1, 3, 50, 8), EpochOrder::new(1, 3, 50, 8));
        assert_ne!(EpochOrder::new(1, 3, 50, 8), EpochOrder::new(1, 4, 50, 8));
    }

    #[test]
    fn targets_and_weights_are_written_by_code() {
        let data = generators::generate(&DataSpec { balance: 0.25, ..DataSpec::default() }, 1).expect("generated");
        let weights = data.balanced_weights();
        assert!((weights[1] / weights[0] - 3.0).abs() < 0.1);
        let (indices, n_real) = in_order(0, 8, 3);
        let one_hot = data.batch(Split::Train, &indices, n_real, TargetCode::OneHot, &weights);
        let binary = data.batch(Split::Train, &indices, n_real, TargetCode::Binary, &weights);
        for row in 0..8 {
            assert_eq!(one_hot.targets[row * 2 + 1], binary.targets[row]);
            assert_eq!(one_hot.targets[row * 2] + one_hot.targets[row * 2 + 1], 1.0);
            assert_eq!(binary.weights[row] > 0.0, row < 3);
        }
    }
}
