//! Losses with their gradients over the channels of `[n, channels, area]`, four pixels at a time.

use crate::pixels::{Pixels, for_each_group};
use crate::simd::F32x4;

/// What a loss is computed from.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// Samples.
    pub n: usize,
    /// Channels of logits and targets.
    pub channels: usize,
    /// Pixels of a sample.
    pub area: usize,
    /// Logits, `[n, channels, area]`.
    pub x: &'a [f32],
    /// Targets, `[n, channels, area]`.
    pub targets: &'a [f32],
    /// Weight of each pixel, `[n, area]`.
    pub weights: &'a [f32],
}

impl Batch<'_> {
    /// Σ weight · loss over the pixels; `one` writes the gradients of a group before weighting.
    #[inline(always)]
    fn sum(&self, dx: &mut [f32], one: impl Fn(&Self, &Pixels, &mut [f32]) -> F32x4) -> f64 {
        let Self { n, channels, area, .. } = *self;
        let len = n * channels * area;
        assert!(self.x.len() == len && self.targets.len() == len && dx.len() == len, "images of [n, channels, area]");
        assert_eq!(self.weights.len(), n * area, "a weight for each pixel");
        let mut total = 0.0;
        for_each_group(n, channels, area, |pixels| {
            let weight = F32x4::from_array(pixels.pixels.map(|pixel| self.weights[pixel]));
            let loss = one(self, pixels, dx).mul(weight).to_array();
            loss[..pixels.n_real].iter().for_each(|loss| total += f64::from(*loss));
            (0..channels).for_each(|c| pixels.store(pixels.load(dx, c).mul(weight), dx, c));
        });
        total
    }
}

/// Cross-entropy with probabilities as targets: `−Σ_c t[c] · log softmax(x)[c]`; its gradient
/// `softmax(x)[c] · Σ t − t[c]`. Both weighted; the sum of the losses is returned, `dx` is overwritten.
pub fn cross_entropy(batch: Batch<'_>, dx: &mut [f32]) -> f64 {
    batch.sum(dx, |batch, pixels, dx| {
        let mut max = F32x4::splat(f32::NEG_INFINITY);
        (0..batch.channels).for_each(|c| max = max.max(pixels.load(batch.x, c)));
        let mut sum = F32x4::zero();
        for c in 0..batch.channels {
            let exp = pixels.load(batch.x, c).sub(max).exp();
            sum = sum.add(exp);
            pixels.store(exp, dx, c);
        }
        let log_sum = max.add(sum.ln());
        let (mut loss, mut total) = (F32x4::zero(), F32x4::zero());
        for c in 0..batch.channels {
            let t = pixels.load(batch.targets, c);
            loss = loss.plus_product(t, log_sum.sub(pixels.load(batch.x, c)));
            total = total.add(t);
        }
        let factor = total.div(sum);
        for c in 0..batch.channels {
            pixels.store(pixels.load(dx, c).mul(factor).sub(pixels.load(batch.targets, c)), dx, c);
        }
        loss
    })
}

/// Binary cross-entropy: `Σ_c max(x, 0) − x t + ln(1 + e^−|x|)`, which cannot overflow; its gradient `σ(x) − t`. As
/// [`cross_entropy`] else.
pub fn binary_cross_entropy(batch: Batch<'_>, dx: &mut [f32]) -> f64 {
    let (zero, one) = (F32x4::zero(), F32x4::splat(1.0));
    batch.sum(dx, |batch, pixels, dx| {
        let mut loss = zero;
        for c in 0..batch.channels {
            let (x, t) = (pixels.load(batch.x, c), pixels.load(batch.targets, c));
            let minus = zero.sub(x);
            // −|x|; a NaN stays.
            let small = x.min(minus).exp();
            loss = loss.add(zero.max(x).sub(x.mul(t)).add(one.add(small).ln()));
            pixels.store(x.sigmoid().sub(t), dx, c);
        }
        loss
    })
}

