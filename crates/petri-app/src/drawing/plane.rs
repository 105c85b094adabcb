//! A plane of two features: its frame, decision lines, and the marks of samples.

use std::fmt::Write as _;

use super::shape::number;

/// A rectangle of the plane in the units of the features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Lowest and highest first feature.
    pub x: [f32; 2],
    /// Lowest and highest second feature.
    pub y: [f32; 2],
}

/// Share of the range that stays free at each side of measured points.
const MARGIN: f32 = 0.04;
/// Round steps in the range of measured points.
const STEPS: f32 = 12.0;

impl Frame {
    /// A square around the origin that holds all points and reaches at least to `least`.
    pub fn square(points: &[[f32; 2]], least: f32) -> Self {
        let farthest = points.iter().flatten().copied().filter(|v| v.is_finite()).map(f32::abs).fold(0.0, f32::max);
        let reach = if farthest <= least { least } else { round_up(farthest, round_step(farthest / STEPS)) };
        Self { x: [-reach, reach], y: [-reach, reach] }
    }

    /// A frame that fits the points in both directions, with round ends.
    pub fn around(points: &[[f32; 2]]) -> Self {
        let side = |i: usize| {
            let values = || points.iter().map(|p| p[i]).filter(|v| v.is_finite());
            let (low, high) = (values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max));
            if low > high {
                return [-1.0, 1.0];
            }
            let range = if high > low { high - low } else { low.abs().max(1.0) };
            let (low, high) = (low - MARGIN * range, high + MARGIN * range);
            let step = round_step((high - low) / STEPS);
            let ends = [-round_up(-low, step), round_up(high, step)];
            // Far from zero a narrow range may have no round ends.
            if ends[0] < ends[1] && ends.iter().all(|e| e.is_finite()) { ends } else { [low, high] }
        };
        Self { x: side(0), y: side(1) }
    }

    /// Whether a point lies in it.
    pub fn holds(&self, [x, y]: [f32; 2]) -> bool {
        (self.x[0]..=self.x[1]).contains(&x) && (self.y[0]..=self.y[1]).contains(&y)
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `rough`.
fn round_step(rough: f32) -> f32 {
    if !(rough.is_finite() && rough > 0.0) {
        return 1.0;
    }
    let power = 10f32.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(10.0 * power)
}

fn round_up(value: f32, step: f32) -> f32 {
    (value / step - 1e-4).ceil() * step
}

/// How far the answer of each cell is on the side of `class`: above 0 it is the answer. `values` is
/// `[k, cells]`; with two classes the second one is the answer from `threshold` on, with more the likeliest.
pub fn margins(values: &[f32], k: usize, cells: usize, class: usize, threshold: f32) -> Vec<f32> {
    let at = |c: usize, cell: usize| values.get(c * cells + cell).copied().unwrap_or(f32::NAN);
    (0..cells)
        .map(|cell| {
            if k == 2 {
                let margin = at(1, cell) - threshold;
                return if class == 1 { margin } else { -margin };
            }
            let other = (0..k).filter(|c| *c != class).map(|c| at(c, cell)).fold(f32::NEG_INFINITY, f32::max);
            at(class, cell) - other
        })
        .collect()
}

/// The line where `values`, `[side, side]` from top to bottom at the centres of cells, change their sign, as
/// a path in a square of `width`, whose upper left corner is `corner` (marching squares, Lorensen and Cline 1987).
pub fn zero_line(values: &[f32], side: usize, corner: [f32; 2], width: f32) -> String {
    let mut d = String::new();
    if side < 2 || values.len() < side * side {
        return d;
    }
    let cell = width / side as f32;
    let point = |row: f32, column: f32| [corner[0] + (column + 0.5) * cell, corner[1] + (row + 0.5) * cell];
    for row in 0..side - 1 {
        for column in 0..side - 1 {
            // Around the square of four neighbours, clockwise.
            let corners = [(0, 0), (0, 1), (1, 1), (1, 0)];
            let value = |i: usize| values[(row + corners[i].0) * side + column + corners[i].1];
            let crossings: Vec<[f32; 2]> = (0..4)
                .filter_map(|i| {
                    let j = (i + 1) % 4;
                    let (a, b) = (value(i), value(j));
                    if !(a.is_finite() && b.is_finite()) || (a > 0.0) == (b > 0.0) {
                        return None;
                    }
                    let t = a / (a - b);
                    let mix = |p: usize, q: usize| p as f32 + (q as f32 - p as f32) * t;
                    Some(point(row as f32 + mix(corners[i].0, corners[j].0), column as f32 + mix(corners[i].1, corners[j].1)))
                })
                .collect();
            for pair in crossings.as_chunks::<2>().0 {
                let [[ax, ay], [bx, by]] = *pair;
                // Writing to a String cannot fail.
                write!(d, "M{} {}L{} {}", number(ax), number(ay), number(bx), number(by)).unwrap_or_default();
            }
        }
    }
    d
}

/// Signs of the marks, for legends: the mark of a class has this shape.
pub const SIGNS: [&str; 4] = ["●", "■", "▲", "◆"];

/// The sign of a class.
pub fn sign(class: usize) -> &'static str {
    SIGNS[class % SIGNS.len()]
}

