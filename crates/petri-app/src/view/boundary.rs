//! The decision boundary of a network over the plane, with the training points on it.

use petri_protocol::command::ProbeKind;
use petri_protocol::{DataInfo, Probe, SampleRange, Split, Task};

use super::{Column, ViewCard};
use crate::drawing::axis::{Axis, x_ticks, y_ticks};
use crate::drawing::picture::{Picture, regions};
use crate::drawing::plane::{Frame, margins, mark, zero_line};
use crate::drawing::shape::{Anchor, Drawing, Shape, path, rect, text};
use crate::state::probes::ProbeAnswer;

/// Cells along one side.
const CELLS: usize = 80;
/// Training points that are drawn.
const POINTS: usize = 2000;
/// How far the square of generated points reaches at least.
const LEAST_REACH: f32 = 6.0;

/// Side of the plot.
pub const SIDE: f32 = 480.0;
/// Its upper left corner, which leaves room for numbers and names.
pub const CORNER: [f32; 2] = [52.0, 8.0];
/// The whole drawing. The style sheet puts the picture of the regions below it by the same numbers.
const WIDTH: f32 = 540.0;
const HEIGHT: f32 = 534.0;
/// Radius of a point, less where there are many.
const RADIUS: [f32; 2] = [5.0, 3.2];
/// From so many points on they are small.
const MANY: usize = 400;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "boundary",
    title: "Decision boundary",
    help: "What the network answers everywhere in the plane, with the training points on it.",
    column: Column::Middle,
    order: 100,
    fits: |_, info| info.is_planar() && info.task == Task::MultiClass,
    opens: |info| info.is_planar() && info.task == Task::MultiClass,
    asks: |asking| {
        let range = SampleRange { split: Split::Train, start: 0, count: POINTS };
        let mut asks = vec![Probe::Samples { range }];
        // The points say which part of the plane is of interest.
        if let Some(samples) = asking.probes.answer(ProbeKind::Samples).filter(|a| is_training(a)) {
            let Frame { x, y } = frame(asking.info, samples);
            asks.push(Probe::Boundary { resolution: CELLS, x, y });
        }
        asks
    },
};

/// Whether an answer is of training samples: other views ask for others.
fn is_training(samples: &ProbeAnswer) -> bool {
    samples.range.is_some_and(|r| r.split == Split::Train)
}

/// The part of the plane that is shown: around the origin for generated points, so that it stays when the
/// noise changes, and as the points lie for those of a table.
pub fn frame(info: &DataInfo, samples: &ProbeAnswer) -> Frame {
    let points = samples.part(0).as_chunks::<2>().0;
    if info.features.is_empty() { Frame::square(points, LEAST_REACH) } else { Frame::around(points) }
}

/// The regions of the answers at the threshold, as a picture.
pub fn background(boundary: &ProbeAnswer, threshold: f32) -> Option<Picture> {
    let [k, side, other] = boundary.parts.first()?.shape[..] else { return None };
    (side > 0 && side == other).then(|| regions(boundary.part(0), k, side, threshold))
}

/// Axes, the line where the decision changes, and the points.
pub fn drawing(
    info: &DataInfo,
    boundary: Option<&ProbeAnswer>,
    samples: Option<&ProbeAnswer>,
    threshold: f32,
    title: String,
) -> Drawing {
    let samples = samples.filter(|s| is_training(s));
    let frame = samples.map_or(Frame { x: [-LEAST_REACH, LEAST_REACH], y: [-LEAST_REACH, LEAST_REACH] }, |s| frame(info, s));
    let [left, top] = CORNER;
    let (right, bottom) = (left + SIDE, top + SIDE);
    let x = Axis { low: frame.x[0], high: frame.x[1], log: false, from: left, to: right };
    let y = Axis { low: frame.y[0], high: frame.y[1], log: false, from: bottom, to: top };
    let mut shapes = vec![rect("plane-frame", CORNER, [SIDE, SIDE])];
    shapes.extend(y_ticks(&y, 6, left, left).into_iter().filter(|s| matches!(s, Shape::Text { .. })));
    shapes.extend(x_ticks(&x, 6, bottom + 16.0));
    let names = info.feature_names();
    let name = |i: usize| names.get(i).cloned().unwrap_or_default();
    shapes.push(text("axis-name", [(left + right) / 2.0, HEIGHT - 6.0], Anchor::Middle, name(0)));
    // Not upright: it is read as fast as the other one.
    shapes.push(text("axis-name", [left + 6.0, top + 16.0], Anchor::Start, format!("↑ {}", name(1))));
    if let Some(lines) = boundary.map(|b| decision_lines(b, threshold)) {
        shapes.push(path("decision-halo", &*lines));
        shapes.push(path("decision-line", lines));
    }
    if let Some(samples) = samples {
        shapes.extend(points(info, samples, &x, &y));
    }
    Drawing { title, width: WIDTH, height: HEIGHT, shapes }
}

