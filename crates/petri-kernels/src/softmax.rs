//! Softmax over the channels of `[n, channels, area]`, four pixels at a time.

use crate::pixels::for_each_group;
use crate::simd::F32x4;

/// `y[c] = e^(x[c] − max x) / Σ_k e^(x[k] − max x)` over the channels of each pixel; a NaN makes its pixel NaN.
pub fn forward(n: usize, channels: usize, area: usize, x: &[f32], y: &mut [f32]) {
    assert_eq!((x.len(), y.len()), (n * channels * area, n * channels * area), "images of [n, channels, area]");
    for_each_group(n, channels, area, |pixels| {
        let mut max = F32x4::splat(f32::NEG_INFINITY);
        (0..channels).for_each(|c| max = max.max(pixels.load(x, c)));
        let mut sum = F32x4::zero();
        for c in 0..channels {
            let exp = pixels.load(x, c).sub(max).exp();
            sum = sum.add(exp);
            pixels.store(exp, y, c);
        }
        (0..channels).for_each(|c| pixels.store(pixels.load(y, c).div(sum), y, c));
    });
}

/// `dx[c] = y[c] · (dy[c] − Σ_k dy[k] · y[k])`.
pub fn backward(n: usize, channels: usize, area: usize, y: &[f32], dy: &[f32], dx: &mut [f32]) {
    assert!(y.len() == dx.len() && dy.len() == dx.len(), "slices of one length");
    assert_eq!(dx.len(), n * channels * area, "images of [n, channels, area]");
    for_each_group(n, channels, area, |pixels| {
        let mut sum = F32x4::zero();
        (0..channels).for_each(|c| sum = sum.plus_product(pixels.load(dy, c), pixels.load(y, c)));
        (0..channels).for_each(|c| pixels.store(pixels.load(y, c).mul(pixels.load(dy, c).sub(sum)), dx, c));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, gradient, values, wide};

    fn exact(n: usize, channels: usize, area: usize, x: &[f64]) -> Vec<f64> {
        let sum =
            |image: usize, pixel: usize| -> f64 { (0..channels).map(|c| x[(image * channels + c) * area + pixel].exp()).sum() };
        assert_eq!(x.len(), n * channels * area);
        x.iter().enumerate().map(|(i, x)| x.exp() / sum(i / (channels * area), i % area)).collect()
    }

    #[test]
    fn values_and_gradients_are_those_of_f64() {
        for (n, channels, area) in [
            (1, 1, 1),
            (1, 3, 1),
            (2, 3, 1),
            (5, 10, 1),
            (64, 2, 1),
            (3, 4, 2),
            (2, 5, 3),
            (1, 3, 4),
            (3, 2, 5),
            (2, 7, 7),
            (1, 3, 65),
            (0, 3, 3),
        ] {
            let x: Vec<f32> = values(n * channels * area, 1).iter().map(|x| x * 9.0).collect();
            let (dy, mut y, mut dx) = (values(x.len(), 2), vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
            forward(n, channels, area, &x, &mut y);
            assert_close(&y, &exact(n, channels, area, &wide(&x)), 1e-6);
            backward(n, channels, area, &y, &dy, &mut dx);
            assert_close(&dx, &gradient(&wide(&x), &wide(&dy), |x| exact(n, channels, area, x)), 1e-6);
        }
    }

    #[test]
    fn large_scores_do_not_overflow_and_nan_stays_in_its_pixel() {
        let mut y = [0.0; 6];
        forward(3, 2, 1, &[1e30, -1e30, 500.0, 500.0, f32::NAN, 1.0], &mut y);
        assert_eq!(y[..4], [1.0, 0.0, 0.5, 0.5]);
        assert!(y[4].is_nan() && y[5].is_nan());
    }
}
