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

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type IntLanes = arch::v128;
#[cfg(target_arch = "x86_64")]
type IntLanes = arch::__m128i;
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
type IntLanes = [i32; 4];

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

    /// The mask of the lanes with `self < other`.
    #[inline(always)]
    pub fn less(self, other: Self) -> I32x4 {
        by_machine! {
            wasm: I32x4(arch::f32x4_lt(self.0, other.0)),
            sse: I32x4(arch::_mm_castps_si128(arch::_mm_cmplt_ps(self.0, other.0))),
            plain: I32x4(std::array::from_fn(|i| -i32::from(self.0[i] < other.0[i]))),
        }
    }

    /// The mask of the lanes with `self ≤ other`.
    #[inline(always)]
    pub fn at_most(self, other: Self) -> I32x4 {
        by_machine! {
            wasm: I32x4(arch::f32x4_le(self.0, other.0)),
            sse: I32x4(arch::_mm_castps_si128(arch::_mm_cmple_ps(self.0, other.0))),
            plain: I32x4(std::array::from_fn(|i| -i32::from(self.0[i] <= other.0[i]))),
        }
    }

    /// The mask of the lanes that are not numbers.
    #[inline(always)]
    pub fn is_nan(self) -> I32x4 {
        by_machine! {
            wasm: I32x4(arch::f32x4_ne(self.0, self.0)),
            sse: I32x4(arch::_mm_castps_si128(arch::_mm_cmpunord_ps(self.0, self.0))),
            plain: I32x4(self.0.map(|value| -i32::from(value.is_nan()))),
        }
    }

    /// The bits of the four numbers.
    #[inline(always)]
    pub fn to_bits(self) -> I32x4 {
        by_machine! {
            wasm: I32x4(self.0),
            sse: I32x4(arch::_mm_castps_si128(self.0)),
            plain: I32x4(self.0.map(|value| value.to_bits().cast_signed())),
        }
    }

    /// Four numbers from their bits.
    #[inline(always)]
    pub fn from_bits(bits: I32x4) -> Self {
        by_machine! {
            wasm: Self(bits.0),
            sse: Self(arch::_mm_castsi128_ps(bits.0)),
            plain: Self(bits.0.map(|value| f32::from_bits(value.cast_unsigned()))),
        }
    }
}

/// Four integers that wrap: the bits of four numbers, positions, or a mask (−1 where true, 0 where false).
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct I32x4(IntLanes);

