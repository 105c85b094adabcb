//! The loss over two parameters.

use petri_protocol::command::ProbeKind;
use petri_protocol::{DataInfo, Experiment, ParameterRef, Probe, TensorShape};

use super::card::{Looking, SurfaceChoice};
use super::parameters::{parameter, settle_pair, tensors};
use super::{Column, ViewCard};
use crate::drawing::axis::{Axis, label, path as line_path};
use crate::drawing::colormap::viridis;
use crate::drawing::picture::Picture;
use crate::drawing::shape::{Anchor, Drawing, circle, number, path, text};
use crate::state::probes::ProbeAnswer;

/// Points along one side.
const CELLS: usize = 25;
/// Half of the side of the square where nothing asks for more.
const LEAST_REACH: f32 = 4.0;
/// Half of the side of the largest square.
pub const MOST_REACH: f32 = 12.0;
/// Side of the map in the units of its drawing.
const SIDE: f32 = 300.0;
/// Points of the path that are marked.
const MAX_DOTS: usize = 300;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "surface",
    title: "Loss surface",
    help: "The loss as a map over two parameters, with the way that training takes on it.",
    column: Column::Middle,
    order: 900,
    fits: |_, info| matches!(info.input, TensorShape::Features(_)),
    opens: |_| false,
    asks: |asking| {
        let SurfaceChoice { full_batch, centre, .. } = asking.looking.surface;
        let extent = reach(&asking.looking.surface, asking.probes.answer(ProbeKind::LossSurface).map(|a| &**a));
        let parameters = watched(asking.looking, asking.experiment, asking.info);
        let probe = |parameters| Probe::LossSurface { parameters, extent, centre, resolution: CELLS, full_batch };
        parameters.map(probe).into_iter().collect()
    },
};

/// The two parameters of the map, as near to the choice as the network has them.
pub fn watched(looking: &Looking, experiment: &Experiment, info: &DataInfo) -> Option<[ParameterRef; 2]> {
    let all = tensors(experiment, info);
    let [a, b] = settle_pair(&all, looking.surface.parameters)?;
    Some([parameter(&all, a)?, parameter(&all, b)?])
}

/// Half of the side of the square: as it was chosen, or so that it holds the path, in whole steps.
pub fn reach(choice: &SurfaceChoice, answer: Option<&ProbeAnswer>) -> f32 {
    choice.extent.unwrap_or_else(|| {
        let path = answer.map_or(&[][..], |a| a.part(1)).as_chunks::<2>().0;
        let away = |[a, b]: &[f32; 2]| (a - choice.centre[0]).abs().max((b - choice.centre[1]).abs());
        let farthest = path.iter().map(away).filter(|v| v.is_finite()).fold(0.0, f32::max);
        farthest.ceil().clamp(LEAST_REACH, MOST_REACH)
    })
}

/// The map. Colours by the root of the loss above its lowest: valleys keep their shape beside high walls.
pub fn picture(answer: &ProbeAnswer) -> Option<Picture> {
    let side = *answer.parts.first()?.shape.first()?;
    let values = answer.part(0);
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f32::INFINITY, f32::min);
    let span = (finite().fold(f32::NEG_INFINITY, f32::max) - low).max(1e-9);
    let mut picture = Picture::new(side, side);
    for (i, v) in values.iter().enumerate().filter(|_| side > 0) {
        picture.set(i % side, i / side, viridis(((v - low) / span).max(0.0).sqrt()));
    }
    Some(picture)
}

