//! The gradient of a convolution by its weights, eight channels at once.
//!
//! For one tap, the gradients of four filters by eight channels are sums over positions, in which the eight channels of a
//! pixel lie side by side and the four filters of `dy` are the weights: the same [`block`] as that of the output.

use super::{
    Conv,
    block::{Shifts, block, store_index},
    gradient_rows,
};
use crate::{Scratch, Window, simd::F32x4};

/// Filters and channels of a block.
const FILTERS: usize = 4;
const CHANNELS: usize = 2 * F32x4::LANES;

/// Positions of a sum: with fewer, adding to the gradient would cost too much; with more, they leave the first cache.
const POSITIONS: usize = 512;

/// See [`Conv::backward_weight`].
pub(super) fn by_weight(
    conv: &Conv,
    window: &Window,
    n: usize,
    x: &[f32],
    dy: &[f32],
    dweight: &mut [f32],
    scratch: &mut Scratch,
) {
    dweight.fill(0.0);
    let (channels, filters) = (conv.channels / conv.groups, conv.filters / conv.groups);
    if filters < FILTERS || channels.next_multiple_of(CHANNELS) * 3 > channels * 4 {
        return gradient_rows::by_weight(conv, window, n, x, dy, dweight, scratch);
    }
    let pixels = Pixels::new(window);
    let (area, taps) = (window.output_area(), window.taps());
    let images = POSITIONS.div_ceil(area).min(n);
    let positions = images * area;
    let scratch = scratch.take(positions * (1 + filters) + images * pixels.len());
    let (shifts, rest) = scratch.split_at_mut(positions);
    let (packed, copy) = rest.split_at_mut(positions * filters);
    copy.fill(0.0);
    pixels.shifts(window, shifts);
    let sizes = [conv.channels * window.input_area(), conv.filters * area];
    for (x, dy) in x.chunks(images * sizes[0]).zip(dy.chunks(images * sizes[1])) {
        let images = x.len() / sizes[0];
        let positions = images * area;
        let shifts = &shifts[..positions];
        for (group, dweight) in dweight.chunks_exact_mut(filters * channels * taps).enumerate() {
            let packed = pack(&dy[group * filters * area..], images, [filters, area, sizes[1]], packed);
            for first in (0..channels).step_by(CHANNELS) {
                let count = CHANNELS.min(channels - first);
                let from = &x[(group * channels + first) * window.input_area()..];
                let copy = pixels.copy(from, count, sizes[0], &mut copy[..images * pixels.len()]);
                let tile = Tile { copy, first, count, channels, taps };
                for (at, shifts) in shifts.chunks(POSITIONS).enumerate().map(|(i, shifts)| (i * POSITIONS, Shifts::new(shifts))) {
                    for filter in (0..filters / FILTERS).map(|block| block * FILTERS) {
                        let weights = &packed[filter * positions + at * FILTERS..][..shifts.len() * FILTERS];
                        tile.add::<FILTERS>(&pixels, window, &shifts, weights, &mut dweight[filter * channels * taps..]);
                    }
                    for filter in filters / FILTERS * FILTERS..filters {
                        let weights = &packed[filter * positions + at..][..shifts.len()];
                        tile.add::<1>(&pixels, window, &shifts, weights, &mut dweight[filter * channels * taps..]);
                    }
                }
            }
        }
    }
}

/// `dy` in the order [filters / 4, images, positions, 4], and then one by one the filters that are left over.
fn pack<'a>(dy: &[f32], images: usize, [filters, area, image]: [usize; 3], packed: &'a mut [f32]) -> &'a [f32] {
    let positions = images * area;
    let packed = &mut packed[..positions * filters];
    for (block, packed) in packed.chunks_mut(positions * FILTERS).enumerate() {
        let first = block * FILTERS * area;
        if packed.len() < positions * FILTERS {
            for (filter, packed) in packed.chunks_exact_mut(positions).enumerate() {
                for (at, packed) in packed.chunks_exact_mut(area).enumerate() {
                    packed.copy_from_slice(&dy[at * image + first + filter * area..][..area]);
                }
            }
            continue;
        }
        for (at, packed) in packed.chunks_exact_mut(area * FILTERS).enumerate() {
            let [a, b, c, d] = std::array::from_fn(|filter| &dy[at * image + first + filter * area..][..area]);
            for (i, packed) in packed.chunks_exact_mut(FILTERS).enumerate() {
                packed.copy_from_slice(&[a[i], b[i], c[i], d[i]]);
            }
        }
    }
    packed
}

