//! Activation functions with the working points of their neurons on them.

use petri_protocol::op::Curve;
use petri_protocol::{Experiment, OpSpec, Probe, SampleRange, Split, TensorShape};

use super::neurons::is_small;
use super::{Column, ViewCard};
use crate::drawing::axis::{Axis, path as line_path};
use crate::drawing::shape::{Anchor, Drawing, line, number, path, text};
use crate::state::probes::ProbeAnswer;

const WIDTH: f32 = 260.0;
const HEIGHT: f32 = 150.0;
/// The curve is drawn from −REACH to REACH.
const REACH: f32 = 6.0;
/// Most dots in one drawing.
const MAX_DOTS: usize = 1200;

/// Samples whose sums are drawn.
const SAMPLES: usize = 60;
/// A neuron is saturated where its slope is below this part of its largest.
const FLAT: f32 = 0.05;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "activations",
    title: "Activation functions",
    help: "Where on its activation function each neuron works.",
    column: Column::Middle,
    order: 800,
    fits: |experiment, info| matches!(info.input, TensorShape::Features(_)) && is_small(experiment),
    opens: |_| false,
    asks: |asking| {
        let nodes: Vec<String> = layers(asking.experiment).into_iter().map(|(name, _)| name).collect();
        let range = SampleRange { split: Split::Train, start: 0, count: SAMPLES };
        if nodes.is_empty() { vec![] } else { vec![Probe::Activations { nodes, range }] }
    },
};

/// The layers of neurons that an activation function follows: name of the layer, function.
pub fn layers(experiment: &Experiment) -> Vec<(String, OpSpec)> {
    let is_function = |op: &OpSpec| op.operation().curve().is_some();
    let pairs = experiment.network.nodes.windows(2);
    let found = pairs.filter(|p| p[0].op.units().is_some() && is_function(&p[1].op) && p[1].inputs.is_empty());
    found.map(|p| (p[0].name.clone(), p[1].op.clone())).collect()
}

/// What the working points of one layer say; `sums` is `[n, units]`.
pub fn summary(function: &OpSpec, sums: &[f32], units: usize) -> String {
    let units = units.max(1);
    let Some(Curve { slope, steepest, range, .. }) = function.operation().curve().filter(|_| !sums.is_empty()) else {
        return String::new();
    };
    let of_all =
        |is_so: &dyn Fn(f32) -> bool| (0..units).filter(|u| sums.iter().skip(*u).step_by(units).all(|z| is_so(*z))).count();
    let part = |is_so: &dyn Fn(f32) -> bool| 100.0 * sums.iter().filter(|z| is_so(**z)).count() as f32 / sums.len() as f32;
    let is_flat = |z: f32| slope(z).abs() < FLAT * steepest;
    let is_still = |z: f32| slope(z) == 0.0;
    if range.1.is_finite() {
        return format!(
            "{:.0} % of the sums lie where the curve is flat; {} of {units} neurons are saturated for every sample.",
            part(&is_flat),
            of_all(&is_flat)
        );
    }
    if is_still(-REACH) {
        return format!(
            "{} of {units} neurons are dead: their slope is 0 for every sample, so they learn nothing. {:.0} % of the sums are negative.",
            of_all(&is_still),
            part(&|z| z <= 0.0)
        );
    }
    if is_flat(-REACH) {
        // A small slope still learns: slowly, but no neuron is lost.
        return format!(
            "{:.0} % of the sums lie where the slope is small; {} of {units} neurons are so for every sample and learn slowly.",
            part(&is_flat),
            of_all(&is_flat)
        );
    }
    "It has the same slope everywhere.".into()
}

/// The sums of one layer, `[n, units]`, and its number of units; nothing where the answer has none.
pub fn sums<'a>(answer: &'a ProbeAnswer, name: &str) -> Option<(&'a [f32], usize)> {
    let idx = answer.parts.iter().position(|p| p.name == name)?;
    Some((answer.part(idx), *answer.parts[idx].shape.last()?))
}

