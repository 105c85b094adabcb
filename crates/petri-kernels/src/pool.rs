//! Pooling: the maximum or the mean of a window that moves over each plane, and the mean of whole planes.

use crate::Window;
use crate::lanes::{load_part, store_part, sum};
use crate::simd::{F32x4, I32x4};
use std::ops::Range;

/// The argmax of a window that lies in the padding altogether.
const NOWHERE: u32 = u32::MAX;

/// `y` is the maximum of each window of `x` `[planes, input]`, `argmax` its index within the plane: the first of equal ones.
/// The padding counts as −∞. As in PyTorch, a NaN is greater than every number. No gradient comes from a window that lies in
/// the padding altogether.
pub fn max_forward(planes: usize, window: &Window, x: &[f32], y: &mut [f32], argmax: &mut [u32]) {
    check(planes, window, x.len(), y.len());
    assert_eq!(argmax.len(), y.len(), "one index for each output");
    for_each_plane(planes, window, |input, output| {
        let (x, y, argmax) = (&x[input], &mut y[output.clone()], &mut argmax[output]);
        if is_halving(window) { max_plane::<true>(window, x, y, argmax) } else { max_plane::<false>(window, x, y, argmax) }
    });
}

fn max_plane<const HALVING: bool>(window: &Window, x: &[f32], y: &mut [f32], argmax: &mut [u32]) {
    let window = &if HALVING { halving(window) } else { *window };
    let step = window.stride[1] as i32;
    let lanes = I32x4::from_array([0, step, 2 * step, 3 * step]);
    for_each_output(window, true, |out, taps| {
        if taps.four {
            let mut best = F32x4::splat(f32::NEG_INFINITY);
            let mut at = taps.first().map_or(I32x4::splat(NOWHERE.cast_signed()), |i| lanes.add(I32x4::splat(i as i32)));
            taps.for_each(|i| {
                let value = load_four(x, i, window.stride[1]);
                let greater = best.less(value).or(value.is_nan());
                best = greater.select(value, best);
                at = greater.select_i32(lanes.add(I32x4::splat(i as i32)), at);
            });
            y[out..out + 4].copy_from_slice(&best.to_array());
            argmax[out..out + 4].copy_from_slice(&at.to_array().map(i32::cast_unsigned));
        } else {
            let (mut best, mut at) = (f32::NEG_INFINITY, taps.first().map_or(NOWHERE, |i| i as u32));
            taps.for_each(|i| {
                if x[i] > best || x[i].is_nan() {
                    (best, at) = (x[i], i as u32);
                }
            });
            (y[out], argmax[out]) = (best, at);
        }
    });
}

/// `dx[argmax] += dy`, from zero.
pub fn max_backward(planes: usize, window: &Window, argmax: &[u32], dy: &[f32], dx: &mut [f32]) {
    check(planes, window, dx.len(), dy.len());
    assert_eq!(argmax.len(), dy.len(), "one index for each output");
    dx.fill(0.0);
    for_each_plane(planes, window, |input, output| {
        let dx = &mut dx[input];
        for (dy, &i) in dy[output.clone()].iter().zip(&argmax[output]) {
            if i != NOWHERE {
                dx[i as usize] += dy;
            }
        }
    });
}

/// `y` is the mean of each window of `x` `[planes, input]`. The padding counts as zeros (PyTorch's `count_include_pad`).
pub fn avg_forward(planes: usize, window: &Window, x: &[f32], y: &mut [f32]) {
    check(planes, window, x.len(), y.len());
    for_each_plane(planes, window, |input, output| {
        let (x, y) = (&x[input], &mut y[output]);
        if is_halving(window) { avg_plane::<true>(window, x, y) } else { avg_plane::<false>(window, x, y) }
    });
}

fn avg_plane<const HALVING: bool>(window: &Window, x: &[f32], y: &mut [f32]) {
    let window = &if HALVING { halving(window) } else { *window };
    let taps_all = window.taps() as f32;
    for_each_output(window, true, |out, taps| {
        if taps.four {
            let mut sum = F32x4::zero();
            taps.for_each(|i| sum = sum.add(load_four(x, i, window.stride[1])));
            y[out..out + 4].copy_from_slice(&sum.div(F32x4::splat(taps_all)).to_array());
        } else {
            let mut sum = 0.0;
            taps.for_each(|i| sum += x[i]);
            y[out] = sum / taps_all;
        }
    });
}