/// Copies of eight channels with their border of zeros, the eight numbers of a pixel side by side.
#[derive(Debug, Clone, Copy)]
struct Pixels {
    source: [usize; 2],
    lead: [usize; 2],
    /// Rows and columns with the border.
    size: [usize; 2],
}

impl Pixels {
    /// What the windows reach.
    fn new(window: &Window) -> Self {
        let Window { input, output, kernel, stride, padding, dilation } = *window;
        let size = [0, 1].map(|a| (output[a] - 1) * stride[a] + (kernel[a] - 1) * dilation[a] + 1);
        Self { source: input, lead: padding, size }
    }

    /// Numbers of an image.
    fn len(&self) -> usize {
        self.size[0] * self.size[1] * CHANNELS
    }

    fn index(&self, row: usize, column: usize) -> usize {
        (row * self.size[1] + column) * CHANNELS
    }

    /// Where the windows lie, of as many images as there is room for.
    fn shifts(&self, window: &Window, shifts: &mut [f32]) {
        let columns = window.output[1];
        for (image, shifts) in shifts.chunks_exact_mut(window.output_area()).enumerate() {
            for (position, shift) in shifts.iter_mut().enumerate() {
                let at = self.index(position / columns * window.stride[0], position % columns * window.stride[1]);
                *shift = store_index(image * self.len() + at);
            }
        }
    }

    /// Copies `count` channels of all images, which are `image` numbers apart, into a border of zeros that is there already.
    fn copy<'a>(&self, from: &[f32], count: usize, image: usize, to: &'a mut [f32]) -> &'a [f32] {
        let [rows, columns] = self.source;
        for (at, to) in to.chunks_exact_mut(self.len()).enumerate() {
            for (channel, from) in from[at * image..].chunks_exact(rows * columns).take(count).enumerate() {
                let inside = self.size[0].saturating_sub(self.lead[0]);
                for (row, from) in from.chunks_exact(columns).take(inside).enumerate() {
                    let to = &mut to[(row + self.lead[0]) * self.size[1] * CHANNELS..][..self.size[1] * CHANNELS];
                    let to = to.chunks_exact_mut(CHANNELS).skip(self.lead[1]);
                    to.zip(from).for_each(|(to, from)| to[channel] = *from);
                }
            }
        }
        to
    }
}

/// Eight channels of a group, and where their gradients lie.
#[derive(Debug, Clone, Copy)]
struct Tile<'a> {
    copy: &'a [f32],
    first: usize,
    count: usize,
    channels: usize,
    taps: usize,
}

impl Tile<'_> {
    /// Adds to the gradients of `F` filters, of which `dweight` starts with the first.
    fn add<const F: usize>(&self, pixels: &Pixels, window: &Window, shifts: &Shifts<'_>, weights: &[f32], dweight: &mut [f32]) {
        for tap in 0..self.taps {
            let [row, column] = [tap / window.kernel[1] * window.dilation[0], tap % window.kernel[1] * window.dilation[1]];
            let at = pixels.index(row, column);
            let sums = block::<F, 2>(self.copy, &[at, at + F32x4::LANES], shifts, weights, &[F32x4::zero(); F]);
            for (f, [low, high]) in sums.into_iter().enumerate() {
                let dweight = &mut dweight[(f * self.channels + self.first) * self.taps + tap..];
                for (channel, &sum) in [low.to_array(), high.to_array()].as_flattened()[..self.count].iter().enumerate() {
                    dweight[channel * self.taps] += sum;
                }
            }
        }
    }
}
