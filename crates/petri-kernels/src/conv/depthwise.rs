//! Convolutions of each channel by itself: a plane with its border is one long row, and so is its result.

use super::{
    Conv,
    block::{Shifts, load_index},
    layout::{Layout, Phase, copy_row},
};
use crate::{Scratch, simd::F32x4};

const LANES: usize = F32x4::LANES;

/// Whether every filter sees one channel, and every channel is seen by one filter.
pub(super) fn fits(conv: &Conv) -> bool {
    conv.channels == conv.groups && conv.filters == conv.groups
}

/// Positions from the first of a grid to its last, where rows are `pitch` apart; rounded up to fours.
fn length([rows, columns]: [usize; 2], pitch: usize) -> usize {
    ((rows - 1) * pitch + columns).next_multiple_of(LANES)
}

/// See [`Conv::forward`].
pub(super) fn forward(conv: &Conv, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], scratch: &mut Scratch) {
    let window = conv.window;
    let (layout, taps) = (Layout::of_input(&window), window.taps());
    let length = length(window.output, layout.pitch());
    let scratch = scratch.take(taps + layout.plane() + length);
    let (shifts, rest) = scratch.split_at_mut(taps);
    let (copy, row) = rest.split_at_mut(layout.plane());
    copy.fill(0.0);
    let shifts = layout.shifts(&window, shifts);
    for (plane, (x, y)) in x.chunks_exact(window.input_area()).zip(y.chunks_exact_mut(window.output_area())).enumerate() {
        let channel = plane % conv.channels;
        let copy = layout.copy(x, copy);
        sums(copy, &shifts, &weight[channel * taps..][..taps], bias.get(channel).copied().unwrap_or(0.0), row);
        for (y, row) in y.chunks_exact_mut(window.output[1]).zip(row.chunks(layout.pitch())) {
            copy_row(row, 1, y);
        }
    }
}

/// See [`Conv::backward_input`].
pub(super) fn backward_input(conv: &Conv, weight: &[f32], dy: &[f32], dx: &mut [f32], scratch: &mut Scratch) {
    let window = conv.window;
    let (layout, taps, stride) = (Layout::of_output(&window), window.taps(), window.stride);
    let longest = length(window.input, layout.pitch());
    let scratch = scratch.take(2 * taps + conv.channels * taps + layout.plane() + longest);
    let (indices, rest) = scratch.split_at_mut(taps);
    let (shifts, rest) = rest.split_at_mut(taps);
    let (weights, rest) = rest.split_at_mut(conv.channels * taps);
    let (copy, row) = rest.split_at_mut(layout.plane());
    copy.fill(0.0);
    for residue in (0..stride[0]).flat_map(|row| (0..stride[1]).map(move |column| [row, column])) {
        let [rows, columns] = [0, 1].map(|axis| Phase::new(&window, axis, residue[axis]));
        if rows.count == 0 || columns.count == 0 {
            continue;
        }
        let (indices, shifts) = layout.phase_shifts(&window, residue, indices, shifts);
        for (weights, weight) in weights.chunks_exact_mut(indices.len().max(1)).zip(weight.chunks_exact(taps)) {
            weights.iter_mut().zip(indices).for_each(|(to, &index)| *to = weight[load_index(index)]);
        }
        let row = &mut row[..length([rows.count, columns.count], layout.pitch())];
        for (plane, (dy, dx)) in dy.chunks_exact(window.output_area()).zip(dx.chunks_exact_mut(window.input_area())).enumerate() {
            let copy = &layout.copy(dy, copy)[rows.origin * layout.pitch() + columns.origin..];
            let channel = plane % conv.channels;
            sums(copy, &shifts, &weights[channel * indices.len()..][..indices.len()], 0.0, row);
            let dx = dx.chunks_exact_mut(window.input[1]).skip(rows.first).step_by(stride[0]);
            for (dx, row) in dx.zip(row.chunks(layout.pitch())) {
                match stride[1] {
                    1 => copy_row(row, 1, dx),
                    step => dx[columns.first..].iter_mut().step_by(step).zip(row).for_each(|(dx, sum)| *dx = *sum),
                }
            }
        }
    }
}

/// `to[p] = start + Σ weights[t] · x[p + shifts[t]]` for all `p`, in the order of the taps. The length of `to` is a multiple of four.
fn sums(x: &[f32], shifts: &Shifts<'_>, weights: &[f32], start: f32, to: &mut [f32]) {
    let (blocks, rest) = to.split_at_mut(to.len() / (8 * LANES) * (8 * LANES));
    let done = blocks.len();
    for (i, to) in blocks.chunks_exact_mut(8 * LANES).enumerate() {
        run::<8>(&x[i * 8 * LANES..], shifts, weights, start, to);
    }
    for (i, to) in rest.chunks_exact_mut(LANES).enumerate() {
        run::<1>(&x[done + i * LANES..], shifts, weights, start, to);
    }
}

/// `N` times four positions side by side.
#[inline(always)]
fn run<const N: usize>(x: &[f32], shifts: &Shifts<'_>, weights: &[f32], start: f32, to: &mut [f32]) {
    assert!(shifts.farthest() + N * LANES <= x.len() && to.len() == N * LANES, "all shifts stay within");
    let mut sums = [F32x4::splat(start); N];
    for (&shift, &weight) in shifts.list().iter().zip(weights) {
        // SAFETY: no shift is greater than the farthest, from which the assertion finds `4 · N` numbers.
        let from = unsafe { x.as_ptr().add(load_index(shift)) };
        let weight = F32x4::splat(weight);
        for (i, sum) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            *sum = sum.plus_product(unsafe { F32x4::load(from.add(i * LANES)) }, weight);
        }
    }
    for (to, sum) in to.chunks_exact_mut(LANES).zip(sums) {
        to.copy_from_slice(&sum.to_array());
    }
}
