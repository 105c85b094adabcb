//! The network as a diagram: neurons, weights as edges, values by pointer and by menu, editable before training.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::{ParameterRef, TensorPart};

use crate::context::lab;
use crate::drawing::axis::label;
use crate::drawing::diagram::{Diagram, Neuron};
use crate::state::Phase;
use crate::state::probes::ProbeAnswer;
use crate::state::wanted::parameters;

/// Width of the drawing in its own units.
const WIDTH: f32 = 520.0;
/// Radius of a neuron.
const RADIUS: f32 = 13.0;
/// How far from an edge the pointer still means it.
const REACH: f32 = 9.0;
/// Classes of width that edges are drawn in: one path for each, so that many weights cost little.
const WIDTHS: usize = 6;
/// Above this many neurons in a column their biases are not written.
const MAX_LABELLED: usize = 16;

/// Height of a row: less for larger networks.
fn row_height(n_rows: usize) -> f32 {
    match n_rows {
        0..=4 => 58.0,
        5..=10 => 40.0,
        11..=20 => 30.0,
        _ => 29.0,
    }
}

/// The value of a parameter in an answer.
pub(crate) fn value_of(answer: &ProbeAnswer, parameter: &ParameterRef) -> Option<f32> {
    let part = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
    let name = format!("{}.{part}", parameter.node);
    let idx = answer.parts.iter().position(|p| p.name == name)?;
    answer.part(idx).get(parameter.index).copied()
}

/// The diagram of the experiment.
pub(crate) fn diagram_memo() -> Memo<Diagram> {
    let lab = lab();
    Memo::new(move |_| {
        lab.info.with(|info| {
            info.as_ref().map_or_else(Diagram::default, |info| {
                lab.experiment.with(|e| {
                    let most = Diagram::new(e, info, WIDTH, 1.0);
                    let n_rows = (0..=most.neurons.iter().map(|n| n.column).max().unwrap_or(0))
                        .map(|c| most.neurons.iter().filter(|n| n.column == c).count())
                        .max()
                        .unwrap_or(1);
                    Diagram::new(e, info, WIDTH, row_height(n_rows))
                })
            })
        })
    })
}

/// The view.
#[component]
pub(crate) fn Neurons() -> impl IntoView {
    let lab = lab();
    let diagram = diagram_memo();
    let weights = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Weights).cloned()));
    let pointed = RwSignal::new(None::<usize>);
    let n_parameters = move || lab.info.with(|i| lab.experiment.with(|e| i.as_ref().map_or(0, |i| parameters(e, i).len())));
    let readout = move || {
        let Some(edge) = pointed.get() else {
            return format!("{} parameters. Point at a weight to read it.", n_parameters());
        };
        diagram.with(|d| {
            let Some(edge) = d.edges.get(edge) else { return String::new() };
            let value = weights.with(|w| w.as_ref().and_then(|w| value_of(w, &edge.weight)));
            let (from, to) = (&d.neurons[edge.from].label, &d.neurons[edge.to].label);
            format!("weight from {from} to {to}: {}", value.map_or("—".into(), |v| format!("{v:.4}")))
        })
    };
    view! {
        <section class="panel neurons" aria-labelledby="neurons-title">
            <h2 id="neurons-title">"Neurons and weights"</h2>
            <DiagramPlot diagram=diagram weights=weights pointed=pointed/>
            <p class="readout" data-testid="neurons-readout">{readout}</p>
            <p class="legend" aria-hidden="true">
                <span class="legend-item key-negative">"negative"</span><span class="legend-item key-positive">"positive"</span>
                <span class="hint">"Thick lines are large weights."</span>
            </p>
            <WeightEditor weights=weights/>
        </section>
    }
}

/// The drawing.
#[component]
pub(crate) fn DiagramPlot(
    /// What is drawn.
    diagram: Memo<Diagram>,
    /// Newest weights.
    weights: Memo<Option<ProbeAnswer>>,
    /// The edge under the pointer.
    pointed: RwSignal<Option<usize>>,
) -> impl IntoView {
    let svg: NodeRef<leptos::svg::Svg> = NodeRef::new();
    let point = move |x: f64, y: f64| {
        let Some(svg) = svg.get() else { return };
        let bounds = svg.get_bounding_client_rect();
        let scale = f64::from(WIDTH) / bounds.width().max(1.0);
        let (x, y) = ((x - bounds.left()) * scale, (y - bounds.top()) * scale);
        pointed.set(diagram.with(|d| d.nearest_edge(x as f32, y as f32, REACH)));
    };
    let paths = Memo::new(move |_| diagram.with(|d| weights.with(|w| edge_paths(d, w.as_ref()))));
    view! {
        <svg
            node_ref=svg class="diagram" role="img" data-testid="neurons"
            aria-label="Diagram of the network. The values are in the menu below."
            viewBox=move || diagram.with(|d| format!("0 0 {} {}", d.width, d.height))
            on:pointermove=move |ev| point(f64::from(ev.client_x()), f64::from(ev.client_y()))
            on:pointerdown=move |ev| point(f64::from(ev.client_x()), f64::from(ev.client_y()))
            on:pointerleave=move |_| pointed.set(None)
        >
            {move || paths.get().into_iter().map(|(class, width, d)| view! { <path class=class stroke-width=width d=d/> }).collect_view()}
            {move || pointed.get().and_then(|i| diagram.with(|d| d.edges.get(i).map(|e| {
                let (a, b) = (&d.neurons[e.from], &d.neurons[e.to]);
                view! { <line class="edge-pointed" x1=a.x x2=b.x y1=a.y y2=b.y/> }
            })))}
            {move || diagram.with(|d| {
                let crowded = d.neurons.len() > MAX_LABELLED * 2;
                d.neurons.iter().map(|n| neuron(n, crowded, weights)).collect_view()
            })}
        </svg>
    }
}

