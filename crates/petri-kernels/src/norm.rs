//! Batch normalisation of `[n, channels, area]`: each channel to mean 0 and variance 1 over images and pixels.
//!
//! Sums go through [`lanes::sum`](crate::lanes::sum) plane by plane and meet in `f64`.

use crate::lanes::{map, sum};
use crate::simd::F32x4;

/// What `x` is subtracted from and multiplied by: `x̂ = (x − mean) / √(variance + ε)`.
#[derive(Clone, Copy)]
struct Scaling {
    mean: F32x4,
    inverse: F32x4,
}

impl Scaling {
    fn new(mean: f32, variance: f32, epsilon: f32) -> Self {
        Self { mean: F32x4::splat(mean), inverse: F32x4::splat(inverse_deviation(variance, epsilon)) }
    }

    #[inline(always)]
    fn apply(self, x: F32x4) -> F32x4 {
        x.sub(self.mean).mul(self.inverse)
    }
}

/// `1 / √(variance + ε)`.
fn inverse_deviation(variance: f32, epsilon: f32) -> f32 {
    1.0 / (variance + epsilon).sqrt()
}

/// The shape of a batch.
#[derive(Clone, Copy)]
struct Shape {
    n: usize,
    channels: usize,
    area: usize,
}

impl Shape {
    fn new(n: usize, channels: usize, area: usize, images: [&[f32]; 2], by_channel: &[&[f32]]) -> Self {
        images.iter().for_each(|x| assert_eq!(x.len(), n * channels * area, "images of [n, channels, area]"));
        by_channel.iter().for_each(|x| assert_eq!(x.len(), channels, "one number a channel"));
        Self { n, channels, area }
    }

    /// Where the planes of a channel lie.
    fn planes(self, channel: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        (0..self.n).map(move |i| {
            let start = (i * self.channels + channel) * self.area;
            start..start + self.area
        })
    }

    /// Number of values of a channel.
    fn count(self) -> f64 {
        (self.n * self.area) as f64
    }

    /// `Σ dy` and `Σ dy · x̂` over a channel.
    fn sums(self, channel: usize, scaling: Scaling, x: &[f32], dy: &[f32]) -> [f32; 2] {
        let mut sums = [0.0; 2];
        for plane in self.planes(channel) {
            sums[0] += sum([&dy[plane.clone()]], |[dy]| dy);
            sums[1] += sum([&x[plane.clone()], &dy[plane]], |[x, dy]| dy.mul(scaling.apply(x)));
        }
        sums.map(|sum| sum as f32)
    }
}

/// `y = γ · (x − mean) / √(variance + ε) + β` with the mean and the biased variance of the batch, which are written.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of the layer")]
pub fn train_forward(
    n: usize,
    channels: usize,
    area: usize,
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    epsilon: f32,
    y: &mut [f32],
    mean: &mut [f32],
    variance: &mut [f32],
) {
    let shape = Shape::new(n, channels, area, [x, y], &[gamma, beta, mean, variance]);
    for c in 0..channels {
        let total: f64 = shape.planes(c).map(|plane| sum([&x[plane]], |[x]| x)).sum();
        mean[c] = (total / shape.count()) as f32;
        let m = F32x4::splat(mean[c]);
        // A second pass: squares of x itself would cancel where the mean is large.
        let squares = |[x]: [F32x4; 1]| x.sub(m).mul(x.sub(m));
        let total: f64 = shape.planes(c).map(|plane| sum([&x[plane]], squares)).sum();
        variance[c] = (total / shape.count()) as f32;
    }
    eval_forward(n, channels, area, x, gamma, beta, mean, variance, epsilon, y);
}