/// Each tap of a window gets `dy` divided by the number of taps.
pub fn avg_backward(planes: usize, window: &Window, dy: &[f32], dx: &mut [f32]) {
    check(planes, window, dx.len(), dy.len());
    dx.fill(0.0);
    for_each_plane(planes, window, |input, output| {
        let (dx, dy) = (&mut dx[input], &dy[output]);
        if is_halving(window) {
            halving_backward(window, dy, dx);
        } else {
            let taps_all = window.taps() as f32;
            for_each_output(window, false, |out, taps| {
                let share = dy[out] / taps_all;
                taps.for_each(|i| dx[i] += share);
            });
        }
    });
}

/// [`avg_backward`] of one plane for windows of 2 × 2 side by side: each pixel belongs to one window or none.
fn halving_backward(window: &Window, dy: &[f32], dx: &mut [f32]) {
    let ([_, wide], [height, narrow]) = (window.input, window.output);
    for row in 0..height {
        let (upper, lower) = dx[2 * row * wide..][..2 * wide].split_at_mut(wide);
        let rows = upper.chunks_mut(8).zip(lower.chunks_mut(8));
        for (dy, (upper, lower)) in dy[row * narrow..][..narrow].chunks(4).zip(rows) {
            let (left, right) = load_part(dy).div(F32x4::splat(4.0)).doubled();
            for row in [upper, lower] {
                let (to_left, to_right) = row[..2 * dy.len()].split_at_mut(4.min(2 * dy.len()));
                store_part(left, to_left);
                store_part(right, to_right);
            }
        }
    }
}

/// `y[p]` is the mean of plane `p` of `x` `[planes, area]`.
pub fn mean_forward(planes: usize, area: usize, x: &[f32], y: &mut [f32]) {
    assert_eq!((x.len(), y.len()), (planes * area, planes), "one mean a plane");
    for (plane, y) in y.iter_mut().enumerate() {
        *y = (sum([&x[plane * area..][..area]], |[x]| x) / area as f64) as f32;
    }
}

/// `dx = dy[p] / area` in plane `p`.
pub fn mean_backward(planes: usize, area: usize, dy: &[f32], dx: &mut [f32]) {
    assert_eq!((dx.len(), dy.len()), (planes * area, planes), "one gradient a plane");
    for (plane, dy) in dy.iter().enumerate() {
        dx[plane * area..][..area].fill(dy / area as f32);
    }
}

/// Whether the window is one of 2 × 2 pixels that moves by 2, the usual one.
fn is_halving(window: &Window) -> bool {
    *window == halving(window)
}

/// The window with 2 × 2 taps at a stride of 2. Where these are constants, the compiler unrolls the loops over taps.
#[inline(always)]
fn halving(window: &Window) -> Window {
    Window { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ..*window }
}

fn check(planes: usize, window: &Window, input: usize, output: usize) {
    assert_eq!((input, output), (planes * window.input_area(), planes * window.output_area()), "planes of the window's sizes");
    assert!(window.input_area() < i32::MAX as usize, "an index within a plane fits four bytes");
}

/// Calls `f` with the places of each plane in the input and in the output.
fn for_each_plane(planes: usize, window: &Window, mut f: impl FnMut(Range<usize>, Range<usize>)) {
    let place = |plane: usize, area: usize| plane * area..(plane + 1) * area;
    (0..planes).for_each(|plane| f(place(plane, window.input_area()), place(plane, window.output_area())));
}

/// The taps of a window that lie within the plane.
struct Taps {
    /// Whether the taps serve four outputs side by side, all of them inside.
    four: bool,
    /// Where the first tap within the plane lies, down and across.
    first: [usize; 2],
    /// Number of taps within the plane, down and across.
    count: [usize; 2],
    dilation: [usize; 2],
    /// Width of the plane.
    width: usize,
}

impl Taps {
    /// The index of the first tap.
    fn first(&self) -> Option<usize> {
        (self.count[0] > 0 && self.count[1] > 0).then(|| self.first[0] * self.width + self.first[1])
    }