/// Edges by sign and width: class, width and path of each group.
fn edge_paths(diagram: &Diagram, weights: Option<&ProbeAnswer>) -> Vec<(&'static str, f32, String)> {
    use std::fmt::Write as _;
    let values: Vec<f32> = diagram.edges.iter().map(|e| weights.and_then(|w| value_of(w, &e.weight)).unwrap_or(0.0)).collect();
    let largest = values.iter().filter(|v| v.is_finite()).fold(1e-6f32, |m, v| m.max(v.abs()));
    let mut groups = vec![String::new(); 2 * WIDTHS];
    for (edge, value) in diagram.edges.iter().zip(values) {
        let (a, b) = (&diagram.neurons[edge.from], &diagram.neurons[edge.to]);
        let strength = (value.abs() / largest).min(1.0);
        let step = ((strength * WIDTHS as f32) as usize).min(WIDTHS - 1);
        // Writing to a String cannot fail.
        write!(groups[if value < 0.0 { step } else { WIDTHS + step }], "M{} {}L{} {}", a.x, a.y, b.x, b.y).unwrap_or_default();
    }
    let class = |i: usize| if i < WIDTHS { "edge edge-negative" } else { "edge edge-positive" };
    let width = |i: usize| 0.6 + 5.4 * ((i % WIDTHS) as f32 / (WIDTHS - 1) as f32);
    groups.into_iter().enumerate().filter(|(_, d)| !d.is_empty()).map(|(i, d)| (class(i), width(i), d)).collect()
}

fn neuron(neuron: &Neuron, crowded: bool, weights: Memo<Option<ProbeAnswer>>) -> impl IntoView + use<> {
    let (x, y) = (neuron.x, neuron.y);
    let is_input = neuron.unit.is_none();
    let bias = neuron.bias.clone();
    let bias_text = move || {
        let value = bias.as_ref().and_then(|b| weights.with(|w| w.as_ref().and_then(|w| value_of(w, b))));
        value.map(|v| format!("b {}", label(v)))
    };
    let function = neuron.function;
    // A layer's own name is only told apart from others where neurons have names of their own.
    let name = if is_input || !neuron.label.starts_with("dense") { neuron.label.clone() } else { String::new() };
    view! {
        <circle class=if is_input { "neuron neuron-input" } else { "neuron" } cx=x cy=y r=RADIUS/>
        {(!crowded || is_input).then(|| view! {
            <text class="neuron-name" x=if is_input { x - RADIUS - 4.0 } else { x } y=if is_input { y + 4.0 } else { y - RADIUS - 4.0 }
                text-anchor=if is_input { "end" } else { "middle" }>{name}</text>
        })}
        {(!crowded && !is_input).then(|| view! {
            <text class="neuron-text" x=x y=y + 3.5 text-anchor="middle">{function.map(short)}</text>
            <text class="neuron-text" x=x y=y + RADIUS + 11.0 text-anchor="middle">{bias_text}</text>
        })}
    }
}

/// A sign for a function that fits into a neuron.
fn short(word: &'static str) -> &'static str {
    match word {
        "sigmoid" => "σ",
        "leakyrelu" => "lrelu",
        "linear" => "",
        other => other,
    }
}

/// Choosing a weight or a bias, reading it, and setting it before training begins.
#[component]
fn WeightEditor(weights: Memo<Option<ProbeAnswer>>) -> impl IntoView {
    let lab = lab();
    let chosen = RwSignal::new(0usize);
    let all = Memo::new(move |_| lab.info.with(|i| lab.experiment.with(|e| i.as_ref().map_or(vec![], |i| parameters(e, i)))));
    let parameter = Memo::new(move |_| all.with(|all| all.get(chosen.get()).map(|(p, _)| p.clone())));
    let value = Memo::new(move |_| {
        let value = parameter.with(|p| weights.with(|w| value_of(w.as_ref()?, p.as_ref()?)));
        value.map_or(String::new(), |v| format!("{v:.4}"))
    });
    let step = Memo::new(move |_| lab.model.with(|m| m.step));
    let locked = move || step.get() > 0 || lab.phase.get() == Phase::Running;
    view! {
        <div class="weight-editor">
            <label>"Weight or bias "
                <select data-testid="weight-choice" prop:value=move || chosen.get().to_string()
                    on:change=move |ev| chosen.set(event_target_value(&ev).parse().unwrap_or(0))>
                    {move || all.with(|all| all.iter().enumerate().map(|(i, (_, name))| view! { <option value=i.to_string()>{name.clone()}</option> }).collect_view())}
                </select>
            </label>
            <label>"Value "
                <input type="number" step="any" data-testid="weight-value" prop:value=value disabled=locked
                    on:change=move |ev| {
                        if let (Some(p), Ok(v)) = (parameter.get(), event_target_value(&ev).parse::<f32>()) {
                            lab.act(|m| m.set_weight(&p, v));
                        }
                    }/>
            </label>
            <span class="hint">{move || if locked() { "Rewind to set it by hand." } else { "Set it by hand before training." }}</span>
        </div>
    }
}
