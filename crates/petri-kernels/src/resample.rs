//! Linear resampling of planes, first along rows and then along columns: nearest, bilinear, means of areas.

use crate::Scratch;
use crate::elementwise::{add_to, scale};
use crate::lanes::{load_part, store_part, update};
use crate::simd::F32x4;

/// What each output position of one side is made of: `y[o] = Σ_k weight[o][k] · x[first[o] + k]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps {
    /// Number of input positions.
    input: usize,
    /// First input position of each output position.
    first: Vec<usize>,
    /// Where the weights of each output position begin; one more at the end.
    bounds: Vec<usize>,
    weights: Vec<f32>,
    /// Whether `y[o] = x[o / 2]`: the usual enlargement, and a quick one.
    doubling: bool,
}

impl Taps {
    /// Taps of `output` positions, each with its first input position and its weights.
    fn new<W: IntoIterator<Item = f32>>(input: usize, output: usize, taps: impl Fn(usize) -> (usize, W)) -> Self {
        let (mut first, mut bounds, mut weights) = (Vec::new(), vec![0], Vec::new());
        for o in 0..output {
            let (start, values) = taps(o);
            first.push(start);
            weights.extend(values);
            bounds.push(weights.len());
            assert!(start + (bounds[o + 1] - bounds[o]) <= input, "taps lie within the input");
        }
        let doubling =
            output == 2 * input && weights.len() == output && (0..output).all(|o| first[o] == o / 2 && weights[o] == 1.0);
        Self { input, first, bounds, weights, doubling }
    }

    /// Each of `n` positions `factor` times.
    pub fn nearest(n: usize, factor: usize) -> Self {
        Self::new(n, n * factor, |o| (o / factor, [1.0]))
    }

    /// Linear interpolation with `factor` positions for each of `n`, as PyTorch's `align_corners=False`: position `o` lies at
    /// `(o + ½) / factor − ½`, not below 0; behind the last input position, that is repeated.
    pub fn bilinear(n: usize, factor: usize) -> Self {
        Self::new(n, n * factor, |o| {
            // The position times 2 · factor is whole.
            let place = (2 * o + 1).saturating_sub(factor);
            let (first, part) = (place / (2 * factor), place % (2 * factor));
            let weight = |part: usize| part as f32 / (2 * factor) as f32;
            if part == 0 || first + 1 >= n { (first, vec![1.0]) } else { (first, vec![weight(2 * factor - part), weight(part)]) }
        })
    }

    /// Means: position `o` of `new` is the mean of the positions from `⌊o · n / new⌋` to before `⌈(o + 1) · n / new⌉`, as
    /// PyTorch's adaptive average pooling.
    pub fn mean(n: usize, new: usize) -> Self {
        Self::new(n, new, |o| {
            let (start, end) = (o * n / new, ((o + 1) * n).div_ceil(new));
            (start, vec![1.0 / (end - start) as f32; end - start])
        })
    }

    /// Number of input positions.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Number of output positions.
    pub fn output(&self) -> usize {
        self.first.len()
    }

    /// For each output position: the first input position and the weights.
    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.first.iter().zip(self.bounds.windows(2)).map(|(first, bounds)| (*first, &self.weights[bounds[0]..bounds[1]]))
    }

    /// `y = taps · x` along one row.
    fn gather(&self, x: &[f32], y: &mut [f32]) {
        if self.doubling {
            for (x, y) in x.chunks(4).zip(y.chunks_mut(8)) {
                let (low, high) = load_part(x).doubled();
                let (to_low, to_high) = y.split_at_mut(y.len().min(4));
                store_part(low, to_low);
                store_part(high, to_high);
            }
            return;
        }
        for (y, (first, weights)) in y.iter_mut().zip(self.iter()) {
            let x = &x[first..][..weights.len()];
            // From the first product on, not from zero: one addition fewer.
            *y = match *weights {
                [a] => a * x[0],
                [a, b] => a * x[0] + b * x[1],
                _ => weights.iter().zip(x).map(|(weight, x)| weight * x).sum(),
            };
        }
    }

    /// `dx = tapsᵀ · dy` along one row.
    fn scatter(&self, dy: &[f32], dx: &mut [f32]) {
        if self.doubling {
            let (fours, rest) = dx.as_chunks_mut::<4>();
            for (dx, dy) in fours.iter_mut().zip(dy.as_chunks::<8>().0) {
                // SAFETY: both loads read seven of the eight numbers, the first seven and the last.
                let (even, odd) =
                    unsafe { (F32x4::load_every_second(dy.as_ptr()), F32x4::load_every_second(dy.as_ptr().add(1))) };
                *dx = even.add(odd).to_array();
            }
            let done = dy.len() / 8 * 8;
            rest.iter_mut().zip(dy[done..].as_chunks::<2>().0).for_each(|(dx, [a, b])| *dx = a + b);
            return;
        }
        dx.fill(0.0);
        for (dy, (first, weights)) in dy.iter().zip(self.iter()) {
            dx[first..].iter_mut().zip(weights).for_each(|(dx, weight)| *dx += weight * dy);
        }
    }
}

/// Resampling of both sides of planes.
#[derive(Debug, Clone, PartialEq)]
pub struct Resample {
    /// Taps of the height.
    pub rows: Taps,
    /// Taps of the width.
    pub columns: Taps,
}