/// Adds the mark of a class at a place to a path. Shape and colour both say the class.
pub fn mark(d: &mut String, class: usize, [x, y]: [f32; 2], r: f32) {
    let n = number;
    // Writing to a String cannot fail.
    match class % SIGNS.len() {
        0 => write!(d, "M{} {}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 {} 0z", n(x - r), n(y), n(2.0 * r), n(-2.0 * r)),
        1 => write!(d, "M{} {}h{s}v{s}h-{s}z", n(x - 0.9 * r), n(y - 0.9 * r), s = n(1.8 * r)),
        2 => write!(d, "M{} {}l{} {}h{}z", n(x), n(y - 1.15 * r), n(1.1 * r), n(2.0 * r), n(-2.2 * r)),
        _ => write!(d, "M{} {}l{q} {q}l-{q} {q}l-{q} -{q}z", n(x), n(y - 1.2 * r), q = n(1.2 * r)),
    }
    .unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_grows_to_hold_every_point() {
        assert_eq!(Frame::square(&[[1.0, -5.9]], 6.0), Frame { x: [-6.0, 6.0], y: [-6.0, 6.0] });
        let grown = Frame::square(&[[1.0, -7.3], [f32::NAN, 2.0]], 6.0);
        assert_eq!(grown, Frame { x: [-8.0, 8.0], y: [-8.0, 8.0] });
        assert!(grown.holds([1.0, -7.3]));
        assert_eq!(Frame::square(&[], 6.0).x, [-6.0, 6.0]);
    }

    #[test]
    fn measured_points_fill_their_frame() {
        let points = [[6.98, 143.5], [28.1, 2501.0], [14.0, 650.0]];
        let frame = Frame::around(&points);
        assert!(points.iter().all(|p| frame.holds(*p)));
        assert_eq!(frame.x, [6.0, 30.0]);
        let used = (2501.0 - 143.5) / (frame.y[1] - frame.y[0]);
        assert!(used > 0.75, "{frame:?}");
        for odd in [vec![], vec![[3.0, f32::NAN]], vec![[1e9, 1e9]], vec![[f32::MAX, f32::MIN]]] {
            let frame = Frame::around(&odd);
            assert!(frame.x[0] < frame.x[1] && frame.y[0] < frame.y[1], "{odd:?} {frame:?}");
        }
    }

    #[test]
    fn the_line_follows_the_threshold() {
        // The probability of the second class grows from left to right: 0.125, 0.375, 0.625, 0.875.
        let side = 4;
        let second: Vec<f32> = (0..16).map(|i| 0.125 + 0.25 * (i % side) as f32).collect();
        let values: Vec<f32> = second.iter().map(|p| 1.0 - p).chain(second.iter().copied()).collect();
        let line = |threshold: f32| zero_line(&margins(&values, 2, 16, 1, threshold), side, [0.0, 0.0], 80.0);
        assert!(line(0.5).starts_with("M40 10L40 30"), "{}", line(0.5));
        assert!(line(0.75).starts_with("M60 10L60 30"), "{}", line(0.75));
        assert_eq!(line(0.95), "", "nothing is called so");
        assert_eq!(zero_line(&[f32::NAN; 16], 4, [0.0, 0.0], 80.0), "");
        assert_eq!(zero_line(&[], 0, [0.0, 0.0], 80.0), "");
    }

    #[test]
    fn with_more_classes_the_likeliest_wins() {
        let values = [0.5, 0.2, 0.3, 0.3, 0.2, 0.5];
        assert!(margins(&values, 3, 2, 0, 0.5)[0] > 0.0 && margins(&values, 3, 2, 0, 0.5)[1] < 0.0);
    }
}
