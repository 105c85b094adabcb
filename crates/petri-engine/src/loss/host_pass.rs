//! Loss, right answers and gradient of a whole batch on the host: what the CPU engine trains with.

use std::borrow::Cow;

use petri_data::Batch;
use petri_kernels::loss;
use petri_protocol::{Decision, LossSpec};

use super::Objective;
use crate::executor::StepOutput;

impl Objective {
    /// Mean loss and right answers of a batch; the gradient of the loss by the logits is written.
    ///
    /// # Shapes
    ///
    /// `logits`, `gradient`: `[batch, channels, area]`.
    pub(crate) fn differentiate(&self, batch: &Batch, logits: &[f32], gradient: &mut [f32]) -> StepOutput {
        let places = batch.weights.len().max(1);
        let area = places / batch.size.max(1);
        let channels = logits.len() / places;
        let factor = self.normaliser(batch, channels);
        let weights: Vec<f32> = batch.weights.iter().map(|weight| weight * factor).collect();
        let targets = self.smoothing.whole_batch(&batch.targets, channels, area);
        let of = loss::Batch { n: batch.size, channels, area, x: logits, targets: &targets, weights: &weights };
        let loss = match self.loss {
            LossSpec::CrossEntropy => loss::cross_entropy(of, gradient),
            LossSpec::BinaryCrossEntropy => loss::binary_cross_entropy(of, gradient),
            LossSpec::MeanSquaredError => loss::squared_error(of, gradient),
        };
        StepOutput { loss: loss as f32, hits: self.hits(batch, logits, channels, area) as f32 }
    }

    /// Mean loss of a batch.
    pub(crate) fn mean(&self, batch: &Batch, logits: &[f32]) -> f32 {
        self.differentiate(batch, logits, &mut vec![0.0; logits.len()]).loss
    }

    /// Right answers among the samples, pixels or labels that count.
    fn hits(&self, batch: &Batch, logits: &[f32], channels: usize, area: usize) -> usize {
        let decision = Decision::new(batch.code, self.loss);
        if decision == Decision::Number {
            return 0;
        }
        let (mut x, mut t) = (vec![0.0; channels], vec![0.0; channels]);
        let counting = batch.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        let right = counting.map(|(place, _)| {
            let from = place / area * channels * area + place % area;
            for c in 0..channels {
                (x[c], t[c]) = (logits[from + c * area], batch.targets[from + c * area]);
            }
            match decision {
                Decision::Largest => usize::from(t[decision.class(&x)] > 0.5),
                _ => x.iter().zip(&t).filter(|(x, t)| decision.is_yes(**x) == (**t > 0.5)).count(),
            }
        });
        right.sum()
    }
}

impl super::Smoothing {
    /// What the loss reads instead of the targets `[batch, channels, area]`.
    fn whole_batch<'a>(&self, targets: &'a [f32], channels: usize, area: usize) -> Cow<'a, [f32]> {
        if self.is_none() {
            return targets.into();
        }
        let mut smooth = targets.to_vec();
        let mut one = vec![0.0; channels];
        for sample in smooth.chunks_exact_mut(channels * area) {
            for pixel in 0..area {
                (0..channels).for_each(|c| one[c] = sample[c * area + pixel]);
                self.host_targets(&one).iter().enumerate().for_each(|(c, t)| sample[c * area + pixel] = *t);
            }
        }
        smooth.into()
    }
}
