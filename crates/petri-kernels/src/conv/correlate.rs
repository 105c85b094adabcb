//! Sums of shifted planes, weighted: the output of a convolution, and its gradient by the input.

use super::layout::load_index;
use crate::simd::F32x4;

const LANES: usize = F32x4::LANES;

/// Filters of a block, and how many times four positions it covers: eight sums, six loads for eight products.
const BLOCK: (usize, usize) = (4, 2);
/// The same for the filters that are left over.
const SINGLE: (usize, usize) = (1, 8);

/// Room that the packed weights of a block of filters need.
pub(super) fn packed(channels: usize, taps: usize) -> usize {
    BLOCK.0 * channels * taps
}

/// `y[f, p] = bias[f] + Σ weight[f, c, t] · x[c, p + shift[t]]` at all positions `p` of a grid, for all images.
#[derive(Debug, Clone, Copy)]
pub(super) struct Correlation<'a> {
    /// The shift of each tap, see [`load_index`].
    pub(super) shifts: &'a [f32],
    /// Channels that are summed.
    pub(super) channels: usize,
    /// Numbers from one channel of `x` to the next.
    pub(super) plane: usize,
    /// Numbers from one image of `x` to the next.
    pub(super) image: usize,
    /// Where the first position reads the first channel.
    pub(super) start: usize,
    /// Numbers from one row of `x` to the next.
    pub(super) pitch: usize,
    /// Rows and columns of the grid.
    pub(super) size: [usize; 2],
    /// Where the results go.
    pub(super) target: Target,
}

/// Where the results go: index of the first, and from one image, filter, row and column to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) start: usize,
    pub(super) image: usize,
    pub(super) plane: usize,
    pub(super) step: [usize; 2],
}

/// Weights as they lie in memory: index of each tap, and from one filter, channel and group to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights<'a> {
    pub(super) weight: &'a [f32],
    pub(super) indices: &'a [f32],
    pub(super) filter: usize,
    pub(super) channel: usize,
    pub(super) group: usize,
}

impl Weights<'_> {
    /// Those of `F` filters in the order of the inner loop: [channels, taps, F].
    fn pack<'a, const F: usize>(&self, group: usize, filter: usize, channels: usize, packed: &'a mut [f32]) -> &'a [f32] {
        let packed = &mut packed[..channels * self.indices.len() * F];
        let mut to = packed.chunks_exact_mut(F);
        for channel in 0..channels {
            let from = &self.weight[group * self.group + filter * self.filter + channel * self.channel..];
            for (&index, to) in self.indices.iter().zip(&mut to) {
                let index = load_index(index);
                to.iter_mut().enumerate().for_each(|(f, to)| *to = from[f * self.filter + index]);
            }
        }
        packed
    }
}

/// Four positions that are computed together.
#[derive(Debug, Clone, Copy, Default)]
struct Quad {
    image: usize,
    row: usize,
    column: usize,
}

