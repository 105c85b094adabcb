//! Sums, products, biases and the copies of channels.

use crate::lanes::{map, update};
use crate::simd::F32x4;

/// `y = a + b`.
pub fn add(a: &[f32], b: &[f32], y: &mut [f32]) {
    map([a, b], y, |[a, b]| a.add(b));
}

/// `y += x`.
pub fn add_to(x: &[f32], y: &mut [f32]) {
    update(x, y, F32x4::add);
}

/// `y = factor · x`.
pub fn scale(x: &[f32], factor: f32, y: &mut [f32]) {
    let factor = F32x4::splat(factor);
    map([x], y, |[x]| x.mul(factor));
}

/// `y = a · b`, element by element.
pub fn product(a: &[f32], b: &[f32], y: &mut [f32]) {
    map([a, b], y, |[a, b]| a.mul(b));
}

/// `y[r, c] += bias[c]` for `y` of `[rows, columns]`.
pub fn add_bias_rows(rows: usize, columns: usize, bias: &[f32], y: &mut [f32]) {
    assert_eq!((bias.len(), y.len()), (columns, rows * columns), "one bias a column");
    if columns > 0 {
        y.chunks_exact_mut(columns).for_each(|row| add_to(bias, row));
    }
}

/// `y[c] = Σ_r x[r, c]` for `x` of `[rows, columns]`, from the first row to the last.
pub fn sum_rows(rows: usize, columns: usize, x: &[f32], y: &mut [f32]) {
    assert_eq!((y.len(), x.len()), (columns, rows * columns), "one sum a column");
    y.fill(0.0);
    if columns > 0 {
        x.chunks_exact(columns).for_each(|row| add_to(row, y));
    }
}

/// `y = (x − shift[c]) · factor[c]` for `x` of `[n, channels, area]`.
pub fn affine_channels(n: usize, channels: usize, area: usize, x: &[f32], shift: &[f32], factor: &[f32], y: &mut [f32]) {
    assert_eq!((x.len(), y.len()), (n * channels * area, n * channels * area), "images of [n, channels, area]");
    assert_eq!((shift.len(), factor.len()), (channels, channels), "a shift and a factor a channel");
    if area == 1 && channels > 0 {
        for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
            map([x, shift, factor], y, |[x, shift, factor]| x.sub(shift).mul(factor));
        }
    } else if area > 0 {
        for (plane, (x, y)) in x.chunks_exact(area).zip(y.chunks_exact_mut(area)).enumerate() {
            let (shift, factor) = (F32x4::splat(shift[plane % channels]), F32x4::splat(factor[plane % channels]));
            map([x], y, |[x]| x.sub(shift).mul(factor));
        }
    }
}

/// `y[:, first..first + channels] = x` for `x` of `[n, channels, area]` and `y` of `[n, total, area]`: one piece of a
/// concatenation.
pub fn copy_into_channels(n: usize, channels: usize, area: usize, x: &[f32], first: usize, total: usize, y: &mut [f32]) {
    assert_eq!((x.len(), y.len()), (n * channels * area, n * total * area), "images of [n, channels, area]");
    assert!(first + channels <= total, "the piece lies within the whole");
    for i in 0..n {
        y[(i * total + first) * area..][..channels * area].copy_from_slice(&x[i * channels * area..][..channels * area]);
    }
}

/// `y = x[:, first..first + channels]` for `y` of `[n, channels, area]` and `x` of `[n, total, area]`: the reverse of
/// [`copy_into_channels`].
pub fn copy_from_channels(n: usize, channels: usize, area: usize, x: &[f32], first: usize, total: usize, y: &mut [f32]) {
    assert_eq!((x.len(), y.len()), (n * total * area, n * channels * area), "images of [n, channels, area]");
    assert!(first + channels <= total, "the piece lies within the whole");
    for i in 0..n {
        y[i * channels * area..][..channels * area].copy_from_slice(&x[(i * total + first) * area..][..channels * area]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, values};

    const LENGTHS: [usize; 8] = [0, 1, 3, 4, 5, 7, 64, 65];

    #[test]
    fn sums_and_products_are_those_of_scalars() {
        for n in LENGTHS {
            let (a, b, mut y) = (values(n, 1), values(n, 2), vec![f32::NAN; n]);
            let is = |y: &[f32], f: fn(f32, f32) -> f32| (0..n).all(|i| y[i] == f(a[i], b[i]));
            add(&a, &b, &mut y);
            assert!(is(&y, |a, b| a + b));
            product(&a, &b, &mut y);
            assert!(is(&y, |a, b| a * b));
            scale(&a, 0.3, &mut y);
            assert!(is(&y, |a, _| a * 0.3));
            add_to(&b, &mut y);
            assert!(is(&y, |a, b| a * 0.3 + b));
        }
    }

    #[test]
    fn rows_take_a_bias_and_give_a_sum() {
        for (rows, columns) in LENGTHS.into_iter().flat_map(|rows| LENGTHS.map(|columns| (rows, columns))) {
            let (bias, x) = (values(columns, 1), values(rows * columns, 2));
            let (mut y, mut sums) = (x.clone(), vec![f32::NAN; columns]);
            add_bias_rows(rows, columns, &bias, &mut y);
            assert!((0..y.len()).all(|i| y[i] == x[i] + bias[i % columns]));
            sum_rows(rows, columns, &x, &mut sums);
            let expected: Vec<f64> = (0..columns).map(|c| (0..rows).map(|r| f64::from(x[r * columns + c])).sum()).collect();
            assert_close(&sums, &expected, 1e-5);
        }
    }

    #[test]
    fn channels_are_scaled_concatenated_and_parted() {
        for area in LENGTHS {
            let (n, channels) = (3, 5);
            let (x, shift, factor) = (values(n * channels * area, 1), values(channels, 2), values(channels, 3));
            let mut y = vec![f32::NAN; x.len()];
            affine_channels(n, channels, area, &x, &shift, &factor, &mut y);
            for (i, (x, y)) in x.iter().zip(&y).enumerate() {
                let c = i / area % channels;
                assert_eq!(*y, (x - shift[c]) * factor[c]);
            }
            let mut whole = vec![f32::NAN; n * 7 * area];
            let other = values(n * 2 * area, 4);
            copy_into_channels(n, channels, area, &x, 0, 7, &mut whole);
            copy_into_channels(n, 2, area, &other, channels, 7, &mut whole);
            assert!((0..whole.len()).all(|i| {
                let (image, channel, pixel) = (i / (7 * area), i / area % 7, i % area);
                whole[i]
                    == if channel < 5 {
                        x[(image * 5 + channel) * area + pixel]
                    } else {
                        other[(image * 2 + channel - 5) * area + pixel]
                    }
            }));
            let mut back = vec![f32::NAN; other.len()];
            copy_from_channels(n, 2, area, &whole, channels, 7, &mut back);
            assert_eq!(back, other);
        }
    }
}
