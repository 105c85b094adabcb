//! Activation functions and their gradients, with PyTorch's definitions. NaN stays NaN.

use crate::lanes::map;
use crate::simd::F32x4;

/// A function of each number by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `x` above zero, else the slope times `x`.
    LeakyRelu(f32),
    /// `x · min(max(x + 3, 0), 6) / 6`.
    HardSwish,
    /// `1 / (1 + e^−x)`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `x · Φ(x)` with the normal distribution Φ: the exact form, by the error function.
    Gelu,
}

impl Activation {
    /// `y = f(x)`.
    pub fn forward(self, x: &[f32], y: &mut [f32]) {
        let (zero, one, six) = (F32x4::zero(), F32x4::splat(1.0), F32x4::splat(6.0));
        // The second argument of max and min is the one whose NaN stays.
        match self {
            Self::Relu => map([x], y, |[x]| zero.max(x)),
            Self::Relu6 => map([x], y, |[x]| six.min(zero.max(x))),
            Self::LeakyRelu(slope) => {
                let slope = F32x4::splat(slope);
                map([x], y, |[x]| zero.less(x).select(x, x.mul(slope)));
            }
            Self::HardSwish => {
                map([x], y, |[x]| x.mul(six.min(zero.max(x.add(F32x4::splat(3.0))))).div(six));
            }
            Self::Sigmoid => map([x], y, |[x]| x.sigmoid()),
            Self::Tanh => map([x], y, |[x]| x.tanh()),
            Self::Gelu => map([x], y, |[x]| x.mul(F32x4::splat(0.5)).mul(one.add(erf_of_root(x)))),
        }
    }

    /// `dx = dy · f′(x)`, where `y = f(x)`. Where `f` has a corner, the gradient is that of the left, but 0 at 6 for
    /// [`Relu6`](Self::Relu6) and 1 at 3 for [`HardSwish`](Self::HardSwish).
    pub fn backward(self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        assert!(x.len() == dx.len() && y.len() == dx.len(), "slices of one length");
        let (zero, half, one) = (F32x4::zero(), F32x4::splat(0.5), F32x4::splat(1.0));
        match self {
            Self::Relu => map([x, dy], dx, |[x, dy]| x.at_most(zero).select(zero, dy)),
            Self::Relu6 => {
                map([x, dy], dx, |[x, dy]| x.at_most(zero).or(F32x4::splat(6.0).at_most(x)).select(zero, dy));
            }
            Self::LeakyRelu(slope) => {
                let slope = F32x4::splat(slope);
                map([x, dy], dx, |[x, dy]| zero.less(x).select(dy, dy.mul(slope)));
            }
            Self::HardSwish => {
                let three = F32x4::splat(3.0);
                map([x, dy], dx, |[x, dy]| {
                    let middle = three.at_most(x).select(dy, dy.mul(x.div(three).add(half)));
                    x.at_most(F32x4::splat(-3.0)).select(zero, middle)
                });
            }
            Self::Sigmoid => map([y, dy], dx, |[y, dy]| dy.mul(one.sub(y).mul(y))),
            Self::Tanh => map([y, dy], dx, |[y, dy]| dy.mul(one.sub(y.mul(y)))),
            // Φ(x) + x · φ(x), φ the density of the normal distribution.
            Self::Gelu => map([x, dy], dx, |[x, dy]| {
                let density = x.mul(x).mul(F32x4::splat(-0.5)).exp().mul(F32x4::splat(0.398_942_3));
                dy.mul(half.mul(one.add(erf_of_root(x))).add(x.mul(density)))
            }),
        }
    }
}

/// `erf(x / √2)`.
#[inline(always)]
fn erf_of_root(x: F32x4) -> F32x4 {
    x.mul(F32x4::splat(std::f32::consts::FRAC_1_SQRT_2)).erf()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, erf, gradient, values, wide};
    use Activation::{Gelu, HardSwish, LeakyRelu, Relu, Relu6, Sigmoid, Tanh};

    const ALL: [Activation; 7] = [Relu, Relu6, LeakyRelu(0.1), HardSwish, Sigmoid, Tanh, Gelu];

    fn exact(f: Activation, x: f64) -> f64 {
        match f {
            Relu => x.max(0.0),
            Relu6 => x.clamp(0.0, 6.0),
            LeakyRelu(slope) => {
                if x > 0.0 {
                    x
                } else {
                    x * f64::from(slope)
                }
            }
            HardSwish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
            Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Tanh => x.tanh(),
            Gelu => x * 0.5 * (1.0 + erf(x / 2.0_f64.sqrt())),
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_f64() {
        for (f, n) in ALL.into_iter().flat_map(|f| [0, 1, 3, 4, 5, 7, 64, 65].map(|n| (f, n))) {
            let x: Vec<f32> = values(n, 1).iter().map(|x| x * 8.0).collect();
            let (dy, mut y, mut dx) = (values(n, 2), vec![f32::NAN; n], vec![f32::NAN; n]);
            f.forward(&x, &mut y);
            let all = |x: &[f64]| x.iter().map(|x| exact(f, *x)).collect::<Vec<_>>();
            assert_close(&y, &all(&wide(&x)), 1e-6);
            f.backward(&x, &y, &dy, &mut dx);
            assert_close(&dx, &gradient(&wide(&x), &wide(&dy), all), 1e-6);
        }
    }

    #[test]
    fn corners_are_pytorchs() {
        let gradient_at = |f: Activation, x: f32| {
            let (mut y, mut dx) = ([0.0], [f32::NAN]);
            f.forward(&[x], &mut y);
            f.backward(&[x], &y, &[1.0], &mut dx);
            dx[0]
        };
        assert_eq!((gradient_at(Relu, 0.0), gradient_at(Relu6, 0.0), gradient_at(Relu6, 6.0)), (0.0, 0.0, 0.0));
        assert_eq!((gradient_at(LeakyRelu(0.1), 0.0), gradient_at(HardSwish, -3.0)), (0.1, 0.0));
        assert_eq!((gradient_at(HardSwish, 3.0), gradient_at(HardSwish, 30.0)), (1.0, 1.0));
        for f in ALL {
            assert!(gradient_at(f, 1e4).is_finite() && gradient_at(f, -1e4).is_finite(), "{f:?}");
        }
    }

    #[test]
    fn nan_stays() {
        for f in ALL {
            let mut y = [0.0; 5];
            f.forward(&[1.0, f32::NAN, -1.0, 1.0, f32::NAN], &mut y);
            assert_eq!(y.map(f32::is_nan), [false, true, false, false, true], "{f:?}");
        }
    }
}
