//! The gradient of a convolution by its weights, four positions of a row at once: for few channels.

use super::{Conv, block::load_index, layout::Layout};
use crate::{Scratch, Window, simd::F32x4};

const LANES: usize = F32x4::LANES;

/// Positions after which running sums are added up: rows of four filters and of one channel stay in the first cache.
const POSITIONS: usize = 1024;

/// Planes that are multiplied: those of some images, in rows of the same pitch, from one position to another.
#[derive(Debug, Clone, Copy)]
struct Span<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    /// Numbers from one image of `x` and of `dy` to the next.
    image: [usize; 2],
    images: usize,
    first: usize,
    /// Multiple of four.
    length: usize,
}

/// Adds to `dweight`, see [`Conv::backward_weight`]. The planes of `dy` are copied with zeros between their rows, so that a sum over all positions
/// of the copy of `x` is the sum over the windows.
pub(super) fn by_weight(
    conv: &Conv,
    window: &Window,
    n: usize,
    x: &[f32],
    dy: &[f32],
    dweight: &mut [f32],
    scratch: &mut Scratch,
) {
    let input = Layout::of_input(window);
    let output = Layout::beside(&input, window);
    let length = ((window.output[0] - 1) * input.pitch() + window.output[1]).next_multiple_of(LANES);
    let images = (POSITIONS / 2).div_ceil(length).min(n);
    let image = [conv.channels * input.plane(), conv.filters * output.plane()];
    let scratch = scratch.take(window.taps() + images * (image[0] + image[1]));
    let (shifts, rest) = scratch.split_at_mut(window.taps());
    rest.fill(0.0);
    let (x_copy, dy_copy) = rest.split_at_mut(images * image[0]);
    _ = input.shifts(window, shifts);
    let sizes = [conv.channels * window.input_area(), conv.filters * window.output_area()];
    for (x, dy) in x.chunks(images * sizes[0]).zip(dy.chunks(images * sizes[1])) {
        let images = x.len() / sizes[0];
        let (x, dy) = (input.copy(x, x_copy), output.copy(dy, dy_copy));
        for first in (0..length).step_by(POSITIONS) {
            let span = Span { x, dy, image, images, first, length: (length - first).min(POSITIONS) };
            span.groups(conv, [input.plane(), output.plane()], shifts, dweight);
        }
    }
}

impl Span<'_> {
    /// Adds to all weights.
    fn groups(&self, conv: &Conv, plane: [usize; 2], shifts: &[f32], dweight: &mut [f32]) {
        let (channels, filters) = (conv.channels / conv.groups, conv.filters / conv.groups);
        // A row of `dweight` is one filter: all taps of the first channel, then of the second.
        let columns = channels * shifts.len();
        for (group, dweight) in dweight.chunks_exact_mut(filters * columns).enumerate() {
            let column = |j: usize| (group * channels + j / shifts.len()) * plane[0] + load_index(shifts[j % shifts.len()]);
            let mut filter = 0;
            while filter < filters {
                let row = (group * filters + filter) * plane[1];
                let left = filters - filter;
                let dweight = &mut dweight[filter * columns..];
                let mut j = 0;
                while j < columns {
                    // Twelve sums, seven loads for twelve products; nine sums where a group has few filters.
                    j += match (left, columns - j) {
                        (4.., 3..) => self.add::<4, 3>(row, plane[1], j, column, columns, dweight),
                        (4.., _) => self.add::<4, 1>(row, plane[1], j, column, columns, dweight),
                        (_, 9..) => self.add::<1, 9>(row, plane[1], j, column, columns, dweight),
                        (_, 3..) => self.add::<1, 3>(row, plane[1], j, column, columns, dweight),
                        _ => self.add::<1, 1>(row, plane[1], j, column, columns, dweight),
                    };
                }
                filter += if left >= 4 { 4 } else { 1 };
            }
        }
    }

    /// Adds to `F` rows and `T` columns of the weights, and returns `T`.
    fn add<const F: usize, const T: usize>(
        &self,
        row: usize,
        plane: usize,
        j: usize,
        column: impl Fn(usize) -> usize,
        columns: usize,
        dweight: &mut [f32],
    ) -> usize {
        let sums =
            self.products(std::array::from_fn::<_, F, _>(|f| row + f * plane), std::array::from_fn::<_, T, _>(|t| column(j + t)));
        for (dweight, sums) in dweight.chunks_mut(columns).zip(sums) {
            for (dweight, sum) in dweight[j..][..T].iter_mut().zip(sums) {
                *dweight += sum.sum();
            }
        }
        T
    }

    /// Sums of the products of each row of `dy` with each column of `x`, which start at the given numbers.
    fn products<const F: usize, const T: usize>(&self, rows: [usize; F], columns: [usize; T]) -> [[F32x4; T]; F] {
        let farthest = self.images - 1;
        let end = self.first + self.length;
        assert!(rows.iter().all(|row| row + farthest * self.image[1] + end <= self.dy.len()), "rows lie within the copy");
        assert!(
            columns.iter().all(|column| column + farthest * self.image[0] + end <= self.x.len()),
            "columns lie within the copy"
        );
        assert!(self.length.is_multiple_of(LANES), "whole fours");
        let mut sums = [[F32x4::zero(); T]; F];
        for image in 0..self.images {
            // SAFETY: both are smaller than the numbers that the assertions compare.
            let (x, dy) = unsafe {
                (
                    self.x.as_ptr().add(image * self.image[0] + self.first),
                    self.dy.as_ptr().add(image * self.image[1] + self.first),
                )
            };
            let x = columns.map(|column| x.wrapping_add(column));
            let dy = rows.map(|row| dy.wrapping_add(row));
            for position in (0..self.length).step_by(LANES) {
                // SAFETY: four numbers from here end at most at `end`, which the assertions compare.
                let pixels = x.map(|x| unsafe { F32x4::load(x.add(position)) });
                for (sums, dy) in sums.iter_mut().zip(dy) {
                    // SAFETY: as above.
                    let factor = unsafe { F32x4::load(dy.add(position)) };
                    for (sum, pixels) in sums.iter_mut().zip(pixels) {
                        *sum = sum.plus_product(pixels, factor);
                    }
                }
            }
        }
        sums
    }
}
