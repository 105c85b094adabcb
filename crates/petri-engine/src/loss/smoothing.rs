//! Label smoothing, on the device and on the host.

use std::borrow::Cow;

use burn::tensor::Tensor;
use petri_protocol::{LossSpec, TrainingSpec};

/// Label smoothing (Szegedy et al. 2016) as in PyTorch's `CrossEntropyLoss`: a part of each target is spread evenly
/// over the classes, where each class counts with its own weight.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Smoothing {
    part: f32,
    class_weights: Vec<f32>,
}

impl Smoothing {
    /// Smoothing as a training asks for it; none for losses other than cross-entropy.
    pub(super) fn new(training: &TrainingSpec) -> Self {
        let part = if training.loss == LossSpec::CrossEntropy { training.label_smoothing as f32 } else { 0.0 };
        Self { part, class_weights: Vec::new() }
    }

    /// With the weights of the classes; without them all count alike.
    pub(super) fn set_class_weights(&mut self, class_weights: &[f32]) {
        self.class_weights = class_weights.to_vec();
    }

    /// Whether targets stay as they are.
    pub(super) fn is_none(&self) -> bool {
        self.part == 0.0
    }

    fn weight(&self, class: usize) -> f32 {
        self.class_weights.get(class).copied().unwrap_or(1.0)
    }

    /// What the loss reads instead of the targets: with the weight wᵧ of its sample, class c counts
    /// wᵧ (1 − ε) tᶜ + wᶜ ε / k.
    ///
    /// # Shapes
    ///
    /// Both `[batch, classes, area]`.
    pub(super) fn targets(&self, targets: Tensor<3>) -> Tensor<3> {
        if self.is_none() {
            return targets;
        }
        let k = targets.dims()[1];
        let weights: Vec<f32> = (0..k).map(|class| self.weight(class)).collect();
        let weights = Tensor::<1>::from_floats(weights.as_slice(), &targets.device()).reshape([1, k, 1]);
        let of_sample = (targets.clone() * weights.clone()).sum_dim(1);
        targets * (1.0 - self.part) + weights.div(of_sample) * (self.part / k as f32)
    }

    /// The same for one sample (or pixel) on the host.
    pub(super) fn host_targets<'a>(&self, targets: &'a [f32]) -> Cow<'a, [f32]> {
        if self.is_none() {
            return targets.into();
        }
        let of_sample: f32 = targets.iter().enumerate().map(|(class, t)| t * self.weight(class)).sum();
        let spread = self.part / targets.len() as f32;
        let smooth = |(class, t): (usize, &f32)| t * (1.0 - self.part) + spread * self.weight(class) / of_sample;
        targets.iter().enumerate().map(smooth).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothed_targets_are_the_same_on_device_and_host() {
        let training = TrainingSpec { label_smoothing: 0.3, ..TrainingSpec::default() };
        for weights in [vec![], vec![0.5, 2.0, 1.25]] {
            let mut smoothing = Smoothing::new(&training);
            smoothing.set_class_weights(&weights);
            let one_hot = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
            let tensor = Tensor::<1>::from_floats(one_hot, &crate::device::flex()).reshape([2, 3, 1]);
            let read = crate::readback::read(smoothing.targets(tensor).flatten::<1>(0, 2));
            let on_device = pollster::block_on(read).expect("the CPU cannot fail");
            let on_host: Vec<f32> = one_hot.chunks(3).flat_map(|t| smoothing.host_targets(t).into_owned()).collect();
            for (a, b) in on_device.iter().zip(&on_host) {
                assert!((a - b).abs() < 1e-6, "{on_device:?} {on_host:?}");
            }
            if weights.is_empty() {
                assert!((on_host[1] - 0.8).abs() < 1e-6 && (on_host[0] - 0.1).abs() < 1e-6, "{on_host:?}");
            }
        }
        let mse = TrainingSpec { loss: LossSpec::MeanSquaredError, ..training };
        assert_eq!(Smoothing::new(&mse).host_targets(&[0.0, 1.0])[..], [0.0, 1.0], "cross-entropy only");
    }
}
