//! Histograms: counting, and their bars as shapes.

use std::fmt::Write as _;

use super::axis::{Axis, label};
use super::shape::{Anchor, Drawing, Shape, line, number, path, text};

/// Counts in equal bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Lower end of the first bin.
    pub low: f32,
    /// Upper end of the last bin.
    pub high: f32,
    /// Number of values in each bin.
    pub counts: Vec<usize>,
    /// Values that are no numbers.
    pub n_invalid: usize,
}

/// Divides the values from `low` to `high` into `n_bins` bins; the others are left out.
pub fn between(values: impl IntoIterator<Item = f32>, low: f32, high: f32, n_bins: usize) -> Histogram {
    let mut histogram = Histogram { low, high, counts: vec![0; n_bins.max(1)], n_invalid: 0 };
    let last = histogram.counts.len() - 1;
    for value in values {
        if !value.is_finite() {
            histogram.n_invalid += 1;
        } else if (low..=high).contains(&value) {
            let t = if high > low { (value - low) / (high - low) } else { 0.5 };
            histogram.counts[((t * n_bins as f32) as usize).min(last)] += 1;
        }
    }
    histogram
}

/// Divides all values into `n_bins` bins of a range that has zero in its middle.
pub fn around_zero(values: &[f32], n_bins: usize) -> Histogram {
    let reach = values.iter().copied().filter(|v| v.is_finite()).map(f32::abs).fold(0.0, f32::max);
    between(values.iter().copied(), -reach, reach, n_bins)
}

/// The bars of a histogram, standing on `base`, the tallest `height` high.
pub fn bars(histogram: &Histogram, class: &str, x: &Axis, base: f32, height: f32) -> Shape {
    let most = histogram.counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let width = (x.to - x.from) / histogram.counts.len().max(1) as f32;
    let mut d = String::new();
    for (i, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // What is there is seen: at least one unit high.
        let h = (height * *count as f32 / most).max(1.0);
        let (left, w) = (x.from + width * i as f32, (width - 0.8).max(0.6));
        // Writing to a String cannot fail.
        write!(d, "M{} {}h{}v{}h{}z", number(left), number(base - h), number(w), number(h), number(-w)).unwrap_or_default();
    }
    path(class, d)
}

const WIDTH: f32 = 220.0;
const HEIGHT: f32 = 90.0;
/// Room for the numbers below.
const BOTTOM: f32 = 20.0;

/// A small histogram around zero with its axis.
pub fn drawing(histogram: &Histogram, class: &str, name: &str) -> Drawing {
    let x = Axis { low: histogram.low, high: histogram.high, log: false, from: 0.0, to: WIDTH };
    let base = HEIGHT - BOTTOM;
    let (low, high) = (label(histogram.low), label(histogram.high));
    let invalid = if histogram.n_invalid > 0 { format!(" {} are no numbers.", histogram.n_invalid) } else { String::new() };
    let at = |x: f32, anchor, t: &str| text("tick", [x, HEIGHT - 4.0], anchor, t);
    Drawing {
        title: format!("{name}, from {low} to {high}.{invalid}"),
        width: WIDTH,
        height: HEIGHT,
        shapes: vec![
            bars(histogram, class, &x, base, base - 4.0),
            line("axis", [0.0, base], [WIDTH, base]),
            at(0.0, Anchor::Start, &low),
            at(WIDTH / 2.0, Anchor::Middle, "0"),
            at(WIDTH, Anchor::End, &high),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_their_bins() {
        let h = around_zero(&[-1.0, -0.1, 0.1, 1.0, f32::NAN], 4);
        assert_eq!((h.high, h.counts.as_slice(), h.n_invalid), (1.0, &[1, 1, 1, 1][..], 1));
        assert_eq!(around_zero(&[0.0, 0.0], 3).counts, [0, 2, 0]);
        assert_eq!(around_zero(&[], 3).counts, [0, 0, 0]);
        assert_eq!(between([1.0, 2.0, 9.0], 0.0, 4.0, 2).counts, [1, 1], "9 lies outside");
        assert_eq!(between([1.0], 0.0, 4.0, 0).counts, [1]);
    }

    #[test]
    fn a_histogram_is_drawn_inside_of_its_frame() {
        let drawing = drawing(&around_zero(&[-1.0, 0.5, 0.5, f32::INFINITY], 31), "bar", "Weights of a");
        assert_eq!(drawing.title, "Weights of a, from -1 to 1. 1 are no numbers.");
        let Shape::Path { d, .. } = &drawing.shapes[0] else { panic!("bars come first") };
        assert_eq!(d.matches('z').count(), 2, "one bar for each bin that is not empty");
        assert!(d.contains("v66"), "the tallest bar fills the height: {d}");
    }
}