    /// Calls `f` with the index of each tap.
    #[inline(always)]
    fn for_each(&self, mut f: impl FnMut(usize)) {
        for row in 0..self.count[0] {
            let start = (self.first[0] + row * self.dilation[0]) * self.width + self.first[1];
            for column in 0..self.count[1] {
                f(start + column * self.dilation[1]);
            }
        }
    }
}

/// Where the first tap that lies within the plane lies along `axis`, and how many do.
#[inline(always)]
fn inside(window: &Window, axis: usize, output: usize) -> (usize, usize) {
    let (start, padding, dilation) = (output * window.stride[axis], window.padding[axis], window.dilation[axis]);
    let skipped = padding.saturating_sub(start).div_ceil(dilation);
    let end = (window.input[axis] + padding).saturating_sub(start).div_ceil(dilation).min(window.kernel[axis]);
    if skipped < end { (start + skipped * dilation - padding, end - skipped) } else { (0, 0) }
}

/// Calls `f` with the index of each output and its taps; with `by_four`, for four outputs at once where their windows lie
/// inside from left to right, and then for some outputs twice.
#[inline(always)]
fn for_each_output(window: &Window, by_four: bool, mut f: impl FnMut(usize, &Taps)) {
    let (width, stride, padding) = (window.output[1], window.stride[1], window.padding[1]);
    let reach = (window.kernel[1] - 1) * window.dilation[1] + 1;
    // The outputs whose windows lie inside from left to right.
    let right = (window.input[1] + padding).checked_sub(reach).map_or(0, |room| room / stride + 1).min(width);
    let left = padding.div_ceil(stride).min(right);
    for row in 0..window.output[0] {
        let (top, rows) = inside(window, 0, row);
        let mut column = 0;
        while column < width {
            let within = left <= column && column < right;
            let four = by_four && within && right - left >= 4;
            // The last four end where the inside ends.
            let start = if four { column.min(right - 4) } else { column };
            let (first, columns) = if within { (start * stride - padding, window.kernel[1]) } else { inside(window, 1, column) };
            // One call, so that it is compiled in place.
            let (first, count) = ([top, first], [rows, columns]);
            f(row * width + start, &Taps { four, first, count, dilation: window.dilation, width: window.input[1] });
            column = start + if four { 4 } else { 1 };
        }
    }
}

