//! Matrix products, row-major.
//!
//! Blocks of 4 rows × 8 columns of C stay in registers while `k` runs. Eight columns of B at a time are packed next to each
//! other and serve every row of A. Each element of C is the sum over `k` in ascending order, in blocks of `DEPTH`.

use crate::Scratch;
use crate::lanes::{load_part, store_part};
use crate::simd::F32x4;

/// Rows of a register block.
const ROWS: usize = 4;
/// Columns of a register block.
const COLUMNS: usize = 8;
/// Products summed before C is touched: a packed panel of B (8 KiB) and what is read of A stay in the first cache.
const DEPTH: usize = 256;
/// From this number of columns on, the rows of a transposed A are read often enough to be packed too.
const PACK_A: usize = 3 * COLUMNS;

/// `C[m, n] = (C +) A[m, k] · B[k, n]`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of a matrix product")]
pub fn nn(m: usize, n: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32], accumulate: bool, scratch: &mut Scratch) {
    product([m, n, k], Matrix::new(a, m, k), Matrix::new(b, k, n), c, accumulate, scratch);
}

/// `C[m, n] = (C +) A[m, k] · B[n, k]ᵀ`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of a matrix product")]
pub fn nt(m: usize, n: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32], accumulate: bool, scratch: &mut Scratch) {
    product([m, n, k], Matrix::new(a, m, k), Matrix::new(b, n, k).transposed(), c, accumulate, scratch);
}

/// `C[m, n] = (C +) A[k, m]ᵀ · B[k, n]`.
#[allow(clippy::too_many_arguments, reason = "sizes and operands of a matrix product")]
pub fn tn(m: usize, n: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32], accumulate: bool, scratch: &mut Scratch) {
    product([m, n, k], Matrix::new(a, k, m).transposed(), Matrix::new(b, k, n), c, accumulate, scratch);
}

/// A matrix whose element in row `r` and column `c` lies at `r · row_step + c · column_step`.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    values: &'a [f32],
    row_step: usize,
    column_step: usize,
}

impl<'a> Matrix<'a> {
    /// `values` in row-major order.
    fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} × {columns}");
        Self { values, row_step: columns, column_step: 1 }
    }

    fn transposed(self) -> Self {
        Self { row_step: self.column_step, column_step: self.row_step, ..self }
    }
}

/// `C = (C +) A · B` for A of `m × k` and B of `k × n`.
fn product([m, n, k]: [usize; 3], a: Matrix<'_>, b: Matrix<'_>, c: &mut [f32], accumulate: bool, scratch: &mut Scratch) {
    assert_eq!(c.len(), m * n, "a matrix of {m} × {n}");
    if k == 0 && !accumulate {
        c.fill(0.0);
    }
    let pack_a = a.row_step == 1 && n >= PACK_A;
    let depth = k.min(DEPTH);
    let (b_panel, a_panels) =
        scratch.take(depth * (COLUMNS + if pack_a { m.next_multiple_of(ROWS) } else { 0 })).split_at_mut(depth * COLUMNS);
    for first in (0..k).step_by(DEPTH) {
        let depth = DEPTH.min(k - first);
        if pack_a {
            for (panel, row) in a_panels.chunks_mut(depth * ROWS).zip((0..m).step_by(ROWS)) {
                pack::<ROWS>(a.transposed(), first, depth, row, ROWS.min(m - row), panel);
            }
        }
        for column in (0..n).step_by(COLUMNS) {
            let columns = COLUMNS.min(n - column);
            pack::<COLUMNS>(b, first, depth, column, columns, b_panel);
            for row in (0..m).step_by(ROWS) {
                let (a, row_step, step) = if pack_a {
                    (&a_panels[row * depth..], 1, ROWS)
                } else {
                    (&a.values[row * a.row_step + first * a.column_step..], a.row_step, a.column_step)
                };
                let block = Block { a, row_step, step, b: b_panel, depth, columns, stride: n, add: accumulate || first > 0 };
                let c = &mut c[row * n + column..];
                match (ROWS.min(m - row), columns > 4) {
                    (1, false) => block.run::<1, 1>(c),
                    (2, false) => block.run::<2, 1>(c),
                    (3, false) => block.run::<3, 1>(c),
                    (_, false) => block.run::<4, 1>(c),
                    (1, true) => block.run::<1, 2>(c),
                    (2, true) => block.run::<2, 2>(c),
                    (3, true) => block.run::<3, 2>(c),
                    (_, true) => block.run::<4, 2>(c),
                }
            }
        }
    }
}

/// Columns `column..column + columns` of rows `first..first + depth` as `panel[depth][WIDTH]`, with zeros behind.
fn pack<const WIDTH: usize>(from: Matrix<'_>, first: usize, depth: usize, column: usize, columns: usize, panel: &mut [f32]) {
    let rows = panel.as_chunks_mut::<WIDTH>().0.iter_mut().take(depth);
    if from.column_step == 1 {
        for (i, row) in rows.enumerate() {
            let values = &from.values[(first + i) * from.row_step + column..][..columns];
            if let Ok(whole) = values.try_into() {
                *row = whole;
            } else {
                row[..columns].copy_from_slice(values);
                row[columns..].fill(0.0);
            }
        }
    } else {
        // Each column is a row in memory; past the last column, the last one stands in: nobody reads those sums.
        let lines: [&[f32]; WIDTH] = std::array::from_fn(|j| {
            &from.values[(column + j.min(columns - 1)) * from.column_step + first * from.row_step..][..depth]
        });
        for (i, row) in rows.enumerate() {
            *row = std::array::from_fn(|j| lines[j][i]);
        }
    }
}