fn decision_lines(boundary: &ProbeAnswer, threshold: f32) -> String {
    let Some([k, side, _]) = boundary.parts.first().map(|p| &p.shape[..]).and_then(|s| <[usize; 3]>::try_from(s).ok()) else {
        return String::new();
    };
    // With two classes both lines are the same.
    let classes = if k == 2 { 1..2 } else { 0..k };
    let line = |c| zero_line(&margins(boundary.part(0), k, side * side, c, threshold), side, CORNER, SIDE);
    classes.map(line).collect()
}

fn points(info: &DataInfo, samples: &ProbeAnswer, x: &Axis, y: &Axis) -> Vec<Shape> {
    let (points, classes) = (samples.part(0).as_chunks::<2>().0, samples.part(1));
    let radius = RADIUS[usize::from(points.len() > MANY)];
    let mut paths = vec![String::new(); info.n_classes().max(1)];
    for (point, class) in points.iter().zip(classes) {
        let class = *class as usize;
        if let Some(d) = paths.get_mut(class).filter(|_| point.iter().all(|v| v.is_finite())) {
            mark(d, class, [x.position(point[0]), y.position(point[1])], radius);
        }
    }
    paths.into_iter().enumerate().map(|(c, d)| path(format!("point point-{}", c % 7), d)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_data::values::Values;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::link;

    fn answer(points: &[[f32; 2]], classes: Vec<f32>) -> ProbeAnswer {
        let n = points.len();
        let part = |name: &str, shape: Vec<usize>| PayloadPart { name: name.into(), shape };
        ProbeAnswer {
            parts: vec![part("inputs", vec![n, 2]), part("targets", vec![n, 1])],
            values: points.iter().flatten().copied().chain(classes).collect(),
            range: Some(SampleRange { split: Split::Train, start: 0, count: n }),
            ..ProbeAnswer::default()
        }
    }

    /// Training points of an experiment by its link.
    fn training(text: &str) -> (DataInfo, ProbeAnswer) {
        let experiment = link::parse(text).experiment;
        let data = petri_data::generators::generate(&experiment.data, experiment.seed).expect("generated");
        let Values::F32(values) = &data.parts[0].inputs else { panic!("points are f32") };
        let points = values.as_chunks::<2>().0.to_vec();
        let classes = vec![0.0; points.len()];
        (data.info.clone(), answer(&points, classes))
    }

    #[test]
    fn every_training_point_of_the_lessons_is_in_the_picture() {
        // Dishes of `imbalance` and `overfitting`.
        for text in [
            "v=1&preset=one-neuron&data.noise=0.75&data.balance=0.1&data.n_samples=800",
            "v=1&preset=mlp&data.noise=0.8&data.n_samples=120",
            "v=1&preset=one-neuron&data.noise=1&data.n_samples=2000",
        ] {
            let (info, samples) = training(text);
            let frame = frame(&info, &samples);
            let outside = samples.part(0).as_chunks::<2>().0.iter().filter(|p| !frame.holds(**p)).count();
            assert_eq!(outside, 0, "{text} {frame:?}");
            assert!(frame.x[1] >= 6.0, "{text}");
        }
    }

    #[test]
    fn the_plane_has_axes_with_names_and_a_line() {
        let (info, _) = training("v=1&preset=one-neuron");
        let samples = answer(&[[1.0, 2.0], [-3.0, 4.0]], vec![0.0, 1.0]);
        let second = [0.1, 0.9, 0.1, 0.9];
        let boundary = ProbeAnswer {
            parts: vec![PayloadPart { name: "boundary".into(), shape: vec![2, 2, 2] }],
            values: second.iter().map(|p| 1.0 - p).chain(second).collect(),
            ..ProbeAnswer::default()
        };
        let drawing = drawing(&info, Some(&boundary), Some(&samples), 0.5, "title".into());
        let texts: Vec<&str> = drawing
            .shapes
            .iter()
            .filter_map(|s| if let Shape::Text { text, .. } = s { Some(text.as_str()) } else { None })
            .collect();
        for expected in ["x1", "↑ x2", "0", "-4", "4"] {
            assert!(texts.contains(&expected), "{expected} in {texts:?}");
        }
        let d = |class: &str| {
            drawing.shapes.iter().find_map(|s| match s {
                Shape::Path { class: c, d } if c == class => Some(d.clone()),
                _ => None,
            })
        };
        assert!(d("decision-line").is_some_and(|d| d.starts_with("M292 ")), "in the middle");
        assert!(d("point point-0").is_some_and(|d| d.contains('a')) && d("point point-1").is_some_and(|d| d.contains('h')));
    }

    #[test]
    fn odd_answers_are_drawn_without_a_panic() {
        let (info, _) = training("v=1&preset=one-neuron");
        let odd = |shape: Vec<usize>| ProbeAnswer {
            parts: vec![PayloadPart { name: "boundary".into(), shape }],
            ..ProbeAnswer::default()
        };
        for shape in [vec![], vec![2], vec![2, 0, 0], vec![0, 3, 3], vec![2, 3, 3]] {
            drawing(&info, Some(&odd(shape.clone())), None, 0.5, String::new());
            background(&odd(shape), f32::NAN);
        }
        let samples = answer(&[[f32::NAN, 1.0]], vec![7.0]);
        drawing(&info, None, Some(&samples), 0.5, String::new());
    }
}
