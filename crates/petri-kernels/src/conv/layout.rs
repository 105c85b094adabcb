//! Copies of planes in which every tap of a window is a shift: with a border of zeros, split into the phases of the stride.

use super::block::{Shifts, load_index, store_index};
use crate::{Window, simd::F32x4};

/// The copy of a plane. It consists of `phases[0] · phases[1]` parts of `phase` numbers each. Part `[p, q]` holds in its row `i`
/// and column `j` the pixel `i · step[0] + p − lead[0]`, `j · step[1] + q − lead[1]` of the source, or zero outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Rows and columns of the source.
    source: [usize; 2],
    /// Zeros before the source; negative where its first rows or columns are left out.
    lead: [isize; 2],
    step: [usize; 2],
    phases: [usize; 2],
    rows: usize,
    pitch: usize,
    phase: usize,
}

impl Layout {
    /// For a grid of `size` positions and taps that shift by at most `reach`.
    fn new(
        source: [usize; 2],
        lead: [isize; 2],
        step: [usize; 2],
        phases: [usize; 2],
        size: [usize; 2],
        reach: [usize; 2],
    ) -> Self {
        let need = [size[0] + reach[0], size[1] + reach[1]];
        // The zeros to the right of a row can be those to the left of the next one.
        let trail = need[1] as isize - lead[1] - source[1] as isize;
        let shared = if step[1] == 1 { lead[1].min(trail).clamp(0, reach[1] as isize) as usize } else { 0 };
        let pitch = need[1] - shared;
        // Loads of four may start at the last number that is needed.
        let phase = need[0] * pitch + shared + F32x4::LANES - 1;
        Self { source, lead, step, phases, rows: need[0], pitch, phase }
    }

    /// Of the input, for windows that move over it.
    pub(super) fn of_input(window: &Window) -> Self {
        let Window { kernel, stride, dilation, .. } = *window;
        let phases = [0, 1].map(|a| (0..kernel[a]).fold(0, |most, k| (k * dilation[a] % stride[a]).max(most)) + 1);
        let reach = [0, 1].map(|a| (kernel[a] - 1) * dilation[a] / stride[a]);
        Self::new(window.input, window.padding.map(|zeros| zeros as isize), stride, phases, window.output, reach)
    }

    /// Of the gradient by the output, for [`Phase`]s of the input that look back at the windows that saw them.
    pub(super) fn of_output(window: &Window) -> Self {
        let Window { input, stride, padding, .. } = *window;
        let before = [0, 1].map(|a| padding[a] / stride[a]);
        let farthest = [0, 1].map(|a| (window.kernel[a] - 1) * window.dilation[a] / stride[a]);
        let size = [0, 1].map(|a| (input[a] - 1 + padding[a]) / stride[a] - before[a] + 1);
        Self::new(window.output, [0, 1].map(|a| farthest[a] as isize - before[a] as isize), [1, 1], [1, 1], size, farthest)
    }

    /// Of the gradient by the output, in rows as far apart as those of `input` and zeros between them.
    pub(super) fn beside(input: &Self, window: &Window) -> Self {
        let [rows, _] = window.output;
        let phase = (rows * input.pitch).next_multiple_of(F32x4::LANES);
        Self { source: window.output, lead: [0, 0], step: [1, 1], phases: [1, 1], rows, pitch: input.pitch, phase }
    }

    /// Whether the windows can read the input itself.
    pub(super) fn reads_in_place(window: &Window) -> bool {
        window.padding == [0, 0] && window.stride == [1, 1]
    }

    /// Of an input that is read itself.
    pub(super) fn in_place(window: &Window) -> Self {
        let [rows, pitch] = window.input;
        Self { source: window.input, lead: [0, 0], step: [1, 1], phases: [1, 1], rows, pitch, phase: rows * pitch }
    }

    /// Numbers from one channel to the next.
    pub(super) fn plane(&self) -> usize {
        self.phases[0] * self.phases[1] * self.phase
    }

    /// Numbers from one row of a phase to the next.
    pub(super) fn pitch(&self) -> usize {
        self.pitch
    }