impl Resample {
    /// `y[o, p] = Σ_i Σ_j rows[o][i] · columns[p][j] · x[i, j]` for `x` of `[planes, height, width]`.
    pub fn forward(&self, planes: usize, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let (input, output) = self.check(planes, x.len(), y.len());
        let width = self.columns.output();
        let wide = scratch.take(self.rows.input * width);
        if input == 0 || output == 0 {
            return;
        }
        for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
            for (x, wide) in x.chunks_exact(self.columns.input).zip(wide.chunks_exact_mut(width)) {
                self.columns.gather(x, wide);
            }
            for (y, (first, weights)) in y.chunks_exact_mut(width).zip(self.rows.iter()) {
                let rows = &wide[first * width..][..weights.len() * width];
                if *weights == [1.0] {
                    y.copy_from_slice(rows);
                    continue;
                }
                scale(&rows[..width], weights[0], y);
                for (row, weight) in rows.chunks_exact(width).zip(weights).skip(1) {
                    add_scaled(row, *weight, y);
                }
            }
        }
    }

    /// The gradient of [`forward`](Self::forward): `dx[i, j] = Σ_o Σ_p rows[o][i] · columns[p][j] · dy[o, p]`.
    pub fn backward(&self, planes: usize, dy: &[f32], dx: &mut [f32], scratch: &mut Scratch) {
        let (input, output) = self.check(planes, dx.len(), dy.len());
        let width = self.columns.output();
        let wide = scratch.take(self.rows.input * width);
        if input == 0 || output == 0 {
            dx.fill(0.0);
            return;
        }
        for (dx, dy) in dx.chunks_exact_mut(input).zip(dy.chunks_exact(output)) {
            wide.fill(0.0);
            for (dy, (first, weights)) in dy.chunks_exact(width).zip(self.rows.iter()) {
                for (row, weight) in wide[first * width..].chunks_exact_mut(width).zip(weights) {
                    if *weight == 1.0 { add_to(dy, row) } else { add_scaled(dy, *weight, row) }
                }
            }
            for (dx, wide) in dx.chunks_exact_mut(self.columns.input).zip(wide.chunks_exact(width)) {
                self.columns.scatter(wide, dx);
            }
        }
    }

    /// Asserts the sizes; the area of an input plane and of an output plane.
    fn check(&self, planes: usize, input: usize, output: usize) -> (usize, usize) {
        let areas = (self.rows.input * self.columns.input, self.rows.output() * self.columns.output());
        assert_eq!((input, output), (planes * areas.0, planes * areas.1), "planes of the taps' sizes");
        areas
    }
}

/// `y += factor · x`.
fn add_scaled(x: &[f32], factor: f32, y: &mut [f32]) {
    let factor = F32x4::splat(factor);
    update(x, y, |y, x| y.plus_product(factor, x));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, dirty, values, wide};

    /// The taps as a dense matrix of `[output, input]`.
    fn dense(taps: &Taps) -> Vec<Vec<f64>> {
        taps.iter()
            .map(|(first, weights)| {
                let mut row = vec![0.0; taps.input];
                row[first..].iter_mut().zip(weights).for_each(|(to, weight)| *to = f64::from(*weight));
                row
            })
            .collect()
    }

    #[test]
    fn taps_are_pytorchs() {
        assert_eq!(dense(&Taps::nearest(2, 2)), [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]);
        assert_eq!(dense(&Taps::bilinear(2, 2)), [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]);
        assert_eq!(
            dense(&Taps::bilinear(2, 3))[2..4],
            [[2.0_f64 / 3.0, 1.0 / 3.0], [1.0 / 3.0, 2.0 / 3.0]].map(|row| row.map(|w| f64::from(w as f32)))
        );
        assert_eq!(dense(&Taps::mean(3, 2)), [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]);
        assert_eq!(dense(&Taps::mean(2, 4)), dense(&Taps::nearest(2, 2)));
        assert_eq!(dense(&Taps::bilinear(1, 4)), [[1.0]; 4]);
    }

    #[test]
    fn values_and_gradients_are_those_of_f64() {
        const PLANES: usize = 3;
        let sides = [1, 3, 4, 5, 7, 16, 33];
        let kinds = |n: usize| {
            [
                Taps::nearest(n, 2),
                Taps::nearest(n, 3),
                Taps::bilinear(n, 2),
                Taps::bilinear(n, 3),
                Taps::mean(n, 3),
                Taps::mean(n, 1),
                Taps::mean(n, 5),
            ]
        };
        for (height, width) in sides.into_iter().flat_map(|height| sides.map(|width| (height, width))) {
            for (rows, columns) in kinds(height).into_iter().zip(kinds(width)) {
                let (by_row, by_column) = (dense(&rows), dense(&columns));
                let resample = Resample { rows, columns };
                let (new_height, new_width) = (by_row.len(), by_column.len());
                let (x, dy) = (values(PLANES * height * width, 1), values(PLANES * new_height * new_width, 2));
                let run = |scratch: &mut Scratch| {
                    let (mut y, mut dx) = (vec![f32::NAN; dy.len()], vec![f32::NAN; x.len()]);
                    resample.forward(PLANES, &x, &mut y, scratch);
                    resample.backward(PLANES, &dy, &mut dx, scratch);
                    [y, dx]
                };
                let [y, dx] = run(&mut Scratch::default());
                assert_eq!([y.clone(), dx.clone()], run(&mut dirty()), "the same bits whatever the scratch held");
                let (mut expected, mut gradient) = (vec![0.0; y.len()], vec![0.0; x.len()]);
                let (x, dy) = (wide(&x), wide(&dy));
                for (o, expected) in expected.iter_mut().enumerate() {
                    let (plane, row, column) = (o / (new_height * new_width), o / new_width % new_height, o % new_width);
                    for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
                        let (at, weight) = ((plane * height + i) * width + j, by_row[row][i] * by_column[column][j]);
                        *expected += weight * x[at];
                        gradient[at] += weight * dy[o];
                    }
                }
                assert_close(&y, &expected, 1e-6);
                assert_close(&dx, &gradient, 2e-6);
            }
        }
    }
}
