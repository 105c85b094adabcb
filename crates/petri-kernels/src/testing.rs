//! What the tests of the kernels share: values, a dirty scratch, comparisons, finite differences.

use crate::Scratch;

/// `n` values between −1 and 1, different for each seed, no two alike.
pub(crate) fn values(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) ^ 0x5bd1_e995;
    let next = || {
        // xorshift32
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(n).collect()
}

/// A scratch full of NaN.
pub(crate) fn dirty() -> Scratch {
    let mut scratch = Scratch::default();
    scratch.take(1 << 16).fill(f32::NAN);
    scratch
}

/// The numbers as `f64`.
pub(crate) fn wide(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// Each value is within `tolerance` of the expected one, relative where that is above 1.
pub(crate) fn assert_close(values: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(values.len(), expected.len());
    for (i, (&value, &expected)) in values.iter().zip(expected).enumerate() {
        let difference = (f64::from(value) - expected).abs();
        assert!(difference <= tolerance * expected.abs().max(1.0), "at {i}: {value}, expected {expected}");
    }
}

/// The gradient of `Σ dy · f(x)` by central differences.
pub(crate) fn gradient(x: &[f64], dy: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let loss = |i: usize, step: f64| -> f64 {
        let mut x = x.to_vec();
        x[i] += step;
        f(&x).iter().zip(dy).map(|(y, dy)| y * dy).sum()
    };
    (0..x.len()).map(|i| (loss(i, STEP) - loss(i, -STEP)) / (2.0 * STEP)).collect()
}

/// The error function: `2/√π e^−x² Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!`, terms of one sign, so that nothing cancels.
pub(crate) fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..150 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    sum * (-x * x).exp() * 2.0 / std::f64::consts::PI.sqrt()
}