/// A function with the sums of its neurons as dots on it. Sums beyond the ends are drawn at the ends.
pub fn drawing(name: &str, function: &OpSpec, sums: &[f32]) -> Drawing {
    let Some(Curve { value, range, .. }) = function.operation().curve() else { return Drawing::default() };
    let x = Axis { low: -REACH, high: REACH, log: false, from: 24.0, to: WIDTH - 8.0 };
    let (low, high) = match range {
        (low, high) if low.is_finite() && high.is_finite() => (low - 0.05 * (high - low), high + 0.05 * (high - low)),
        _ => (-1.0, REACH),
    };
    let y = Axis { low, high, log: false, from: HEIGHT - 22.0, to: 8.0 };
    let curve: Vec<(f32, f32)> = (0..=120)
        .map(|i| -REACH + 2.0 * REACH * i as f32 / 120.0)
        .map(|z| (z, value(z)))
        .filter(|(_, v)| (low..=high).contains(v))
        .collect();
    // A line of no length with round ends is a dot.
    let dot = |z: f32| format!("M{} {}h0", number(x.position(z)), number(y.position(value(z).clamp(low, high))));
    let finite = sums.iter().filter(|z| z.is_finite());
    let dots: String = finite.take(MAX_DOTS).map(|z| dot(z.clamp(-REACH, REACH))).collect();
    let zero = (x.position(0.0), y.position(0.0));
    Drawing {
        title: format!("{} behind {name}", function.word()),
        width: WIDTH,
        height: HEIGHT,
        shapes: vec![
            line("grid", [x.from, zero.1], [x.to, zero.1]),
            line("grid", [zero.0, y.from], [zero.0, y.to]),
            path("line line-function", line_path(&curve, &x, &y)),
            path("working-points", dots),
            text("tick", [x.from, HEIGHT - 4.0], Anchor::Start, format!("−{REACH}")),
            text("tick", [zero.0, HEIGHT - 4.0], Anchor::Middle, "0"),
            text("tick", [x.to, HEIGHT - 4.0], Anchor::End, format!("{REACH}")),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::{notation, presets};

    fn op(word: &str) -> OpSpec {
        let network = notation::parse(word).expect("an operation");
        network.nodes[0].op.clone()
    }

    #[test]
    fn only_neurons_without_any_slope_are_dead() {
        // Two samples of two neurons; the first is negative for both.
        let sums = [-2.0, 1.0, -3.0, -1.0];
        assert!(summary(&op("relu"), &sums, 2).starts_with("1 of 2 neurons are dead"));
        let leaky = summary(&op("leakyrelu"), &sums, 2);
        assert!(!leaky.contains("dead") && leaky.contains("1 of 2 neurons"), "{leaky}");
        assert!(summary(&op("tanh"), &[9.0, 0.0, -9.0, 0.1], 2).contains("1 of 2 neurons are saturated"));
        assert!(summary(&op("linear"), &sums, 2).contains("same slope"));
        assert_eq!(summary(&op("relu"), &[], 0), "");
    }

    #[test]
    fn dots_lie_on_the_curve_and_inside_of_the_frame() {
        let drawing = drawing("dense1", &op("relu"), &[-9.0, 0.0, 400.0, f32::NAN]);
        let dots = drawing.shapes.iter().find_map(|s| match s {
            crate::drawing::shape::Shape::Path { class, d } if class == "working-points" => Some(d.clone()),
            _ => None,
        });
        assert_eq!(dots.as_deref(), Some("M24 110.9h0M138 110.9h0M252 8h0"));
    }

    #[test]
    fn layers_are_named_with_their_function() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        assert_eq!(layers(&experiment), [("dense1".to_owned(), op("sigmoid"))]);
        experiment.network = notation::parse("relu-dense(3)-dense(2)-tanh").expect("a network");
        assert_eq!(layers(&experiment), [("dense2".to_owned(), op("tanh"))]);
    }
}