    /// For every channel and every tap of the window the shift.
    pub(super) fn shifts<'a>(&self, window: &Window, shifts: &'a mut [f32]) -> Shifts<'a> {
        for (channel, shifts) in shifts.chunks_exact_mut(window.taps()).enumerate() {
            for (tap, shift) in shifts.iter_mut().enumerate() {
                let reach = [tap / window.kernel[1] * window.dilation[0], tap % window.kernel[1] * window.dilation[1]];
                let phase = channel * self.phases[0] * self.phases[1]
                    + reach[0] % self.step[0] * self.phases[1]
                    + reach[1] % self.step[1];
                *shift = store_index(phase * self.phase + reach[0] / self.step[0] * self.pitch + reach[1] / self.step[1]);
            }
        }
        Shifts::new(shifts)
    }

    /// The taps that meet the phase `residue` of the input, and for every channel and every such tap the shift.
    pub(super) fn phase_shifts<'a>(
        &self,
        window: &Window,
        residue: [usize; 2],
        indices: &'a mut [f32],
        shifts: &'a mut [f32],
    ) -> (&'a [f32], Shifts<'a>) {
        let Window { kernel, stride, dilation, .. } = *window;
        let channels = shifts.len() / window.taps();
        let reach = |tap: usize| [tap / kernel[1] * dilation[0], tap % kernel[1] * dilation[1]];
        let mut met = 0;
        for tap in 0..window.taps() {
            if [0, 1].map(|a| reach(tap)[a] % stride[a]) == residue {
                indices[met] = store_index(tap);
                met += 1;
            }
        }
        let (indices, shifts) = (&indices[..met], &mut shifts[..channels * met]);
        for (channel, shifts) in shifts.chunks_exact_mut(met.max(1)).enumerate() {
            for (shift, &tap) in shifts.iter_mut().zip(indices) {
                // The farther a tap reaches ahead, the farther back is the window.
                let back = [0, 1].map(|a| ((kernel[a] - 1) * dilation[a] / stride[a]) - reach(load_index(tap))[a] / stride[a]);
                *shift = store_index(channel * self.plane() + back[0] * self.pitch + back[1]);
            }
        }
        (indices, Shifts::new(shifts))
    }

    /// Copies all planes of `from`, one after the other, and returns the part of `to` that holds them. Only what lies inside the
    /// source is written: the rest must be zero already, and stays it when the next images are copied.
    pub(super) fn copy<'a>(&self, from: &[f32], to: &'a mut [f32]) -> &'a [f32] {
        let area = self.source[0] * self.source[1];
        let to = &mut to[..from.len() / area * self.plane()];
        for (from, to) in from.chunks_exact(area).zip(to.chunks_exact_mut(self.plane())) {
            for (part, to) in to.chunks_exact_mut(self.phase).enumerate() {
                self.copy_part(from, [part / self.phases[1], part % self.phases[1]], to);
            }
        }
        to
    }

    fn copy_part(&self, from: &[f32], residue: [usize; 2], to: &mut [f32]) {
        // Rows (and columns) before `first` and from `end` on lie outside the source.
        let ahead = [0, 1].map(|a| self.lead[a] - residue[a] as isize);
        let size = [self.rows, self.pitch];
        let first = [0, 1].map(|a| rounded_up(ahead[a], self.step[a]).min(size[a]));
        let end = [0, 1].map(|a| rounded_up(ahead[a] + self.source[a] as isize, self.step[a]).clamp(first[a], size[a]));
        if first[1] == end[1] {
            return;
        }
        let column = ((first[1] * self.step[1]) as isize - ahead[1]) as usize;
        for row in first[0]..end[0] {
            let source = ((row * self.step[0]) as isize - ahead[0]) as usize;
            let from = &from[source * self.source[1]..][column..self.source[1]];
            let to = &mut to[row * self.pitch..][first[1]..end[1]];
            copy_row(from, self.step[1], to);
        }
    }
}

/// Every `step`-th number of `from`.
#[inline(always)]
pub(super) fn copy_row(from: &[f32], step: usize, to: &mut [f32]) {
    let count = to.len();
    match step {
        // Not `copy_from_slice`: for a row, the call would cost more than the copy does in wasm.
        1 if count >= F32x4::LANES => {
            assert!(count <= from.len());
            let copy = |to: &mut [f32], at: usize| {
                // SAFETY: `at` is at most `count - 4`, and `count` is the length of `to` and at most that of `from`.
                unsafe { F32x4::load(from.as_ptr().add(at)).store(to.as_mut_ptr().add(at)) }
            };
            // Two at once, or the compiler would see a copy and make the call.
            for at in (0..count / 8).map(|pair| pair * 8) {
                copy(to, at);
                copy(to, at + 4);
            }
            if count % 8 >= 4 {
                copy(to, count - count % 8);
            }
            copy(to, count - 4);
        }
        2 if count >= F32x4::LANES => {
            assert!(2 * count - 1 <= from.len());
            for at in (0..count).step_by(F32x4::LANES).map(|at| at.min(count - F32x4::LANES)) {
                // SAFETY: `at` is at most `count - 4`: seven numbers from twice that end at most at `2 · count - 1`.
                unsafe { F32x4::load_every_second(from.as_ptr().add(2 * at)).store(to.as_mut_ptr().add(at)) }
            }
        }
        _ => to.iter_mut().zip(from.iter().step_by(step)).for_each(|(to, from)| *to = *from),
    }
}

/// `value / by`, rounded up; zero for negative values.
fn rounded_up(value: isize, by: usize) -> usize {
    usize::try_from(value).unwrap_or(0).div_ceil(by)
}

/// Whether every pixel of the input lies in a phase that some tap meets.
pub(super) fn meets_all(window: &Window) -> bool {
    (0..2).all(|a| {
        (0..window.stride[a]).all(|residue| (0..window.kernel[a]).any(|k| k * window.dilation[a] % window.stride[a] == residue))
    })
}

/// Those rows (or columns) `i` of the input for which `i + padding` leaves the same residue by the stride.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    /// The first of them.
    pub(super) first: usize,
    /// How many there are.
    pub(super) count: usize,
    /// Where the first one starts to read the layout of the output.
    pub(super) origin: usize,
}

impl Phase {
    /// Of an axis of the window, for a residue.
    pub(super) fn new(window: &Window, axis: usize, residue: usize) -> Self {
        let (stride, padding) = (window.stride[axis], window.padding[axis]);
        let quotient = padding.saturating_sub(residue).div_ceil(stride);
        let first = quotient * stride + residue - padding;
        let count = window.input[axis].saturating_sub(first).div_ceil(stride);
        Self { first, count, origin: quotient - padding / stride }
    }
}