/// What the map says, in words.
pub fn words(answer: &ProbeAnswer) -> String {
    let finite = || answer.part(0).iter().copied().filter(|v| v.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    let path = answer.part(1).as_chunks::<2>().0;
    let at = path.last().map_or(String::new(), |[a, b]| format!(" Now at ({}, {}).", label(*a), label(*b)));
    let n = answer.part(2).first().copied().unwrap_or(0.0);
    format!("Loss of {n} samples between {} and {}.{at}", label(low), label(high))
}

/// The path of the optimizer and numbers at the edges, to lie over the map.
pub fn overlay(answer: Option<&ProbeAnswer>, choice: &SurfaceChoice) -> Drawing {
    // The square that the map is of, which is asked for anew when the choice or the path is another one.
    let (reach, centre) = match answer.and_then(|a| a.asked.as_ref()) {
        Some(Probe::LossSurface { extent, centre, .. }) => (*extent, *centre),
        _ => (reach(choice, answer), choice.centre),
    };
    let side = |i: usize, from: f32, to: f32| {
        let middle = centre[i];
        Axis { low: middle - reach, high: middle + reach, log: false, from, to }
    };
    let (x, y) = (side(0, 0.0, SIDE), side(1, SIDE, 0.0));
    let points: Vec<(f32, f32)> = answer.map_or(vec![], |a| a.part(1).as_chunks::<2>().0.iter().map(|[a, b]| (*a, *b)).collect());
    let newest = &points[points.len().saturating_sub(MAX_DOTS)..];
    let dots: String = newest.iter().map(|(a, b)| format!("M{} {}h0", number(x.position(*a)), number(y.position(*b)))).collect();
    // Not at the very edge, where a number would be cut off.
    let inside = |at: f32| (14.0..SIDE - 14.0).contains(&at);
    let ticks = |axis: Axis| axis.ticks(4).into_iter().filter(move |t| inside(axis.position(*t))).collect::<Vec<_>>();
    let mut shapes = Vec::new();
    shapes.extend(ticks(x).into_iter().map(|t| text("map-tick", [x.position(t), SIDE - 4.0], Anchor::Middle, label(t))));
    shapes.extend(ticks(y).into_iter().map(|t| text("map-tick", [3.0, y.position(t) + 4.0], Anchor::Start, label(t))));
    shapes.push(path("descent-path", line_path(&points, &x, &y)));
    shapes.push(path("descent-dots", dots));
    let now = points.last().filter(|(a, b)| a.is_finite() && b.is_finite());
    shapes.extend(now.map(|(a, b)| circle("descent-now", [x.position(*a), y.position(*b)], 6.0)));
    Drawing { title: String::new(), width: SIDE, height: SIDE, shapes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::shape::Shape;
    use crate::view::parameters::Pick;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::{notation, presets};

    #[test]
    fn a_smaller_network_still_has_a_map() {
        let mut experiment = (presets::find("mlp").expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let mut looking = Looking::default();
        looking.surface.parameters = [Pick { tensor: 4, index: 31 }, Pick { tensor: 4, index: 7 }];
        experiment.network = notation::parse("dense(2)").expect("a network");
        let [a, b] = watched(&looking, &experiment, &info).expect("two numbers");
        assert_eq!((a.node.as_str(), a.index), ("dense1", 0));
        assert_ne!(a, b);
    }

    #[test]
    fn the_map_grows_with_the_path() {
        let answer = |path: &[f32]| ProbeAnswer {
            parts: vec![
                PayloadPart { name: "surface".into(), shape: vec![1, 1] },
                PayloadPart { name: "path".into(), shape: vec![path.len() / 2, 2] },
            ],
            values: [&[1.0], path].concat(),
            ..ProbeAnswer::default()
        };
        let mut choice = Looking::default().surface;
        let reached = |choice: &SurfaceChoice, path: &[f32]| reach(choice, Some(&answer(path)));
        assert_eq!((reach(&choice, None), reached(&choice, &[-3.0, 2.5])), (4.0, 4.0));
        assert_eq!(reached(&choice, &[-3.0, 2.5, 2.6, 4.3, 2.0, 4.0]), 5.0);
        assert_eq!(reached(&choice, &[99.0, 0.0, f32::NAN, f32::INFINITY]), 12.0);
        choice.extent = Some(2.0);
        assert_eq!(reached(&choice, &[2.6, 4.3]), 2.0, "as it was chosen");
    }

    #[test]
    fn every_point_of_the_path_is_drawn() {
        let path: Vec<f32> = (0..50_000).flat_map(|i| [i as f32 / 25_000.0 - 1.0, 0.5]).collect();
        let part = |name: &str, shape: Vec<usize>| PayloadPart { name: name.into(), shape };
        let answer = ProbeAnswer {
            parts: vec![part("surface", vec![2, 2]), part("path", vec![50_000, 2]), part("n", vec![1])],
            values: [vec![1.0, 2.0, 3.0, f32::NAN], path, vec![64.0]].concat(),
            ..ProbeAnswer::default()
        };
        let drawing = overlay(Some(&answer), &Looking::default().surface);
        let Some(Shape::Circle { centre, .. }) = drawing.shapes.last() else { panic!("the newest point is marked") };
        assert!((centre[0] - 187.5).abs() < 0.1, "the newest point: {centre:?}");
        assert_eq!(words(&answer), "Loss of 64 samples between 1 and 3. Now at (1, 0.5).");
        assert_eq!(picture(&answer).map(|p| p.width), Some(2));
        assert!(picture(&ProbeAnswer::default()).is_none());
    }
}
