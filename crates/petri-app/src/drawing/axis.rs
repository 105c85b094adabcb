//! Axes of charts: ranges, ticks, positions.

use super::shape::{Anchor, Shape, line, number, text};

/// A linear or logarithmic axis from values to positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Smallest value.
    pub low: f32,
    /// Largest value.
    pub high: f32,
    /// Logarithmic.
    pub log: bool,
    /// Position of `low`.
    pub from: f32,
    /// Position of `high`.
    pub to: f32,
}

impl Axis {
    /// An axis that holds all values; for a logarithmic one only those above zero count.
    pub fn fit(values: impl Iterator<Item = f32>, log: bool, from: f32, to: f32) -> Self {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for v in values.filter(|v| v.is_finite() && (!log || *v > 0.0)) {
            low = low.min(v);
            high = high.max(v);
        }
        if low > high {
            (low, high) = if log { (0.1, 1.0) } else { (0.0, 1.0) };
        }
        if log {
            // Whole decades or halves of them look restless; a small margin does not.
            (low, high) = (low / 1.1, high * 1.1);
        } else if high - low < 1e-6 {
            (low, high) = (low - 0.5, high + 0.5);
        }
        Self { low, high, log, from, to }
    }

    /// Position of a value.
    pub fn position(&self, value: f32) -> f32 {
        let t = if self.log {
            (value.max(f32::MIN_POSITIVE).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + t * (self.to - self.from)
    }

    /// Round values inside the range, about `n` of them.
    pub fn ticks(&self, n: usize) -> Vec<f32> {
        if self.log {
            return self.log_ticks(n);
        }
        let rough = (self.high - self.low) / n.max(1) as f32;
        if !(rough.is_finite() && rough > 0.0) {
            return Vec::new();
        }
        let power = 10f32.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(10.0 * power);
        let first = (self.low / step - 1e-4).ceil() as i64;
        (first..).map(|i| i as f32 * step).take_while(|t| *t <= self.high + 1e-4 * step).take(50).collect()
    }

    fn log_ticks(&self, n: usize) -> Vec<f32> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        for multiples in [&[1.0, 2.0, 5.0][..], &[1.0][..]] {
            let ticks: Vec<f32> = decades
                .clone()
                .flat_map(|d| multiples.iter().map(move |m| m * 10f32.powi(d)))
                .filter(|t| (self.low..=self.high).contains(t))
                .collect();
            if ticks.len() <= 2 * n || multiples.len() == 1 {
                let every = ticks.len().div_ceil(2 * n.max(1)).max(1);
                return ticks.into_iter().step_by(every).collect();
            }
        }
        Vec::new()
    }
}

/// A number with three significant digits, as labels show it.
pub fn label(value: f32) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "—".into();
    }
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.1e}");
    }
    let digits = if size >= 100.0 || size == 0.0 { 0 } else { (2.0 - size.log10().floor()) as usize };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The path of a line through points, for an SVG; it has a gap where a point is no number.
pub fn path(points: &[(f32, f32)], x: &Axis, y: &Axis) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(points.len() * 12);
    let mut is_down = false;
    for (px, py) in points {
        let (px, py) = (x.position(*px), y.position(*py));
        if px.is_finite() && py.is_finite() {
            // Writing to a String cannot fail.
            write!(out, "{}{} {}", if is_down { 'L' } else { 'M' }, number(px), number(py)).unwrap_or_default();
        }
        is_down = px.is_finite() && py.is_finite();
    }
    out
}

/// Numbers and grid lines of an upright axis: texts end at `at`, lines go on to `to`.
pub fn y_ticks(y: &Axis, n: usize, at: f32, to: f32) -> Vec<Shape> {
    let tick = |t: f32| {
        let p = y.position(t);
        [line("grid", [at, p], [to, p]), text("tick", [at - 6.0, p + 4.0], Anchor::End, label(t))]
    };
    y.ticks(n).into_iter().flat_map(tick).collect()
}

/// Numbers of a lying axis, with the base line at `at`.
pub fn x_ticks(x: &Axis, n: usize, at: f32) -> Vec<Shape> {
    x.ticks(n).into_iter().map(|t| text("tick", [x.position(t), at], Anchor::Middle, label(t))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let axis = Axis { low: 0.0, high: 1.0, log: false, from: 0.0, to: 100.0 };
        assert_eq!(axis.ticks(5).iter().map(|t| label(*t)).collect::<Vec<_>>(), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        let axis = Axis { low: 3.0, high: 47.0, log: false, from: 0.0, to: 100.0 };
        assert_eq!(axis.ticks(4), [20.0, 40.0]);
    }

    #[test]
    fn log_axes_have_decades() {
        let axis = Axis::fit([0.001, 1.0].into_iter(), true, 0.0, 90.0);
        assert!(axis.ticks(4).iter().any(|t| (t - 0.01).abs() < 1e-6));
        assert!((axis.position(1.0) - axis.position(0.1) - (axis.position(0.1) - axis.position(0.01))).abs() < 1e-3);
    }

    #[test]
    fn empty_and_flat_series_have_an_axis() {
        assert_eq!(Axis::fit([].into_iter(), false, 0.0, 1.0).high, 1.0);
        let flat = Axis::fit([2.0, 2.0].into_iter(), false, 0.0, 10.0);
        assert!((flat.position(2.0) - 5.0).abs() < 1e-4);
    }

    #[test]
    fn odd_ranges_have_no_ticks_and_lines_have_gaps() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
            assert!(Axis { low, high, log: false, from: 0.0, to: 9.0 }.ticks(4).is_empty(), "{low} {high}");
        }
        let axis = Axis { low: 0.0, high: 1.0, log: false, from: 0.0, to: 10.0 };
        let points = [(0.0, 0.0), (0.5, f32::NAN), (0.6, 1.0), (1.0, 1.0)];
        assert_eq!(path(&points, &axis, &axis), "M0 0M6 10L10 10");
        let far = Axis { low: 1e9, high: 1e9 + 64.0, log: false, from: 0.0, to: 9.0 };
        assert!(far.ticks(50).len() <= 50);
    }

    #[test]
    fn labels_are_short() {
        assert_eq!([0.0, 0.123_45, 1234.0, 0.000_012, 5.0].map(label), ["0", "0.123", "1234", "1.2e-5", "5"]);
    }
}