impl Correlation<'_> {
    /// All groups, with `filters` filters each. An empty `bias` is zero. `packed` is room for weights, see [`packed`].
    #[expect(clippy::too_many_arguments, reason = "three tensors, their sizes, and room")]
    pub(super) fn groups(
        &self,
        groups: usize,
        filters: usize,
        images: usize,
        x: &[f32],
        weights: &Weights<'_>,
        bias: &[f32],
        packed: &mut [f32],
        y: &mut [f32],
    ) {
        if self.size.contains(&0) {
            return;
        }
        for group in 0..groups {
            let x = &x[group * self.channels * self.plane..];
            let mut filter = 0;
            while filter < filters {
                let whole = filters - filter >= BLOCK.0;
                let first = group * filters + filter;
                let bias = |f: usize| bias.get(first + f).copied().unwrap_or(0.0);
                let y = &mut y[first * self.target.plane..];
                if whole {
                    let packed = weights.pack::<{ BLOCK.0 }>(group, filter, self.channels, packed);
                    self.filters::<{ BLOCK.0 }, { BLOCK.1 }>(images, x, packed, std::array::from_fn(bias), y);
                } else {
                    let packed = weights.pack::<{ SINGLE.0 }>(group, filter, self.channels, packed);
                    self.filters::<{ SINGLE.0 }, { SINGLE.1 }>(images, x, packed, std::array::from_fn(bias), y);
                }
                filter += if whole { BLOCK.0 } else { SINGLE.0 };
            }
        }
    }

    /// Whether rows are too narrow for four positions, so that positions go on across the ends of rows.
    fn narrow(&self) -> bool {
        self.size[1] < LANES
    }

    /// Rows and columns in which the positions are visited.
    fn walk(&self) -> [usize; 2] {
        let [rows, columns] = self.size;
        if self.narrow() { [1, ((rows - 1) * self.pitch + columns).next_multiple_of(LANES)] } else { self.size }
    }

    /// The four positions after `quad`. The last ones of a row overlap with those before, where the row is no multiple of four.
    fn next(&self, quad: Quad, [rows, columns]: [usize; 2]) -> Quad {
        if quad.column + LANES < columns {
            Quad { column: (quad.column + LANES).min(columns - LANES), ..quad }
        } else if quad.row + 1 < rows {
            Quad { row: quad.row + 1, column: 0, ..quad }
        } else {
            Quad { image: quad.image + 1, row: 0, column: 0 }
        }
    }

    /// `F` filters at all positions of all images. `x` starts at the first channel of the group, `y` at the first filter.
    fn filters<const F: usize, const Q: usize>(&self, images: usize, x: &[f32], weights: &[f32], bias: [f32; F], y: &mut [f32]) {
        let walk = self.walk();
        let last = (images - 1) * self.image + self.start + (walk[0] - 1) * self.pitch + walk[1] - LANES;
        let reach = self.shifts.iter().fold(0, |most, &shift| load_index(shift).max(most));
        assert!(last + reach + (self.channels - 1) * self.plane + LANES <= x.len(), "the last window lies within the copy");
        assert_eq!(weights.len(), self.channels * self.shifts.len() * F, "size of the packed weights");
        let start = bias.map(F32x4::splat);
        let mut next = Quad::default();
        while next.image < images {
            let mut quads = [next; Q];
            let mut count = 0;
            while count < Q && next.image < images {
                quads[count] = next;
                count += 1;
                next = self.next(next, walk);
            }
            let at = quads.map(|quad| quad.image * self.image + self.start + quad.row * self.pitch + quad.column);
            // SAFETY: `at` is at most `last`, and the two assertions above are those that the function asks for.
            let sums = unsafe { self.block::<F, Q>(x, at, weights, start) };
            for (f, sums) in sums.iter().enumerate() {
                let y = &mut y[f * self.target.plane..];
                for (quad, sum) in quads[..count].iter().zip(sums) {
                    self.write(*quad, *sum, y);
                }
            }
        }
    }

    /// The sums of `F` filters at `Q` times four positions.
    ///
    /// # Safety
    ///
    /// `x` holds four numbers from every one of `at`, plus any shift, plus any channel; there are `F` weights for each channel and tap.
    #[inline(always)]
    unsafe fn block<const F: usize, const Q: usize>(
        &self,
        x: &[f32],
        at: [usize; Q],
        weights: &[f32],
        start: [F32x4; F],
    ) -> [[F32x4; Q]; F] {
        let mut sums = start.map(|start| [start; Q]);
        let mut weight = weights.as_ptr();
        for channel in 0..self.channels {
            // SAFETY: the caller's promise.
            let plane = unsafe { x.as_ptr().add(channel * self.plane) };
            for &shift in self.shifts {
                // SAFETY: the caller's promise.
                let pixels: [F32x4; Q] = at.map(|at| unsafe { F32x4::load(plane.add(at + load_index(shift))) });
                for (f, sums) in sums.iter_mut().enumerate() {
                    // SAFETY: the caller's promise; `weight` moved by `F` for each channel and tap before.
                    let factor = F32x4::splat(unsafe { *weight.add(f) });
                    for (sum, pixels) in sums.iter_mut().zip(pixels) {
                        *sum = sum.plus_product(pixels, factor);
                    }
                }
                // SAFETY: at most the end of the weights.
                weight = unsafe { weight.add(F) };
            }
        }
        sums
    }

    /// Stores four sums of a filter, whose first image starts with `y`.
    #[inline(always)]
    fn write(&self, quad: Quad, sums: F32x4, y: &mut [f32]) {
        let Target { start, image, step, .. } = self.target;
        let to = start + quad.image * image;
        let sums = sums.to_array();
        if !self.narrow() && step[1] == 1 {
            y[to + quad.row * step[0] + quad.column..][..LANES].copy_from_slice(&sums);
            return;
        }
        for (lane, sum) in sums.into_iter().enumerate() {
            let column = quad.column + lane;
            let (row, column) = if self.narrow() { (column / self.pitch, column % self.pitch) } else { (quad.row, column) };
            if row < self.size[0] && column < self.size[1] {
                y[to + row * step[0] + column * step[1]] = sum;
            }
        }
    }
}
