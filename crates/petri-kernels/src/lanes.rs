//! Loops over slices, four numbers at a time. A last group of fewer is padded with zeros, so that every number takes the
//! same operations wherever it lies.

use crate::simd::F32x4;

/// Numbers summed in `f32` before they go to `f64`: few enough that rounding stays small.
const CHUNK: usize = 1024;

/// At most four numbers, and zeros.
#[inline(always)]
pub fn load_part(x: &[f32]) -> F32x4 {
    // Not copy_from_slice, which calls memcpy for three numbers.
    F32x4::from_array(match *x {
        [a, b, c, d] => [a, b, c, d],
        [a, b, c] => [a, b, c, 0.0],
        [a, b] => [a, b, 0.0, 0.0],
        [a] => [a, 0.0, 0.0, 0.0],
        [] => [0.0; 4],
        _ => panic!("at most four numbers"),
    })
}

/// The first `y.len()` numbers, at most four.
#[inline(always)]
pub fn store_part(value: F32x4, y: &mut [f32]) {
    let value = value.to_array();
    match y {
        [a, b, c, d] => [*a, *b, *c, *d] = value,
        [a, b, c] => [*a, *b, *c, _] = value,
        [a, b] => [*a, *b, ..] = value,
        [a] => [*a, ..] = value,
        [] => {}
        _ => panic!("at most four numbers"),
    }
}

/// `y[i] = f(x₀[i], x₁[i], …)` for slices of one length.
#[inline(always)]
pub fn map<const N: usize>(x: [&[f32]; N], y: &mut [f32], f: impl Fn([F32x4; N]) -> F32x4) {
    x.iter().for_each(|x| assert_eq!(x.len(), y.len(), "slices of one length"));
    let whole = y.len() / 4 * 4;
    for i in (0..whole).step_by(4) {
        // SAFETY: i + 4 ≤ whole ≤ the length of every slice, asserted above.
        unsafe { f(std::array::from_fn(|k| F32x4::load(x[k].as_ptr().add(i)))).store(y.as_mut_ptr().add(i)) };
    }
    if whole < y.len() {
        store_part(f(std::array::from_fn(|k| load_part(&x[k][whole..]))), &mut y[whole..]);
    }
}

/// `y[i] = f(y[i], x[i])` for slices of one length.
#[inline(always)]
pub fn update(x: &[f32], y: &mut [f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    assert_eq!(x.len(), y.len(), "slices of one length");
    let whole = y.len() / 4 * 4;
    for i in (0..whole).step_by(4) {
        // SAFETY: i + 4 ≤ whole ≤ the length of both slices, asserted above.
        unsafe {
            let to = y.as_mut_ptr().add(i);
            f(F32x4::load(to), F32x4::load(x.as_ptr().add(i))).store(to);
        }
    }
    if whole < y.len() {
        let value = f(load_part(&y[whole..]), load_part(&x[whole..]));
        store_part(value, &mut y[whole..]);
    }
}

/// `Σ f(x₀[i], x₁[i], …)` for slices of one length, in an order that depends on the length alone: sixteen sums side by
/// side over each thousand, these in `f64`.
#[inline(always)]
pub fn sum<const N: usize>(x: [&[f32]; N], f: impl Fn([F32x4; N]) -> F32x4) -> f64 {
    let n = x[0].len();
    x.iter().for_each(|x| assert_eq!(x.len(), n, "slices of one length"));
    let mut total = 0.0;
    for start in (0..n).step_by(CHUNK) {
        let end = n.min(start + CHUNK);
        let mut sums = [F32x4::zero(); 4];
        let (blocks, fours) = (start + (end - start) / 16 * 16, start + (end - start) / 4 * 4);
        // SAFETY: i + 4 ≤ fours ≤ n, the length of every slice, asserted above.
        let at = |i: usize| f(std::array::from_fn(|k| unsafe { F32x4::load(x[k].as_ptr().add(i)) }));
        for i in (start..blocks).step_by(16) {
            for (k, sum) in sums.iter_mut().enumerate() {
                *sum = sum.add(at(i + 4 * k));
            }
        }
        for i in (blocks..fours).step_by(4) {
            sums[0] = sums[0].add(at(i));
        }
        let mut sum = sums[0].add(sums[1]).add(sums[2].add(sums[3])).sum();
        if fours < end {
            // The padding is no part of the sum: f of zeros need not be zero.
            let rest = f(std::array::from_fn(|k| load_part(&x[k][fours..end]))).to_array();
            rest[..end - fours].iter().for_each(|value| sum += value);
        }
        total += f64::from(sum);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_takes_part_once() {
        for n in [0, 1, 3, 4, 5, 7, 64, 65, 1024, 2051] {
            let (a, b): (Vec<f32>, Vec<f32>) = ((0..n).map(|i| i as f32).collect(), (0..n).map(|i| (i % 7) as f32).collect());
            let mut y = vec![f32::NAN; n];
            map([&a, &b], &mut y, |[a, b]| a.add(b).add(F32x4::splat(1.0)));
            assert!(y.iter().enumerate().all(|(i, &y)| y == (i + i % 7 + 1) as f32));
            update(&b, &mut y, F32x4::sub);
            assert!(y.iter().enumerate().all(|(i, &y)| y == (i + 1) as f32));
            let expected: usize = (0..n).map(|i| i % 7 + 2).sum();
            assert_eq!(sum([&b], |[b]| b.add(F32x4::splat(2.0))), expected as f64);
        }
    }
}