/// `x[i]`, `x[i + stride]`, `x[i + 2 · stride]`, `x[i + 3 · stride]`.
#[inline(always)]
fn load_four(x: &[f32], i: usize, stride: usize) -> F32x4 {
    let x = &x[i..=i + 3 * stride];
    match stride {
        // SAFETY: the slice holds four numbers.
        1 => unsafe { F32x4::load(x.as_ptr()) },
        // SAFETY: the slice holds seven numbers.
        2 => unsafe { F32x4::load_every_second(x.as_ptr()) },
        _ => F32x4::from_array([x[0], x[stride], x[2 * stride], x[3 * stride]]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, values, wide};

    const PLANES: usize = 3;

    /// Windows of many kinds over odd sizes.
    fn windows() -> Vec<Window> {
        let mut windows = Vec::new();
        for (kernel, stride, padding, dilation) in [
            ([2, 2], [2, 2], [0, 0], [1, 1]),
            ([3, 3], [2, 2], [1, 1], [1, 1]),
            ([3, 3], [1, 1], [1, 1], [1, 1]),
            ([3, 2], [1, 3], [1, 0], [1, 1]),
            ([2, 3], [2, 1], [0, 1], [2, 2]),
            ([1, 1], [1, 1], [0, 0], [1, 1]),
            ([2, 2], [2, 2], [1, 1], [1, 1]),
        ] {
            for input in [[3, 4], [4, 5], [5, 7], [7, 3], [7, 26], [6, 64], [5, 65]] {
                let output = |i: usize| (input[i] + 2 * padding[i] - (kernel[i] - 1) * dilation[i] - 1) / stride[i] + 1;
                windows.push(Window { input, output: [output(0), output(1)], kernel, stride, padding, dilation });
            }
        }
        windows
    }

    /// The taps of each output by the definition: those within the plane.
    fn taps(w: &Window, output: usize) -> Vec<usize> {
        let at = |i: usize, o: usize, k: usize| (o * w.stride[i] + k * w.dilation[i]).checked_sub(w.padding[i]);
        let (row, column) = (output % w.output_area() / w.output[1], output % w.output[1]);
        let mut taps = Vec::new();
        for k in 0..w.taps() {
            if let (Some(y), Some(x)) = (at(0, row, k / w.kernel[1]), at(1, column, k % w.kernel[1]))
                && y < w.input[0]
                && x < w.input[1]
            {
                taps.push(y * w.input[1] + x);
            }
        }
        taps
    }

    #[test]
    fn the_maximum_is_the_first_of_the_greatest() {
        for w in windows() {
            // Few different values, so that many are equal.
            let x: Vec<f32> = values(PLANES * w.input_area(), 1).iter().map(|x| (x * 3.0).round()).collect();
            let n = PLANES * w.output_area();
            let (dy, mut y, mut at, mut dx) = (values(n, 2), vec![f32::NAN; n], vec![7; n], vec![f32::NAN; x.len()]);
            max_forward(PLANES, &w, &x, &mut y, &mut at);
            max_backward(PLANES, &w, &at, &dy, &mut dx);
            let mut expected = vec![0.0; x.len()];
            for o in 0..n {
                let plane = o / w.output_area() * w.input_area();
                let best = taps(&w, o).into_iter().rev().max_by(|a, b| x[plane + a].total_cmp(&x[plane + b])).unwrap();
                // total_cmp tells −0 from 0.
                let best = taps(&w, o).into_iter().find(|i| x[plane + i] == x[plane + best]).unwrap();
                assert_eq!((y[o], at[o] as usize), (x[plane + best], best), "{w:?}");
                expected[plane + best] += f64::from(dy[o]);
            }
            assert_close(&dx, &expected, 1e-6);
        }
    }

    #[test]
    fn the_mean_divides_by_all_taps() {
        for w in windows() {
            let (x, n) = (values(PLANES * w.input_area(), 1), PLANES * w.output_area());
            let (dy, mut y, mut dx) = (values(n, 2), vec![f32::NAN; n], vec![f32::NAN; x.len()]);
            avg_forward(PLANES, &w, &x, &mut y);
            avg_backward(PLANES, &w, &dy, &mut dx);
            let (mut expected, mut gradient) = (vec![0.0; n], vec![0.0; x.len()]);
            for o in 0..n {
                let plane = o / w.output_area() * w.input_area();
                for i in taps(&w, o) {
                    expected[o] += f64::from(x[plane + i]) / w.taps() as f64;
                    gradient[plane + i] += f64::from(dy[o]) / w.taps() as f64;
                }
            }
            assert_close(&y, &expected, 1e-6);
            assert_close(&dx, &gradient, 1e-6);
        }
    }

    #[test]
    fn nan_and_infinity_stay() {
        for w in windows() {
            let mut x = vec![f32::NEG_INFINITY; w.input_area()];
            let n = w.output_area();
            let (mut y, mut at) = (vec![0.0; n], vec![0; n]);
            max_forward(1, &w, &x, &mut y, &mut at);
            assert!((0..n).all(|o| y[o] == f32::NEG_INFINITY && at[o] as usize == taps(&w, o)[0]));
            let hole = x.len() / 2;
            x.fill(1.0);
            x[hole] = f32::NAN;
            max_forward(1, &w, &x, &mut y, &mut at);
            assert!((0..n).all(|o| y[o].is_nan() == taps(&w, o).contains(&hole)));
        }
    }

    #[test]
    fn planes_have_means() {
        for area in [1, 3, 4, 5, 7, 64, 65] {
            let (x, mut y, mut dx) = (values(PLANES * area, 1), [f32::NAN; PLANES], vec![f32::NAN; PLANES * area]);
            mean_forward(PLANES, area, &x, &mut y);
            let means: Vec<f64> = wide(&x).chunks(area).map(|plane| plane.iter().sum::<f64>() / area as f64).collect();
            assert_close(&y, &means, 1e-6);
            mean_backward(PLANES, area, &[1.0, 2.0, 3.0], &mut dx);
            assert!((0..dx.len()).all(|i| dx[i] == (i / area + 1) as f32 / area as f32));
        }
    }
}
