//! Elementary functions from + − × ÷ and the bits of numbers alone: the standard library's differ between platforms.
//!
//! Each is a method of [`F32x4`]; the scalar of the same name is one of its lanes.

use crate::simd::{F32x4, I32x4};

/// The exponent bits of 1.
const ONE_BITS: i32 = 0x3f80_0000;
/// ln 2 in two parts: the first has nine bits, so that its product with an exponent is exact.
const LN_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];

/// `((c₀·x + c₁)·x + c₂)…`
#[inline(always)]
fn polynomial<const N: usize>(x: F32x4, coefficients: [f32; N]) -> F32x4 {
    let mut sum = F32x4::splat(coefficients[0]);
    for coefficient in &coefficients[1..] {
        sum = F32x4::splat(*coefficient).plus_product(sum, x);
    }
    sum
}

impl F32x4 {
    /// `e^self`, within 2 ulp; infinity above 88.72, zero below −103.97.
    ///
    /// `e^x = 2^n · e^r` with whole `n` and `|r| ≤ ln 2 / 2`; the polynomial is that of Cephes' `expf` (S. Moshier).
    #[inline(always)]
    pub fn exp(self) -> Self {
        // Beyond these limits the result is infinity or zero. A NaN passes: it is the second argument.
        let x = Self::splat(89.0).min(Self::splat(-105.0).max(self));
        // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the low bits.
        let magic = Self::splat(12_582_912.0);
        let shifted = x.mul(Self::splat(std::f32::consts::LOG2_E)).add(magic);
        let n = shifted.sub(magic);
        let r = x.sub(n.mul(Self::splat(LN_2[0]))).sub(n.mul(Self::splat(LN_2[1])));
        let p = polynomial(r, [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5]);
        let power = r.plus_product(p, r.mul(r)).add(Self::splat(1.0));
        // 2^n in two factors: n goes from −152 to 128, an exponent only from −126 to 127.
        let n = shifted.to_bits().sub(magic.to_bits());
        let half = n.down::<1>();
        power.mul(power_of_two(half)).mul(power_of_two(n.sub(half)))
    }

    /// The natural logarithm, within 2 ulp; −∞ at 0, NaN below.
    ///
    /// `ln(2^e · m) = e · ln 2 + ln m` with `√½ ≤ m < √2`; the polynomial is that of Cephes' `logf` (S. Moshier).
    #[inline(always)]
    pub fn ln(self) -> Self {
        // Subnormal numbers are scaled to normal ones.
        let small = self.less(Self::splat(f32::MIN_POSITIVE));
        let x = small.select(self.mul(Self::splat(8_388_608.0)), self);
        let exponent_offset = small.select(Self::splat(23.0), Self::zero());
        // Exponent and mantissa, so divided that the mantissa lies between √½ and √2.
        let root_half = I32x4::splat(std::f32::consts::FRAC_1_SQRT_2.to_bits().cast_signed());
        let bits = x.to_bits().sub(root_half);
        let exponent = bits.down::<23>();
        let e = exponent.to_f32().sub(exponent_offset);
        let m = Self::from_bits(x.to_bits().sub(exponent.up::<23>())).sub(Self::splat(1.0));
        let p = polynomial(
            m,
            [
                7.037_683_6e-2,
                -0.115_146_1,
                0.116_769_984,
                -0.124_201_41,
                0.142_493_23,
                -0.166_680_58,
                0.200_007_15,
                -0.249_999_94,
                0.333_333_3,
            ],
        );
        let square = m.mul(m);
        // The small terms first.
        let small_terms = p.mul(m).mul(square).add(e.mul(Self::splat(LN_2[1]))).sub(square.mul(Self::splat(0.5)));
        let ln = small_terms.add(m).add(e.mul(Self::splat(LN_2[0])));
        // Infinity and NaN stay what they are; 0 and what lies below have answers of their own.
        let infinite = Self::splat(f32::INFINITY);
        let ln = self.less(infinite).select(ln, self);
        let ln = self.at_most(Self::zero()).select(Self::splat(f32::NEG_INFINITY), ln);
        self.less(Self::zero()).select(Self::splat(f32::NAN), ln)
    }

    /// The hyperbolic tangent, within 4e-7 and, near 0, within a few ulp.
    ///
    /// The rational approximation `x·P(x²) / Q(x²)` of Eigen's `ptanh`; beyond 7.9 the result is ±1.
    #[inline(always)]
    pub fn tanh(self) -> Self {
        let x = Self::splat(7.905_311).min(Self::splat(-7.905_311).max(self));
        let square = x.mul(x);
        let p = polynomial(
            square,
            [-2.760_768_4e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297_1e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3],
        );
        let q = polynomial(square, [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3]);
        x.mul(p).div(q)
    }

    /// The logistic function `1 / (1 + e^−self)`.
    #[inline(always)]
    pub fn sigmoid(self) -> Self {
        let one = Self::splat(1.0);
        one.div(one.add(Self::zero().sub(self).exp()))
    }

