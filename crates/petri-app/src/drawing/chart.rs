//! Lines over a common axis, with grid, numbers and a cursor.

use super::axis::{Axis, path as line_path, x_ticks, y_ticks};
use super::shape::{Anchor, Drawing, line, path, text};

/// Room for the labels.
const LEFT: f32 = 48.0;
const RIGHT: f32 = 10.0;
const TOP: f32 = 10.0;
const BOTTOM: f32 = 34.0;

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Class of its style.
    pub class: String,
    /// Its points, in order.
    pub points: Vec<(f32, f32)>,
}

/// Which values the upright axis shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upright {
    /// From 0 to 1.
    Parts,
    /// From zero, or as far below as the lines go.
    FromZero,
    /// Logarithmic, as the lines lie.
    Log,
}

/// Lines with their axes.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// The lines, the lowest first.
    pub lines: Vec<Line>,
    /// What the lying axis counts.
    pub x_name: &'static str,
    /// The lying axis.
    pub x: Axis,
    /// The upright axis.
    pub y: Axis,
    /// Width and height.
    pub size: [f32; 2],
}

impl LineChart {
    /// Lines with axes that hold them; the lying axis begins at 0 and reaches at least to 1.
    pub fn new(lines: Vec<Line>, x_name: &'static str, upright: Upright, size: [f32; 2]) -> Self {
        let all = || lines.iter().flat_map(|l| l.points.iter());
        let last = all().map(|p| p.0).filter(|x| x.is_finite()).fold(1.0f32, f32::max);
        let x = Axis { low: 0.0, high: last, log: false, from: LEFT, to: size[0] - RIGHT };
        let (bottom, top) = (size[1] - BOTTOM, TOP);
        let parts = Axis { low: 0.0, high: 1.0, log: false, from: bottom, to: top };
        let y = match upright {
            Upright::Parts => parts,
            _ if all().next().is_none() => parts,
            Upright::Log => Axis::fit(all().map(|p| p.1), true, bottom, top),
            Upright::FromZero => Axis::fit(all().map(|p| p.1).chain([0.0]), false, bottom, top),
        };
        Self { lines, x_name, x, y, size }
    }

    /// As shapes, with a cursor at a place of the lying axis.
    pub fn drawing(&self, title: &str, cursor: Option<f32>) -> Drawing {
        let [width, height] = self.size;
        let bottom = height - BOTTOM;
        let mut shapes = y_ticks(&self.y, 5, LEFT, width - RIGHT);
        shapes.extend(x_ticks(&self.x, 6, bottom + 16.0));
        shapes.push(text("tick", [f32::midpoint(LEFT, width - RIGHT), height - 3.0], Anchor::Middle, self.x_name));
        shapes.extend(self.lines.iter().map(|l| path(&l.class, line_path(&l.points, &self.x, &self.y))));
        shapes.extend(cursor.map(|at| {
            let x = self.x.position(at);
            line("cursor", [x, TOP], [x, bottom])
        }));
        Drawing { title: title.to_owned(), width, height, shapes }
    }

    /// The place on the lying axis under a position, no farther than its ends.
    pub fn place(&self, position: f32) -> f32 {
        let t = (position - self.x.from) / (self.x.to - self.x.from);
        if t.is_finite() { self.x.low + t.clamp(0.0, 1.0) * (self.x.high - self.x.low) } else { self.x.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::shape::Shape;

    fn chart(points: Vec<(f32, f32)>, upright: Upright) -> LineChart {
        LineChart::new(vec![Line { class: "line".into(), points }], "epochs", upright, [440.0, 230.0])
    }

    #[test]
    fn lines_lie_inside_of_their_axes() {
        let chart = chart(vec![(0.0, 2.0), (10.0, 0.5)], Upright::FromZero);
        let drawing = chart.drawing("Loss against epochs", Some(5.0));
        let Some(Shape::Path { d, .. }) = drawing.shapes.iter().find(|s| matches!(s, Shape::Path { .. })) else {
            panic!("a line")
        };
        assert_eq!(d, "M48 10L430 149.5");
        assert!(matches!(drawing.shapes.last(), Some(Shape::Line { from: [239.0, 10.0], .. })), "the cursor is in the middle");
        assert_eq!((chart.place(239.0), chart.place(-50.0), chart.place(9999.0)), (5.0, 0.0, 10.0));
    }

    #[test]
    fn empty_and_broken_lines_have_a_chart() {
        for upright in [Upright::Parts, Upright::FromZero, Upright::Log] {
            for points in [vec![], vec![(f32::NAN, f32::NAN)], vec![(0.0, -1.0)], vec![(f32::INFINITY, 1.0)]] {
                let chart = chart(points.clone(), upright);
                let text = {
                    let d = chart.drawing("t", Some(0.5));
                    d.print(&d.elements(), "#fff")
                };
                assert!(!text.contains("NaN") && !text.contains("inf"), "{points:?} {text}");
                assert!(chart.place(f32::NAN).is_finite());
            }
        }
    }
}