/// A block of C and what it is made of.
struct Block<'a> {
    /// Element (r, p) of A at `r · row_step + p · step`.
    a: &'a [f32],
    row_step: usize,
    step: usize,
    /// B as `[depth][COLUMNS]`.
    b: &'a [f32],
    depth: usize,
    /// Columns of C that are written, at most four times `VECTORS`.
    columns: usize,
    /// Distance between the rows of C.
    stride: usize,
    /// Whether C is added to.
    add: bool,
}

impl Block<'_> {
    /// Computes `ROWS` rows of at most four times `VECTORS` columns.
    #[inline(always)]
    fn run<const ROWS: usize, const VECTORS: usize>(&self, c: &mut [f32]) {
        let &Self { a, row_step, step, b, depth, columns, stride, add } = self;
        assert!(a.len() > (ROWS - 1) * row_step + (depth - 1) * step && b.len() >= depth * COLUMNS, "operands of the block");
        let mut sums = [[F32x4::zero(); VECTORS]; ROWS];
        for p in 0..depth {
            // SAFETY: p < depth, so that the assertion above covers every element of A and B that is read.
            let (line, a): ([F32x4; VECTORS], [F32x4; ROWS]) = unsafe {
                (
                    std::array::from_fn(|v| F32x4::load(b.as_ptr().add(p * COLUMNS + 4 * v))),
                    std::array::from_fn(|r| F32x4::splat(*a.get_unchecked(r * row_step + p * step))),
                )
            };
            for r in 0..ROWS {
                for v in 0..VECTORS {
                    sums[r][v] = sums[r][v].plus_product(a[r], line[v]);
                }
            }
        }
        for r in 0..ROWS {
            let row = &mut c[r * stride..][..columns];
            if columns == 4 * VECTORS {
                for v in 0..VECTORS {
                    write(&mut row[4 * v..][..4], sums[r][v], add);
                }
            } else {
                row.chunks_mut(4).zip(sums[r]).for_each(|(to, sum)| write(to, sum, add));
            }
        }
    }
}

/// `to = (to +) sum` for at most four numbers.
#[inline(always)]
fn write(to: &mut [f32], sum: F32x4, add: bool) {
    store_part(if add { load_part(to).add(sum) } else { sum }, to);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, dirty, values};

    const SIZES: [usize; 7] = [1, 3, 4, 5, 7, 64, 65];

    fn transposed(rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
        (0..rows * columns).map(|i| x[i % rows * columns + i / rows]).collect()
    }

    fn check(m: usize, n: usize, k: usize) {
        let (a, b, c) = (values(m * k, 1), values(k * n, 2), values(m * n, 3));
        for accumulate in [false, true] {
            let expected: Vec<f64> = (0..m * n)
                .map(|i| {
                    let sum: f64 = (0..k).map(|p| f64::from(a[i / n * k + p]) * f64::from(b[p * n + i % n])).sum();
                    sum + if accumulate { f64::from(c[i]) } else { 0.0 }
                })
                .collect();
            let (at, bt) = (transposed(m, k, &a), transposed(k, n, &b));
            let run = |scratch: &mut Scratch| {
                let mut y = [c.clone(), c.clone(), c.clone()];
                nn(m, n, k, &a, &b, &mut y[0], accumulate, scratch);
                nt(m, n, k, &a, &bt, &mut y[1], accumulate, scratch);
                tn(m, n, k, &at, &b, &mut y[2], accumulate, scratch);
                y
            };
            let y = run(&mut Scratch::default());
            assert_eq!(y, run(&mut dirty()), "the same bits whatever the scratch held");
            assert!(y[0] == y[1] && y[0] == y[2], "the order of the sums is one and the same");
            assert_close(&y[0], &expected, 1e-6 * (k as f64).sqrt().max(1.0));
        }
    }

    #[test]
    fn products_are_those_of_f64() {
        for m in SIZES {
            for n in SIZES {
                for k in SIZES {
                    check(m, n, k);
                }
            }
        }
        [(5, 33, 700), (33, 5, 257), (8, 24, 512), (1, 1, 1000), (3, 3, 0)].into_iter().for_each(|(m, n, k)| check(m, n, k));
    }

    #[test]
    fn nothing_leaks_between_columns() {
        // A NaN in one row of A and one column of B stays in that row and column.
        let (mut a, mut b, mut c) = (vec![1.0; 5 * 7], vec![1.0; 7 * 9], vec![0.0; 5 * 9]);
        (a[2 * 7 + 3], b[3 * 9 + 8]) = (f32::NAN, f32::INFINITY);
        nn(5, 9, 7, &a, &b, &mut c, false, &mut dirty());
        for (i, value) in c.iter().enumerate() {
            match (i / 9, i % 9) {
                (2, _) => assert!(value.is_nan()),
                (_, 8) => assert_eq!(*value, f32::INFINITY),
                _ => assert_eq!(*value, 7.0),
            }
        }
    }
}
