//! Four `f32` at once: simd128 in wasm, SSE on x86-64, plain arrays elsewhere. All three give the same bits.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use std::arch::wasm32 as arch;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as arch;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Lanes = arch::v128;
#[cfg(target_arch = "x86_64")]
type Lanes = arch::__m128;
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
type Lanes = [f32; 4];

/// One of three expressions, all of the same value.
macro_rules! by_machine {
    (wasm: $wasm:expr, sse: $sse:expr, plain: $plain:expr,) => {{
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        let value = $wasm;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE2 is part of every x86-64 processor.
        #[allow(unused_unsafe, reason = "newer compilers call it safe")]
        let value = unsafe { $sse };
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        let value = $plain;
        value
    }};
}

mod integers;
pub use integers::I32x4;

/// Four numbers.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct F32x4(Lanes);

macro_rules! lanewise {
    ($(#[$doc:meta] $name:ident, $wasm:ident, $sse:ident, $plain:expr;)*) => {$(
        #[$doc]
        #[inline(always)]
        pub fn $name(self, other: Self) -> Self {
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            return Self(arch::$wasm(self.0, other.0));
            #[cfg(target_arch = "x86_64")]
            // SAFETY: SSE is part of every x86-64 processor.
            #[allow(unused_unsafe, reason = "newer compilers call it safe")]
            return Self(unsafe { arch::$sse(self.0, other.0) });
            #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
            return Self(std::array::from_fn(|i| $plain(self.0[i], other.0[i])));
        }
    )*};
}

#[allow(clippy::should_implement_trait, reason = "methods show the order of the operations")]
impl F32x4 {
    /// Number of lanes.
    pub const LANES: usize = 4;

