//! The network as a diagram of its neurons and weights.

use std::fmt::Write as _;

use petri_protocol::{DataInfo, Experiment, ParameterRef, Probe, SortedMap, Task, TensorPart, TensorShape};

use super::histograms::with_weights;
use super::parameters::tensors;
use super::{Column, ViewCard};
use crate::drawing::axis::label;
use crate::drawing::diagram::{Diagram, Edge, Neuron};
use crate::drawing::shape::{Anchor, Drawing, Shape, circle, line, number, path, text};
use crate::state::probes::ProbeAnswer;

/// Width of the drawing in its own units.
pub const WIDTH: f32 = 520.0;
/// Radius of a neuron.
const RADIUS: f32 = 13.0;
/// Classes of width that edges are drawn in: one path for each, so that many weights cost little.
const WIDTHS: usize = 6;
/// From this many circles on only inputs have names.
const CROWDED: usize = 33;

/// Most weights whose values are written on their lines.
const MAX_WRITTEN: usize = 6;
/// Where on its line a value stands: nearer to where the line begins, since lines meet at their ends and cross in the
/// middle.
const WRITTEN_AT: f32 = 0.38;

/// Tables with more inputs do not open with the diagram, which would fill the screen.
pub const MAX_INPUTS_AT_FIRST: usize = 12;
/// Most inputs, and most neurons in a layer, that a diagram draws.
const MAX_DRAWN: usize = 40;
/// Most weights that a diagram draws: more are a grey area, and take long to draw again and again.
const MAX_EDGES: usize = 4000;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "neurons",
    title: "Neurons and weights",
    help: "Every neuron and every weight, and a way to set a weight by hand.",
    column: Column::Middle,
    order: 700,
    fits: fits_drawing,
    opens: |info| {
        let is_plane_of_classes = info.is_planar() && info.task == Task::MultiClass;
        matches!(info.input, TensorShape::Features(n) if n <= MAX_INPUTS_AT_FIRST) && !is_plane_of_classes
    },
    asks: |asking| {
        let nodes = with_weights(asking.experiment);
        if nodes.is_empty() { vec![] } else { vec![Probe::Weights { nodes }] }
    },
};

/// Whether a network and its inputs are few enough to be drawn one by one.
pub fn fits_drawing(experiment: &Experiment, info: &DataInfo) -> bool {
    matches!(info.input, TensorShape::Features(n) if n <= MAX_DRAWN)
        && is_small(experiment)
        && n_weights(experiment, info) <= MAX_EDGES
}

/// Weights of all layers of neurons.
fn n_weights(experiment: &Experiment, info: &DataInfo) -> usize {
    let weights = tensors(experiment, info).into_iter().filter(|t| t.part == TensorPart::Weight);
    weights.fold(0, |sum, t| sum.saturating_add(t.len))
}

/// Whether every layer has few enough neurons to be drawn one by one.
pub fn is_small(experiment: &Experiment) -> bool {
    experiment.network.nodes.iter().all(|n| n.op.units().is_none_or(|units| units <= MAX_DRAWN))
}

/// The value of a parameter in an answer.
pub fn value_of(answer: &ProbeAnswer, parameter: &ParameterRef) -> Option<f32> {
    let part = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
    answer.named(&format!("{}.{part}", parameter.node))?.get(parameter.index).copied()
}

/// Weights and biases in an answer by the names of their layers: found once for each layer, not for each of its weights.
fn by_layer(answer: &ProbeAnswer) -> SortedMap<&str, [&[f32]; 2]> {
    let mut all: SortedMap<&str, [&[f32]; 2]> = SortedMap::new();
    let mut at = 0;
    for part in &answer.parts {
        let values = answer.values.get(at..at + part.len()).unwrap_or_default();
        at += part.len();
        match part.name.rsplit_once('.') {
            Some((node, "weight")) => all.get_or_insert(node, Default::default)[0] = values,
            Some((node, "bias")) => all.get_or_insert(node, Default::default)[1] = values,
            _ => {}
        }
    }
    all
}

/// The layout of the network of an experiment; rows stand closer in larger networks.
pub fn layout(experiment: &Experiment, info: &DataInfo) -> Diagram {
    let first = Diagram::new(experiment, info, WIDTH, 1.0);
    let in_column = |c: usize| first.neurons.iter().filter(|n| n.column == c).count();
    let n_columns = first.neurons.iter().map(|n| n.column + 1).max().unwrap_or(0);
    let row_height = match (0..n_columns).map(in_column).max().unwrap_or(1) {
        0..=4 => 58.0,
        5..=10 => 40.0,
        11..=20 => 30.0,
        _ => 29.0,
    };
    Diagram::new(experiment, info, WIDTH, row_height)
}

/// The diagram with the weights of an answer, and one edge that is pointed at.
pub fn drawing(diagram: &Diagram, weights: Option<&ProbeAnswer>, pointed: Option<usize>) -> Drawing {
    let tensors = weights.map(by_layer).unwrap_or_default();
    let value = |p: &ParameterRef| {
        let [weights, biases] = tensors.get(p.node.as_str())?;
        if p.part == TensorPart::Weight { weights } else { biases }.get(p.index).copied()
    };
    let mut shapes = edges(diagram, value);
    if let Some(edge) = pointed.and_then(|i| diagram.edges.get(i)) {
        let (a, b) = (&diagram.neurons[edge.from], &diagram.neurons[edge.to]);
        shapes.push(line("edge-pointed", [a.x, a.y], [b.x, b.y]));
    }
    if diagram.edges.len() <= MAX_WRITTEN {
        shapes.extend(diagram.edges.iter().filter_map(|e| Some(written(diagram, e, value(&e.weight)?))));
    }
    let is_crowded = diagram.neurons.len() >= CROWDED;
    diagram.neurons.iter().for_each(|n| neuron(&mut shapes, n, is_crowded, n.bias.as_ref().and_then(value)));
    let title = "Diagram of the network. The values are in the menu below.".into();
    Drawing { title, width: diagram.width, height: diagram.height, shapes }
}