    /// The error function `2/√π ∫₀ˣ e^−t² dt`, within 1e-7.
    ///
    /// Up to 0.93 an odd polynomial, then `1 − e^polynomial`, which brings the error down with the exponential: the
    /// coefficients of N. Juffa's `erff`.
    #[inline(always)]
    pub fn erf(self) -> Self {
        let (one, square) = (Self::splat(1.0), self.mul(self));
        let near =
            polynomial(square, [-5.967_617e-4, 4.991_192_3e-3, -2.676_813_5e-2, 0.112_819_925, -0.376_125_34, 0.128_379_17]);
        let near = self.plus_product(self, near);
        let sign = self.to_bits().and(I32x4::splat(i32::MIN));
        // From 4 on the result is ±1.
        let t = Self::splat(4.0).min(Self::from_bits(self.to_bits().and(I32x4::splat(i32::MAX))));
        let far = polynomial(
            t,
            [-1.728_534_7e-5, 3.831_972e-4, -3.883_964_4e-3, 2.425_462_2e-2, -0.106_777_88, -0.634_846_9, -0.128_717_51],
        );
        let far = one.sub(t.mul(far).sub(t).exp());
        let far = Self::from_bits(far.to_bits().or(sign));
        t.at_most(Self::splat(0.927_734_4)).select(near, far)
    }
}

/// `2^n` for whole `n` from −126 to 127.
#[inline(always)]
fn power_of_two(n: I32x4) -> F32x4 {
    F32x4::from_bits(n.up::<23>().add(I32x4::splat(ONE_BITS)))
}

macro_rules! scalar {
    ($($name:ident)*) => {$(
        #[doc = concat!("One lane of [`F32x4::", stringify!($name), "`].")]
        pub fn $name(x: f32) -> f32 {
            F32x4::splat(x).$name().to_array()[0]
        }
    )*};
}
scalar! { exp ln tanh sigmoid erf }

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance of `value` from the exact one in units of the last place of the exact one as `f32`.
    fn ulps(value: f32, exact: f64) -> f64 {
        let near = (exact as f32).abs().max(f32::MIN_POSITIVE);
        let unit = f64::from(f32::from_bits(near.to_bits() + 1)) - f64::from(near);
        (f64::from(value) - exact).abs() / unit
    }

    /// Points from `from` to `to`.
    fn grid(from: f32, to: f32) -> impl Iterator<Item = f32> {
        const N: u32 = 200_001;
        (0..N).map(move |i| from + (to - from) * (i as f32 / (N - 1) as f32))
    }

    #[test]
    fn exp_is_within_two_ulp() {
        let worst = grid(-103.0, 88.7).chain(grid(-1.0, 1.0)).map(|x| ulps(exp(x), f64::from(x).exp())).fold(0.0, f64::max);
        assert!(worst < 2.0, "{worst} ulp");
        assert_eq!((exp(0.0), exp(f32::INFINITY), exp(89.0), exp(88.8)), (1.0, f32::INFINITY, f32::INFINITY, f32::INFINITY));
        assert_eq!((exp(-104.0), exp(f32::NEG_INFINITY), exp(-1e30)), (0.0, 0.0, 0.0));
        assert!(exp(f32::NAN).is_nan() && exp(-103.9) > 0.0);
    }

    #[test]
    fn ln_is_within_two_ulp() {
        let all = (1..0x7f80_0000_u32).step_by(10_007).map(f32::from_bits);
        let worst = all.chain(grid(0.5, 2.0)).map(|x| ulps(ln(x), f64::from(x).ln())).fold(0.0, f64::max);
        assert!(worst < 2.0, "{worst} ulp");
        assert_eq!((ln(1.0), ln(0.0), ln(-0.0)), (0.0, f32::NEG_INFINITY, f32::NEG_INFINITY));
        assert_eq!(ln(f32::INFINITY), f32::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(-1e-40).is_nan() && ln(f32::NEG_INFINITY).is_nan() && ln(f32::NAN).is_nan());
    }

    #[test]
    fn tanh_and_sigmoid_are_close() {
        for x in grid(-20.0, 20.0).chain(grid(-1e-3, 1e-3)) {
            let (t, s) = (f64::from(x).tanh(), 1.0 / (1.0 + f64::from(-x).exp()));
            assert!((f64::from(tanh(x)) - t).abs() < 4e-7 && tanh(x).abs() <= 1.0, "tanh {x}");
            assert!((f64::from(sigmoid(x)) - s).abs() < 1e-7 && ulps(sigmoid(x), s) < 4.0, "sigmoid {x}");
        }
        let worst = grid(-1e-2, 1e-2).map(|x| ulps(tanh(x), f64::from(x).tanh())).fold(0.0, f64::max);
        assert!(worst < 5.0, "tanh: {worst} ulp");
        let ends = [f32::NEG_INFINITY, -200.0, 200.0, f32::INFINITY];
        assert_eq!(ends.map(tanh), [-1.0, -1.0, 1.0, 1.0]);
        assert_eq!(ends.map(sigmoid), [0.0, 0.0, 1.0, 1.0]);
        assert!(tanh(f32::NAN).is_nan() && sigmoid(f32::NAN).is_nan() && erf(f32::NAN).is_nan());
    }

    #[test]
    fn erf_is_within_1e_7() {
        let worst = grid(-5.0, 5.0).map(|x| (f64::from(erf(x)) - crate::testing::erf(f64::from(x))).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-7, "{worst}");
        assert_eq!([f32::NEG_INFINITY, -10.0, 0.0, 10.0, f32::INFINITY].map(erf), [-1.0, -1.0, 0.0, 1.0, 1.0]);
        assert!(grid(-1e-2, 1e-2).all(|x| ulps(erf(x), crate::testing::erf(f64::from(x))) < 2.0));
    }
}
