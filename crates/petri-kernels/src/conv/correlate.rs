//! Sums of shifted planes, weighted: the output of a convolution, and its gradient by the input.

use super::block::{Shifts, block, load_index};
use crate::simd::F32x4;

const LANES: usize = F32x4::LANES;

/// Filters of a block. With twice four positions these are eight sums, and six loads for eight products.
const FILTERS: usize = 4;

/// Room that the packed weights of a block of filters need.
pub(super) fn packed(channels: usize, taps: usize) -> usize {
    FILTERS * channels * taps
}

/// `y[f, p] = bias[f] + Σ weight[f, i] · x[p + shifts[i]]` at all positions `p` of a grid, for all images.
#[derive(Debug, Clone, Copy)]
pub(super) struct Correlation<'a> {
    /// The shift of each channel of a group and of each tap.
    pub(super) shifts: Shifts<'a>,
    /// Numbers from one group of channels of `x` to the next.
    pub(super) group: usize,
    /// Numbers from one image of `x` to the next.
    pub(super) image: usize,
    /// Where the first position starts.
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
    fn pack<'a, const F: usize>(&self, group: usize, filter: usize, packed: &'a mut [f32]) -> &'a [f32] {
        let first = group * self.group + filter * self.filter;
        let taps = self.indices.len();
        // All of them in their order: nothing to look up.
        let plain = self.indices.iter().enumerate().all(|(tap, &index)| load_index(index) == tap);
        for (channel, packed) in packed.chunks_exact_mut(taps * F).enumerate() {
            for f in 0..F {
                let from = &self.weight[first + channel * self.channel + f * self.filter..];
                let packed = packed.chunks_exact_mut(F);
                if plain {
                    packed.zip(&from[..taps]).for_each(|(packed, weight)| packed[f] = *weight);
                } else {
                    packed.zip(self.indices).for_each(|(packed, &index)| packed[f] = from[load_index(index)]);
                }
            }
        }
        packed
    }
}

/// Four positions that are computed together.
#[derive(Debug, Clone, Copy, Default)]
struct Quad {
    /// Where they start in `x`.
    from: usize,
    /// Where they start in the result; where positions go on across the ends of rows: where the image starts.
    to: usize,
    /// The first of the four, counted from the start of the row.
    column: usize,
}

/// All positions of all images, four by four.
#[derive(Debug)]
struct Quads<'a> {
    grid: &'a Correlation<'a>,
    /// Rows and columns of the walk.
    size: [usize; 2],
    /// Images and rows that are still to come.
    images: usize,
    rows: usize,
    /// Starts of the image and of the row.
    image: [usize; 2],
    row: [usize; 2],
    column: usize,
}

impl Iterator for Quads<'_> {
    type Item = Quad;

    #[inline(always)]
    fn next(&mut self) -> Option<Quad> {
        if self.images == 0 {
            return None;
        }
        let Target { image, step, .. } = self.grid.target;
        let [from, to] = self.row;
        let to = if self.grid.narrow() { to } else { to + self.column * step[1] };
        let quad = Quad { from: from + self.column, to, column: self.column };
        let next = self.column + LANES;
        if next < self.size[1] {
            // The last ones of a row overlap with those before, where the row is no multiple of four.
            self.column = next.min(self.size[1] - LANES);
            return Some(quad);
        }
        self.column = 0;
        self.row = [from + self.grid.pitch, self.row[1] + step[0]];
        self.rows -= 1;
        if self.rows == 0 {
            self.rows = self.size[0];
            self.images -= 1;
            self.image = [self.image[0] + self.grid.image, self.image[1] + image];
            self.row = self.image;
        }
        Some(quad)
    }
}

/// Some filters of a group.
#[derive(Debug)]
struct Job<'a> {
    images: usize,
    /// From the first channel of the group.
    x: &'a [f32],
    weights: &'a Weights<'a>,
    bias: &'a [f32],
    packed: &'a mut [f32],
    y: &'a mut [f32],
    group: usize,
    /// The first filter, counted in the group, and counted in all.
    filter: usize,
    first: usize,
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
            let x = &x[group * self.group..];
            let mut filter = 0;
            while filter < filters {
                let mut job = Job {
                    images,
                    x,
                    weights,
                    bias,
                    packed: &mut *packed,
                    y: &mut *y,
                    group,
                    filter,
                    first: group * filters + filter,
                };
                // Few filters take more positions at once.
                filter += match filters - filter {
                    1 => self.filters::<1, 8>(&mut job),
                    2 => self.filters::<2, 4>(&mut job),
                    3 => self.filters::<3, 2>(&mut job),
                    _ => self.filters::<FILTERS, 2>(&mut job),
                };
            }
        }
    }

    /// Whether rows are too narrow for four positions, so that positions go on across the ends of rows.
    fn narrow(&self) -> bool {
        self.size[1] < LANES
    }

    /// All positions of some images.
    fn quads(&self, images: usize) -> Quads<'_> {
        let [rows, columns] = self.size;
        let size = if self.narrow() { [1, ((rows - 1) * self.pitch + columns).next_multiple_of(LANES)] } else { self.size };
        let first = [self.start, self.target.start];
        Quads { grid: self, size, images, rows: size[0], image: first, row: first, column: 0 }
    }

    /// `F` filters at all positions of all images; returns `F`.
    fn filters<const F: usize, const Q: usize>(&self, job: &mut Job<'_>) -> usize {
        let packed = job.weights.pack::<F>(job.group, job.filter, &mut job.packed[..F * self.shifts.len()]);
        let bias: [F32x4; F] = std::array::from_fn(|f| F32x4::splat(job.bias.get(job.first + f).copied().unwrap_or(0.0)));
        let y = &mut job.y[job.first * self.target.plane..];
        let mut quads = self.quads(job.images);
        while let Some(first) = quads.next() {
            // At the end, the last ones are computed again.
            let mut some = [first; Q];
            for i in 1..Q {
                some[i] = quads.next().unwrap_or(some[i - 1]);
            }
            let sums = block::<F, Q>(job.x, &some.map(|quad| quad.from), &self.shifts, packed, &bias);
            for (f, sums) in sums.iter().enumerate() {
                let y = &mut y[f * self.target.plane..];
                for (quad, sum) in some.iter().zip(sums) {
                    self.write(*quad, *sum, y);
                }
            }
        }
        F
    }

    /// Stores four sums of a filter, whose first image starts with `y`.
    #[inline(always)]
    fn write(&self, quad: Quad, sums: F32x4, y: &mut [f32]) {
        let step = self.target.step;
        let y = &mut y[quad.to..];
        let sums = sums.to_array();
        if self.narrow() {
            for (position, sum) in (quad.column..).zip(sums) {
                let [row, column] = [position / self.pitch, position % self.pitch];
                if row < self.size[0] && column < self.size[1] {
                    y[row * step[0] + column * step[1]] = sum;
                }
            }
        } else if step[1] == 1 {
            y[..LANES].copy_from_slice(&sums);
        } else {
            y.iter_mut().step_by(step[1]).zip(sums).for_each(|(y, sum)| *y = sum);
        }
    }
}