#[allow(clippy::should_implement_trait, reason = "as those of F32x4")]
impl I32x4 {
    /// The same integer four times.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        by_machine! { wasm: Self(arch::i32x4_splat(value)), sse: Self(arch::_mm_set1_epi32(value)), plain: Self([value; 4]), }
    }

    /// The four integers of an array.
    #[inline(always)]
    pub fn from_array([a, b, c, d]: [i32; 4]) -> Self {
        by_machine! {
            wasm: Self(arch::i32x4(a, b, c, d)),
            sse: Self(arch::_mm_setr_epi32(a, b, c, d)),
            plain: Self([a, b, c, d]),
        }
    }

    /// The four integers.
    #[inline(always)]
    pub fn to_array(self) -> [i32; 4] {
        F32x4::from_bits(self).to_array().map(|value| value.to_bits().cast_signed())
    }

    /// Sum.
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        by_machine! {
            wasm: Self(arch::i32x4_add(self.0, other.0)),
            sse: Self(arch::_mm_add_epi32(self.0, other.0)),
            plain: Self(std::array::from_fn(|i| self.0[i].wrapping_add(other.0[i]))),
        }
    }

    /// Difference.
    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        by_machine! {
            wasm: Self(arch::i32x4_sub(self.0, other.0)),
            sse: Self(arch::_mm_sub_epi32(self.0, other.0)),
            plain: Self(std::array::from_fn(|i| self.0[i].wrapping_sub(other.0[i]))),
        }
    }

    /// The bits set in both.
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        by_machine! {
            wasm: Self(arch::v128_and(self.0, other.0)),
            sse: Self(arch::_mm_and_si128(self.0, other.0)),
            plain: Self(std::array::from_fn(|i| self.0[i] & other.0[i])),
        }
    }

    /// The bits set in either.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        by_machine! {
            wasm: Self(arch::v128_or(self.0, other.0)),
            sse: Self(arch::_mm_or_si128(self.0, other.0)),
            plain: Self(std::array::from_fn(|i| self.0[i] | other.0[i])),
        }
    }

    /// The bits `BITS` places up, zeros below.
    #[inline(always)]
    pub fn up<const BITS: i32>(self) -> Self {
        by_machine! {
            wasm: Self(arch::i32x4_shl(self.0, BITS.cast_unsigned())),
            sse: Self(arch::_mm_slli_epi32::<BITS>(self.0)),
            plain: Self(self.0.map(|value| value << BITS)),
        }
    }

    /// The bits `BITS` places down, copies of the sign above: `⌊self / 2^BITS⌋`.
    #[inline(always)]
    pub fn down<const BITS: i32>(self) -> Self {
        by_machine! {
            wasm: Self(arch::i32x4_shr(self.0, BITS.cast_unsigned())),
            sse: Self(arch::_mm_srai_epi32::<BITS>(self.0)),
            plain: Self(self.0.map(|value| value >> BITS)),
        }
    }

    /// The integers as numbers.
    #[inline(always)]
    pub fn to_f32(self) -> F32x4 {
        by_machine! {
            wasm: F32x4(arch::f32x4_convert_i32x4(self.0)),
            sse: F32x4(arch::_mm_cvtepi32_ps(self.0)),
            plain: F32x4(self.0.map(|value| value as f32)),
        }
    }

    /// Used as a mask: `yes` where it is −1, `no` where it is 0.
    #[inline(always)]
    pub fn select(self, yes: F32x4, no: F32x4) -> F32x4 {
        F32x4::from_bits(self.select_i32(yes.to_bits(), no.to_bits()))
    }

    /// [`select`](Self::select) for integers.
    #[inline(always)]
    pub fn select_i32(self, yes: Self, no: Self) -> Self {
        by_machine! {
            wasm: Self(arch::v128_bitselect(yes.0, no.0, self.0)),
            sse: Self(arch::_mm_or_si128(arch::_mm_and_si128(self.0, yes.0), arch::_mm_andnot_si128(self.0, no.0))),
            plain: Self(std::array::from_fn(|i| (self.0[i] & yes.0[i]) | (!self.0[i] & no.0[i]))),
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
    fn integer_lanes_compare_shift_and_select() {
        let (a, b) = (four([1.0, -2.0, f32::NAN, 3.0]), four([1.0, 4.0, 0.0, -3.0]));
        assert_eq!(a.less(b).to_array(), [0, -1, 0, 0]);
        assert_eq!(a.at_most(b).to_array(), [-1, -1, 0, 0]);
        assert_eq!(a.is_nan().to_array(), [0, 0, -1, 0]);
        assert_eq!(a.is_nan().select(b, a).to_array(), [1.0, -2.0, 0.0, 3.0]);
        let i = I32x4::from_array([1, -8, i32::MAX, 3]);
        assert_eq!(i.add(I32x4::splat(1)).to_array(), [2, -7, i32::MIN, 4]);
        assert_eq!(i.sub(I32x4::splat(1)).to_array(), [0, -9, i32::MAX - 1, 2]);
        assert_eq!(i.up::<3>().to_array(), [8, -64, -8, 24]);
        assert_eq!(i.down::<1>().to_array(), [0, -4, i32::MAX / 2, 1]);
        assert_eq!(i.and(I32x4::splat(3)).or(I32x4::splat(4)).to_array(), [5, 4, 7, 7]);
        assert_eq!(i.to_f32().to_array(), [1.0, -8.0, 2_147_483_648.0, 3.0]);
        assert_eq!(F32x4::from_bits(b.to_bits()).to_array(), b.to_array());
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
