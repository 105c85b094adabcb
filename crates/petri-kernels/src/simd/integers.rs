//! Four integers at once: what comparisons and the bits of numbers need.

use super::F32x4;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use std::arch::wasm32 as arch;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as arch;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Lanes = arch::v128;
#[cfg(target_arch = "x86_64")]
type Lanes = arch::__m128i;
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
type Lanes = [i32; 4];

/// Four integers that wrap: the bits of four numbers, positions, or a mask (−1 where true, 0 where false).
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct I32x4(Lanes);

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

/// Comparisons and bits.
impl F32x4 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_lanes_compare_shift_and_select() {
        let (a, b) = (F32x4::from_array([1.0, -2.0, f32::NAN, 3.0]), F32x4::from_array([1.0, 4.0, 0.0, -3.0]));
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
}