/// Squared error: `Σ_c (x − t)²`; its gradient `2 (x − t)`. As [`cross_entropy`] else.
pub fn squared_error(batch: Batch<'_>, dx: &mut [f32]) -> f64 {
    batch.sum(dx, |batch, pixels, dx| {
        let mut loss = F32x4::zero();
        for c in 0..batch.channels {
            let difference = pixels.load(batch.x, c).sub(pixels.load(batch.targets, c));
            loss = loss.plus_product(difference, difference);
            pixels.store(difference.add(difference), dx, c);
        }
        loss
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, values, wide};

    /// A loss of this file.
    type Loss = fn(Batch<'_>, &mut [f32]) -> f64;
    /// The same of one pixel in `f64`, and its gradient.
    type Exact = fn(&[f64], &[f64]) -> (f64, Vec<f64>);

    fn exact_cross_entropy(x: &[f64], t: &[f64]) -> (f64, Vec<f64>) {
        let sum: f64 = x.iter().map(|x| x.exp()).sum();
        let total: f64 = t.iter().sum();
        let loss = x.iter().zip(t).map(|(x, t)| t * (sum.ln() - x)).sum();
        (loss, x.iter().zip(t).map(|(x, t)| x.exp() / sum * total - t).collect())
    }

    fn exact_binary(x: &[f64], t: &[f64]) -> (f64, Vec<f64>) {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let loss = x.iter().zip(t).map(|(x, t)| -t * sigmoid(*x).ln() - (1.0 - t) * (1.0 - sigmoid(*x)).ln()).sum();
        (loss, x.iter().zip(t).map(|(x, t)| sigmoid(*x) - t).collect())
    }

    fn exact_squared(x: &[f64], t: &[f64]) -> (f64, Vec<f64>) {
        let each = || x.iter().zip(t).map(|(x, t)| x - t);
        (each().map(|d| d * d).sum(), each().map(|d| 2.0 * d).collect())
    }

    #[test]
    fn losses_and_gradients_are_those_of_f64() {
        let kinds: [(Loss, Exact); 3] =
            [(cross_entropy, exact_cross_entropy), (binary_cross_entropy, exact_binary), (squared_error, exact_squared)];
        for (n, channels, area) in [(1, 1, 1), (2, 3, 1), (3, 2, 1), (64, 3, 1), (5, 10, 1), (2, 2, 5), (3, 4, 7), (1, 3, 65)] {
            let x: Vec<f32> = values(n * channels * area, 1).iter().map(|x| x * 4.0).collect();
            let targets: Vec<f32> = values(x.len(), 2).iter().map(|t| t * 0.5 + 0.5).collect();
            let mut weights: Vec<f32> = values(n * area, 3).iter().map(|w| w.abs()).collect();
            weights[n * area - 1] = 0.75;
            let batch = Batch { n, channels, area, x: &x, targets: &targets, weights: &weights };
            for (loss, exact) in kinds {
                let mut dx = vec![f32::NAN; x.len()];
                let found = loss(batch, &mut dx);
                let (mut expected, mut gradient) = (0.0, vec![0.0; x.len()]);
                for (pixel, weight) in weights.iter().enumerate() {
                    let at = |c: usize| (pixel / area * channels + c) * area + pixel % area;
                    let of = |values: &[f32]| wide(&(0..channels).map(|c| values[at(c)]).collect::<Vec<_>>());
                    let (one, by_x) = exact(&of(&x), &of(&targets));
                    let weight = f64::from(*weight);
                    expected += weight * one;
                    by_x.iter().enumerate().for_each(|(c, g)| gradient[at(c)] = weight * g);
                }
                assert!((found - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{found} {expected}");
                assert_close(&dx, &gradient, 1e-6);
            }
        }
    }

    #[test]
    fn large_logits_do_not_overflow_and_nan_stays() {
        let (targets, weights) = ([1.0, 0.0], [1.0]);
        let mut dx = [0.0; 2];
        let mut of = |x: [f32; 2], loss: Loss| {
            loss(Batch { n: 1, channels: 2, area: 1, x: &x, targets: &targets, weights: &weights }, &mut dx)
        };
        assert_eq!(of([-1000.0, 0.0], cross_entropy), 1000.0);
        assert!((of([-1000.0, 1000.0], binary_cross_entropy) - 2000.0).abs() < 1e-3);
        for loss in [cross_entropy, binary_cross_entropy, squared_error] {
            assert!(of([f32::NAN, 0.0], loss).is_nan());
        }
    }
}
