//! The innermost loop of convolutions: a block of sums over a list of shifts.

use crate::simd::F32x4;

/// An index as it is kept in a [`crate::Scratch`], which holds `f32`: by its bits.
pub(super) fn store_index(index: usize) -> f32 {
    assert!(index <= i32::MAX as usize, "larger than any plane");
    f32::from_bits(index as u32)
}

/// The index that [`store_index`] kept.
#[inline(always)]
pub(super) fn load_index(stored: f32) -> usize {
    stored.to_bits() as usize
}

/// Distances, see [`store_index`], from where a sum starts to what it sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifts<'a> {
    list: &'a [f32],
    farthest: usize,
}

impl<'a> Shifts<'a> {
    pub(super) fn new(list: &'a [f32]) -> Self {
        Self { list, farthest: list.iter().fold(0, |most, &shift| load_index(shift).max(most)) }
    }

    pub(super) fn list(&self) -> &'a [f32] {
        self.list
    }

    /// The greatest of them.
    pub(super) fn farthest(&self) -> usize {
        self.farthest
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

/// `sums[f][q][lane] = start[f] + Σ weights[i, f] · x[at[q] + shifts[i] + lane]`, summed over `i` in the order of the list:
/// `F` loads of weights and `Q` of `x` for `F · Q` products of four.
#[inline(never)] // Inlined, the compiler takes the sums in `at` apart and runs out of registers.
pub(super) fn block<const F: usize, const Q: usize>(
    x: &[f32],
    at: &[usize; Q],
    shifts: &Shifts<'_>,
    weights: &[f32],
    start: &[F32x4; F],
) -> [[F32x4; Q]; F] {
    assert!(at.iter().all(|at| at + shifts.farthest + F32x4::LANES <= x.len()), "all shifts stay within");
    assert_eq!(weights.len(), F * shifts.list.len(), "size of the weights");
    let mut sums = start.map(|start| [start; Q]);
    let from = at.map(|at| x.as_ptr().wrapping_add(at));
    for (&shift, weights) in shifts.list.iter().zip(weights.chunks_exact(F)) {
        // SAFETY: no shift is greater than `farthest`, from which the first assertion finds four numbers.
        let values = from.map(|from| unsafe { F32x4::load(from.add(load_index(shift))) });
        for (sums, &weight) in sums.iter_mut().zip(weights) {
            let weight = F32x4::splat(weight);
            for (sum, values) in sums.iter_mut().zip(values) {
                *sum = sum.plus_product(values, weight);
            }
        }
    }
    sums
}
