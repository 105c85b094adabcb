//! Activation function: GELU.

use crate::op::operation::{self, Card, Curve, Group, Operation};
use crate::{TensorShape, size};

/// f(x) = x · Φ(x) with the normal distribution Φ (Hendrycks and Gimpel 2016).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gelu;

static CARD: Card = Card {
    word: "gelu",
    title: "GELU",
    group: Group::Activation,
    help: "A smooth relative of ReLU that transformers use: each value times the probability that a normal one is smaller.",
    forward: "The activation function is applied to each sum.",
    backward: "What comes from the right is multiplied by the slope of the function at this sum.",
};

impl Operation for Gelu {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[4, output.len()])
    }

    fn curve(&self) -> Option<Curve> {
        Some(Curve {
            value: |z| z * normal_cdf(z),
            slope: |z| normal_cdf(z) + z * (-0.5 * z * z).exp() / std::f32::consts::TAU.sqrt(),
            steepest: 1.129,
            range: (-0.17, f32::INFINITY),
        })
    }
}

/// The distribution function of the normal distribution, to 1e-5 (Abramowitz and Stegun 26.2.16), for drawing.
fn normal_cdf(z: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.33267 * z.abs());
    let density = (-0.5 * z * z).exp() / std::f32::consts::TAU.sqrt();
    let upper = density * t * (0.436_183_6 + t * (-0.120_167_6 + t * 0.937_298));
    if z > 0.0 { 1.0 - upper } else { upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_has_the_values_of_the_error_function() {
        // Φ(1) and Φ(−2) of any table.
        assert!((normal_cdf(1.0) - 0.841_344_7).abs() < 2e-5);
        assert!((normal_cdf(-2.0) - 0.022_750_1).abs() < 2e-5);
        assert!((normal_cdf(0.0) - 0.5).abs() < 2e-5);
    }
}