    /// The same number four times.
    #[inline(always)]
    pub fn splat(value: f32) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Self(arch::f32x4_splat(value));
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE is part of every x86-64 processor.
        #[allow(unused_unsafe, reason = "newer compilers call it safe")]
        return Self(unsafe { arch::_mm_set1_ps(value) });
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        return Self([value; 4]);
    }

    /// Zeros.
    #[inline(always)]
    pub fn zero() -> Self {
        Self::splat(0.0)
    }

    /// Four numbers from memory, at any alignment.
    ///
    /// # Safety
    ///
    /// `from` points to four readable numbers.
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: the caller's promise; loads of v128 need no alignment.
        return Self(unsafe { arch::v128_load(from.cast()) });
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller's promise.
        return Self(unsafe { arch::_mm_loadu_ps(from) });
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        // SAFETY: the caller's promise.
        return Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() });
    }

    /// Writes four numbers to memory, at any alignment.
    ///
    /// # Safety
    ///
    /// `to` points to four writable numbers.
    #[inline(always)]
    pub unsafe fn store(self, to: *mut f32) {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: the caller's promise.
        unsafe {
            arch::v128_store(to.cast(), self.0);
        }
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the caller's promise.
        unsafe {
            arch::_mm_storeu_ps(to, self.0);
        }
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        // SAFETY: the caller's promise.
        unsafe {
            to.cast::<[f32; 4]>().write_unaligned(self.0);
        }
    }

    lanewise! {
        /// Sum.
        add, f32x4_add, _mm_add_ps, |a: f32, b: f32| a + b;
        /// Difference.
        sub, f32x4_sub, _mm_sub_ps, |a: f32, b: f32| a - b;
        /// Product.
        mul, f32x4_mul, _mm_mul_ps, |a: f32, b: f32| a * b;
        /// Quotient.
        div, f32x4_div, _mm_div_ps, |a: f32, b: f32| a / b;
    }

    /// `self` where it is greater than `other`, else `other`: a NaN in `other` stays.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // pmax(a, b) is b where a < b, else a.
        return Self(arch::f32x4_pmax(other.0, self.0));
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE is part of every x86-64 processor.
        #[allow(unused_unsafe, reason = "newer compilers call it safe")]
        return Self(unsafe { arch::_mm_max_ps(self.0, other.0) });
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        return Self(std::array::from_fn(|i| if self.0[i] > other.0[i] { self.0[i] } else { other.0[i] }));
    }

    /// `self` where it is less than `other`, else `other`: a NaN in `other` stays.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // pmin(a, b) is b where b < a, else a.
        return Self(arch::f32x4_pmin(other.0, self.0));
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE is part of every x86-64 processor.
        #[allow(unused_unsafe, reason = "newer compilers call it safe")]
        return Self(unsafe { arch::_mm_min_ps(self.0, other.0) });
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        return Self(std::array::from_fn(|i| if self.0[i] < other.0[i] { self.0[i] } else { other.0[i] }));
    }

    /// `self + a · b`, rounded twice.
    #[inline(always)]
    pub fn plus_product(self, a: Self, b: Self) -> Self {
        self.add(a.mul(b))
    }

    /// Square root.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Self(arch::f32x4_sqrt(self.0));
        #[cfg(target_arch = "x86_64")]
        // SAFETY: SSE is part of every x86-64 processor.
        #[allow(unused_unsafe, reason = "newer compilers call it safe")]
        return Self(unsafe { arch::_mm_sqrt_ps(self.0) });
        #[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
        return Self(self.0.map(f32::sqrt));
    }

    /// The four numbers.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        let mut array = [0.0; 4];
        // SAFETY: the array holds four numbers.
        unsafe { self.store(array.as_mut_ptr()) };
        array
    }

    /// The sum of the four: `(a + b) + (c + d)`.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.to_array();
        (a + b) + (c + d)
    }

    /// The four numbers of an array.
    #[inline(always)]
    pub fn from_array(values: [f32; 4]) -> Self {
        // SAFETY: the array holds four numbers.
        unsafe { Self::load(values.as_ptr()) }
    }

    /// Every second number: those at 0, 2, 4 and 6. Nothing behind the last of them is read.
    ///
    /// # Safety
    ///
    /// `from` points to seven readable numbers.
    #[inline(always)]
    pub unsafe fn load_every_second(from: *const f32) -> Self {
        // SAFETY: the caller's promise.
        let (a, b) = unsafe { (Self::load(from), Self::load(from.add(3))) };
        by_machine! {
            wasm: Self(arch::i32x4_shuffle::<0, 2, 5, 7>(a.0, b.0)),
            sse: Self(arch::_mm_shuffle_ps::<0b11_01_10_00>(a.0, b.0)),
            plain: Self([a.0[0], a.0[2], b.0[1], b.0[3]]),
        }
    }

    /// Each number twice: `[a, a, b, b]` and `[c, c, d, d]`.
    #[inline(always)]
    pub fn doubled(self) -> (Self, Self) {
        by_machine! {
            wasm: (
                Self(arch::i32x4_shuffle::<0, 0, 1, 1>(self.0, self.0)),
                Self(arch::i32x4_shuffle::<2, 2, 3, 3>(self.0, self.0)),
            ),
            sse: (Self(arch::_mm_unpacklo_ps(self.0, self.0)), Self(arch::_mm_unpackhi_ps(self.0, self.0))),
            plain: (Self([self.0[0], self.0[0], self.0[1], self.0[1]]), Self([self.0[2], self.0[2], self.0[3], self.0[3]])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(values: [f32; 4]) -> F32x4 {
        // SAFETY: the array holds four numbers.
        unsafe { F32x4::load(values.as_ptr()) }
    }

    #[test]
    fn lanes_do_what_scalars_do() {
        let (a, b) = (four([1.5, -2.0, 0.1, 1e30]), four([0.3, 4.0, 0.2, 1e10]));
        assert_eq!(a.add(b).to_array(), [1.5 + 0.3, 2.0, 0.1 + 0.2, 1e30 + 1e10]);
        assert_eq!(a.plus_product(b, b).to_array()[0], 1.5 + 0.3 * 0.3);
        assert_eq!(a.max(b).to_array(), [1.5, 4.0, 0.2, 1e30]);
        assert_eq!(a.min(b).to_array(), [0.3, -2.0, 0.1, 1e10]);
        assert_eq!(four([1.0, 2.0, 4.0, 8.0]).sum(), 15.0);
        let nan = four([f32::NAN; 4]);
        assert!(F32x4::zero().max(nan).to_array()[0].is_nan(), "the second one stays");
        assert_eq!(nan.max(F32x4::zero()).to_array()[0], 0.0);
    }

    #[test]
    fn lanes_move() {
        let row: [f32; 7] = std::array::from_fn(|i| i as f32);
        // SAFETY: the array holds seven numbers.
        assert_eq!(unsafe { F32x4::load_every_second(row.as_ptr()) }.to_array(), [0.0, 2.0, 4.0, 6.0]);
        let (low, high) = F32x4::from_array([1.0, 2.0, 3.0, 4.0]).doubled();
        assert_eq!((low.to_array(), high.to_array()), ([1.0, 1.0, 2.0, 2.0], [3.0, 3.0, 4.0, 4.0]));
    }
}