/// The gradients by γ and β, with the statistics that the forward pass used, and `x̂` the normalised `x`: `dβ = Σ dy`,
/// `dγ = Σ dy · x̂`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of the layer")]
pub fn backward_parameters(
    n: usize,
    channels: usize,
    area: usize,
    x: &[f32],
    mean: &[f32],
    variance: &[f32],
    epsilon: f32,
    dy: &[f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
) {
    let shape = Shape::new(n, channels, area, [x, dy], &[mean, variance, dgamma, dbeta]);
    for c in 0..channels {
        [dbeta[c], dgamma[c]] = shape.sums(c, Scaling::new(mean[c], variance[c], epsilon), x, dy);
    }
}

/// The gradient by the input of [`train_forward`], from those by γ and β and with `N` values in a channel:
/// `dx = γ / √(variance + ε) · (dy − dβ / N − x̂ · dγ / N)`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of the layer")]
pub fn train_backward(
    n: usize,
    channels: usize,
    area: usize,
    x: &[f32],
    mean: &[f32],
    variance: &[f32],
    gamma: &[f32],
    epsilon: f32,
    dy: &[f32],
    [dgamma, dbeta]: [&[f32]; 2],
    dx: &mut [f32],
) {
    let shape = Shape::new(n, channels, area, [x, dy], &[mean, variance, gamma, dgamma, dbeta]);
    assert_eq!(dx.len(), x.len(), "a gradient for each value");
    for c in 0..channels {
        let scaling = Scaling::new(mean[c], variance[c], epsilon);
        let [by_beta, by_gamma] = [dbeta[c], dgamma[c]].map(|sum| F32x4::splat((f64::from(sum) / shape.count()) as f32));
        let factor = F32x4::splat(gamma[c]).mul(scaling.inverse);
        for plane in shape.planes(c) {
            map([&x[plane.clone()], &dy[plane.clone()]], &mut dx[plane], |[x, dy]| {
                dy.sub(by_beta).sub(scaling.apply(x).mul(by_gamma)).mul(factor)
            });
        }
    }
}

/// `y = γ · (x − mean) / √(variance + ε) + β` with given statistics.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of the layer")]
pub fn eval_forward(
    n: usize,
    channels: usize,
    area: usize,
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    mean: &[f32],
    variance: &[f32],
    epsilon: f32,
    y: &mut [f32],
) {
    let shape = Shape::new(n, channels, area, [x, y], &[gamma, beta, mean, variance]);
    for c in 0..channels {
        let m = F32x4::splat(mean[c]);
        let factor = F32x4::splat(gamma[c] * inverse_deviation(variance[c], epsilon));
        let beta = F32x4::splat(beta[c]);
        for plane in shape.planes(c) {
            map([&x[plane.clone()]], &mut y[plane], |[x]| x.sub(m).mul(factor).add(beta));
        }
    }
}

/// The gradient by the input of [`eval_forward`]: `dx = dy · γ / √(variance + ε)`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of the layer")]
pub fn eval_backward(
    n: usize,
    channels: usize,
    area: usize,
    variance: &[f32],
    gamma: &[f32],
    epsilon: f32,
    dy: &[f32],
    dx: &mut [f32],
) {
    let shape = Shape::new(n, channels, area, [dy, dx], &[variance, gamma]);
    for c in 0..channels {
        let factor = F32x4::splat(gamma[c]).mul(Scaling::new(0.0, variance[c], epsilon).inverse);
        for plane in shape.planes(c) {
            map([&dy[plane.clone()]], &mut dx[plane], |[dy]| dy.mul(factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, gradient, values, wide};

    const EPSILON: f32 = 1e-5;

    /// Mean and variance of each channel in `f64`.
    fn statistics(n: usize, channels: usize, area: usize, x: &[f64]) -> Vec<[f64; 2]> {
        let count = (n * area) as f64;
        (0..channels)
            .map(|c| {
                let of = || x.iter().enumerate().filter(|(i, _)| i / area % channels == c).map(|(_, x)| *x);
                let mean = of().sum::<f64>() / count;
                [mean, of().map(|x| (x - mean).powi(2)).sum::<f64>() / count]
            })
            .collect()
    }

    /// The layer in `f64`; the parameters are γ, then β.
    fn exact(channels: usize, area: usize, x: &[f64], parameters: &[f64], statistics: &[[f64; 2]]) -> Vec<f64> {
        let y = x.iter().enumerate().map(|(i, x)| {
            let c = i / area % channels;
            let [mean, variance] = statistics[c];
            parameters[c] * (x - mean) / (variance + f64::from(EPSILON)).sqrt() + parameters[channels + c]
        });
        y.collect()
    }

    #[test]
    fn values_and_gradients_are_those_of_f64() {
        for (n, channels, area) in
            [(2, 1, 1), (1, 3, 3), (64, 5, 1), (3, 2, 4), (5, 3, 5), (2, 4, 7), (1, 2, 64), (2, 3, 65), (7, 1, 20)]
        {
            let size = n * channels * area;
            let (x, dy) = (values(size, 1).iter().map(|x| x * 3.0 + 2.0).collect::<Vec<_>>(), values(size, 2));
            let (gamma, beta) = (values(channels, 3), values(channels, 4));
            let (mut y, mut dx) = (vec![f32::NAN; size], vec![f32::NAN; size]);
            let [mut mean, mut variance, mut dgamma, mut dbeta] = [(); 4].map(|()| vec![f32::NAN; channels]);
            let parameters = wide(&[gamma.clone(), beta.clone()].concat());
            let (x64, dy64) = (wide(&x), wide(&dy));

            train_forward(n, channels, area, &x, &gamma, &beta, EPSILON, &mut y, &mut mean, &mut variance);
            let of_batch = statistics(n, channels, area, &x64);
            assert_close(&mean, &of_batch.iter().map(|s| s[0]).collect::<Vec<_>>(), 1e-6);
            assert_close(&variance, &of_batch.iter().map(|s| s[1]).collect::<Vec<_>>(), 1e-6);
            assert_close(&y, &exact(channels, area, &x64, &parameters, &of_batch), 1e-5);

            backward_parameters(n, channels, area, &x, &mean, &variance, EPSILON, &dy, &mut dgamma, &mut dbeta);
            let sums = [&dgamma[..], &dbeta];
            train_backward(n, channels, area, &x, &mean, &variance, &gamma, EPSILON, &dy, sums, &mut dx);
            let by_x = gradient(&x64, &dy64, |x| exact(channels, area, x, &parameters, &statistics(n, channels, area, x)));
            assert_close(&dx, &by_x, 2e-5);
            let by_parameters = gradient(&parameters, &dy64, |p| exact(channels, area, &x64, p, &of_batch));
            assert_close(&[dgamma.clone(), dbeta.clone()].concat(), &by_parameters, 1e-5);

            let frozen: Vec<[f64; 2]> = (0..channels).map(|c| [0.5 + c as f64, 1.5]).collect();
            mean.iter_mut().zip(&mut variance).zip(&frozen).for_each(|((m, v), s)| (*m, *v) = (s[0] as f32, s[1] as f32));
            eval_forward(n, channels, area, &x, &gamma, &beta, &mean, &variance, EPSILON, &mut y);
            assert_close(&y, &exact(channels, area, &x64, &parameters, &frozen), 1e-6);
            eval_backward(n, channels, area, &variance, &gamma, EPSILON, &dy, &mut dx);
            backward_parameters(n, channels, area, &x, &mean, &variance, EPSILON, &dy, &mut dgamma, &mut dbeta);
            assert_close(&dx, &gradient(&x64, &dy64, |x| exact(channels, area, x, &parameters, &frozen)), 1e-6);
            let by_parameters = gradient(&parameters, &dy64, |p| exact(channels, area, &x64, p, &frozen));
            assert_close(&[dgamma, dbeta].concat(), &by_parameters, 1e-5);
        }
    }

    #[test]
    fn a_large_mean_does_not_spoil_the_variance() {
        let x: Vec<f32> = values(20_000, 1).iter().map(|x| x + 1000.0).collect();
        let (mut y, mut mean, mut variance) = (vec![0.0; x.len()], [0.0], [0.0]);
        train_forward(2, 1, 10_000, &x, &[1.0], &[0.0], EPSILON, &mut y, &mut mean, &mut variance);
        let [[m, v]] = statistics(2, 1, 10_000, &wide(&x))[..] else { panic!("one channel") };
        assert_close(&[mean[0] / 1000.0, variance[0]], &[m / 1000.0, v], 1e-6);
    }
}