/// The value of a weight on its line.
fn written(diagram: &Diagram, edge: &Edge, value: f32) -> Shape {
    let (a, b) = (&diagram.neurons[edge.from], &diagram.neurons[edge.to]);
    let at = |from: f32, to: f32| from + WRITTEN_AT * (to - from);
    text("neuron-text edge-value", [at(a.x, b.x), at(a.y, b.y) + 4.0], Anchor::Middle, label(value))
}

/// Edges by sign and width: one path for each group.
fn edges(diagram: &Diagram, value: impl Fn(&ParameterRef) -> Option<f32>) -> Vec<Shape> {
    let values: Vec<f32> = diagram.edges.iter().map(|e| value(&e.weight).unwrap_or(0.0)).collect();
    let largest = values.iter().filter(|v| v.is_finite()).fold(1e-6f32, |m, v| m.max(v.abs()));
    let mut groups = vec![String::new(); 2 * WIDTHS];
    for (edge, value) in diagram.edges.iter().zip(values) {
        let (a, b) = (&diagram.neurons[edge.from], &diagram.neurons[edge.to]);
        let step = (((value.abs() / largest).min(1.0) * WIDTHS as f32) as usize).min(WIDTHS - 1);
        let group = &mut groups[if value < 0.0 { step } else { WIDTHS + step }];
        // Writing to a String cannot fail.
        write!(group, "M{} {}L{} {}", number(a.x), number(a.y), number(b.x), number(b.y)).unwrap_or_default();
    }
    let class = |i: usize| format!("edge edge-{} edge-width-{}", if i < WIDTHS { "negative" } else { "positive" }, i % WIDTHS);
    groups.into_iter().enumerate().filter(|(_, d)| !d.is_empty()).map(|(i, d)| path(class(i), d)).collect()
}

fn neuron(shapes: &mut Vec<Shape>, neuron: &Neuron, is_crowded: bool, bias: Option<f32>) {
    let (x, y) = (neuron.x, neuron.y);
    if neuron.unit.is_none() {
        shapes.push(circle("neuron neuron-input", [x, y], RADIUS));
        shapes.push(text("neuron-name", [x - RADIUS - 4.0, y + 4.0], Anchor::End, &neuron.label));
        return;
    }
    shapes.push(circle("neuron", [x, y], RADIUS));
    if is_crowded {
        return;
    }
    // A layer's own name is only told apart from others where neurons have names of their own.
    if !neuron.label.starts_with("dense") {
        shapes.push(text("neuron-name", [x, y - RADIUS - 4.0], Anchor::Middle, &neuron.label));
    }
    if let Some(function) = neuron.function {
        shapes.push(text("neuron-text", [x, y + 3.5], Anchor::Middle, short(function)));
    }
    if let Some(bias) = bias {
        shapes.push(text("neuron-text", [x, y + RADIUS + 11.0], Anchor::Middle, format!("b {}", label(bias))));
    }
}

/// A sign for a function that fits into a neuron.
fn short(word: &str) -> &str {
    match word {
        "sigmoid" => "σ",
        "leakyrelu" => "lrelu",
        "linear" => "",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::{notation, presets};

    #[test]
    fn a_deep_network_is_not_drawn_weight_by_weight() {
        let mut experiment = (presets::find("mlp").expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let mut fits = |text: &str| {
            experiment.network = notation::parse(text).expect("a network");
            fits_drawing(&experiment, &info)
        };
        assert!(fits("dense(40)-tanh-dense(40)-tanh-dense(40)-tanh-dense(2)"));
        assert!(!fits(&format!("{}dense(2)", "dense(40)-tanh-".repeat(20))), "30 480 weights");
        assert!(!fits("dense(41)-tanh-dense(2)"));
    }

    #[test]
    fn weights_are_drawn_by_sign_and_size() {
        let experiment = (presets::one_neuron::CARD.experiment)();
        let info = experiment.data.generated_info().expect("known");
        let part = |name: &str, shape: Vec<usize>| PayloadPart { name: name.into(), shape };
        let answer = ProbeAnswer {
            parts: vec![part("dense1.weight", vec![2, 1]), part("dense1.bias", vec![1])],
            values: vec![-3.0, 1.0, 0.25],
            ..ProbeAnswer::default()
        };
        let drawing = drawing(&layout(&experiment, &info), Some(&answer), Some(0));
        let classes: Vec<&str> = drawing
            .shapes
            .iter()
            .filter_map(|s| if let Shape::Path { class, .. } = s { Some(class.as_str()) } else { None })
            .collect();
        assert_eq!(classes, ["edge edge-negative edge-width-5", "edge edge-positive edge-width-2"]);
        let has = |wanted: &str| drawing.shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text == wanted));
        assert!(has("x1") && has("σ") && has("b 0.25"));
        assert!(has("-3") && has("1"), "few weights have their values on them");
        assert!(drawing.shapes.iter().any(|s| matches!(s, Shape::Line { class, .. } if class == "edge-pointed")));
        super::drawing(&Diagram::default(), None, Some(7));
    }
}
