//! Loss, right answers and gradient of a whole batch on the host: what the CPU engine trains with.

use petri_data::Batch;
use petri_kernels::math;
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
        self.pass(batch, logits, Some(gradient))
    }

    /// Mean loss of a batch.
    pub(crate) fn mean(&self, batch: &Batch, logits: &[f32]) -> f32 {
        self.pass(batch, logits, None).loss
    }

    fn pass(&self, batch: &Batch, logits: &[f32], mut gradient: Option<&mut [f32]>) -> StepOutput {
        let places = batch.weights.len().max(1);
        let area = places / batch.size.max(1);
        let (channels, k) = (logits.len() / places, batch.targets.len() / places);
        let factor = self.normaliser(batch, channels);
        let decision = Decision::new(batch.code, self.loss);
        let (mut x, mut t, mut g) = (vec![0.0; channels], vec![0.0; k], vec![0.0; channels]);
        let (mut loss, mut hits) = (0.0f64, 0usize);
        for (place, weight) in batch.weights.iter().enumerate() {
            let (sample, pixel) = (place / area, place % area);
            let (from, of_target) = (sample * channels * area + pixel, sample * k * area + pixel);
            (0..channels).for_each(|c| x[c] = logits[from + c * area]);
            (0..k).for_each(|c| t[c] = batch.targets[of_target + c * area]);
            if *weight > 0.0 {
                hits += right(decision, &x, &t);
            }
            let weight = weight * factor;
            loss += f64::from(one(self.loss, &x, &self.smoothing.host_targets(&t), &mut g) * weight);
            if let Some(gradient) = gradient.as_deref_mut() {
                (0..channels).for_each(|c| gradient[from + c * area] = g[c] * weight);
            }
        }
        StepOutput { loss: loss as f32, hits: hits as f32 }
    }
}

/// Right answers of one sample or pixel.
fn right(decision: Decision, x: &[f32], t: &[f32]) -> usize {
    match decision {
        Decision::Number => 0,
        Decision::Above(_) | Decision::Each(_) => x.iter().zip(t).filter(|(x, t)| decision.is_yes(**x) == (**t > 0.5)).count(),
        Decision::Largest => usize::from(t.get(decision.class(x)).is_some_and(|t| *t > 0.5)),
    }
}

/// Loss of one sample or pixel, and its gradient by the logits.
fn one(loss: LossSpec, x: &[f32], t: &[f32], gradient: &mut [f32]) -> f32 {
    match loss {
        LossSpec::CrossEntropy => {
            let largest = x.iter().copied().fold(f32::NEG_INFINITY, |a, b| if b > a || b.is_nan() { b } else { a });
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g = math::exp(x - largest));
            let sum: f32 = gradient.iter().sum();
            let log_sum = largest + math::ln(sum);
            let (mut loss, mut total) = (0.0, 0.0);
            for (x, t) in x.iter().zip(t) {
                loss += t * (log_sum - x);
                total += t;
            }
            gradient.iter_mut().zip(t).for_each(|(g, t)| *g = *g / sum * total - t);
            loss
        }
        LossSpec::BinaryCrossEntropy => {
            let mut loss = 0.0;
            for ((g, x), t) in gradient.iter_mut().zip(x).zip(t) {
                // x − x t + ln(1 + e^−x), which cannot overflow
                let small = math::exp(-x.abs());
                loss += (if *x < 0.0 { 0.0 } else { *x }) - x * t + math::ln(1.0 + small);
                *g = math::sigmoid(*x) - t;
            }
            loss
        }
        LossSpec::MeanSquaredError => {
            let mut loss = 0.0;
            for ((g, x), t) in gradient.iter_mut().zip(x).zip(t) {
                let d = x - t;
                loss += d * d;
                *g = 2.0 * d;
            }
            loss
        }
    }
}
