//! The network as a diagram: neurons, weights as edges, values by pointer and by menu, editable before training.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use web_sys::HtmlInputElement;

use crate::components::drawing::Plot;
use crate::components::parameter_choice::{ParameterChoice, tensors_memo};
use crate::context::lab;
use crate::drawing::diagram::Diagram;
use crate::state::Phase;
use crate::state::probes::Answer;
use crate::view::neurons::{WIDTH, drawing, layout, value_of};
use crate::view::parameters::{Pick, parameter};
use petri_lesson::dish::Runs;

/// How far from an edge the pointer still means it.
const REACH: f32 = 9.0;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Neurons/> }.into_any()
}

#[component]
fn Neurons() -> impl IntoView {
    let lab = lab();
    let diagram = Memo::new(move |_| {
        lab.info.with(|info| info.as_ref().map_or_else(Diagram::default, |info| lab.experiment.with(|e| layout(e, info))))
    });
    let weights = lab.probed(ProbeKind::Weights);
    let pointed = RwSignal::new(None::<usize>);
    let drawn = Memo::new(move |_| diagram.with(|d| weights.with(|w| drawing(d, w.as_deref(), pointed.get()))));
    let n_parameters = move || diagram.with(|d| d.edges.len() + d.neurons.iter().filter(|n| n.bias.is_some()).count());
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
    let svg: NodeRef<leptos::svg::Svg> = NodeRef::new();
    let point = move |x: f64, y: f64| {
        let Some(svg) = svg.get() else { return };
        let bounds = svg.get_bounding_client_rect();
        let scale = f64::from(WIDTH) / bounds.width().max(1.0);
        let (x, y) = ((x - bounds.left()) * scale, (y - bounds.top()) * scale);
        pointed.set(diagram.with(|d| d.nearest_edge(x as f32, y as f32, REACH)));
    };
    view! {
        <section class="panel neurons" aria-labelledby="neurons-title">
            <h2 id="neurons-title">"Neurons and weights"</h2>
            <div class="drawing"
                on:pointermove=move |ev| point(f64::from(ev.client_x()), f64::from(ev.client_y()))
                on:pointerdown=move |ev| point(f64::from(ev.client_x()), f64::from(ev.client_y()))
                on:pointerleave=move |_| pointed.set(None)
            >
                <Plot drawing=drawn node=svg class="diagram" test_id="neurons" file="network"/>
            </div>
            <p class="readout" data-testid="neurons-readout">{readout}</p>
            <p class="legend" aria-hidden="true">
                <span class="legend-item key-negative">"negative"</span><span class="legend-item key-positive">"positive"</span>
                <span class="hint">"Thick lines are large weights."</span>
            </p>
            <WeightEditor weights=weights/>
        </section>
    }
}

/// Choosing a weight or a bias, reading it, and setting it before training begins.
#[component]
fn WeightEditor(weights: Memo<Option<Answer>>) -> impl IntoView {
    let lab = lab();
    let chosen = RwSignal::new(Pick::default());
    let tensors = tensors_memo();
    let parameter = Memo::new(move |_| tensors.with(|t| parameter(t, chosen.get())));
    let value = Memo::new(move |_| {
        let value = parameter.with(|p| weights.with(|w| value_of(w.as_ref()?, p.as_ref()?)));
        value.map_or(String::new(), |v| format!("{v:.4}"))
    });
    let step = Memo::new(move |_| lab.model.with(|m| m.step));
    let locked = move || step.get() > 0 || lab.phase.get() == Phase::Running;
    view! {
        <div class="weight-editor">
            <ParameterChoice label="Weight or bias" test_id="weight-choice" tensors=tensors pick=chosen on_pick=move |pick| chosen.set(pick)/>
            <label>"Value "
                <input type="text" inputmode="decimal" data-testid="weight-value" prop:value=value disabled=locked
                    on:change=move |ev| {
                        let mut is_taken = false;
                        if let Some(p) = parameter.get_untracked() {
                            // What is refused is said by the model.
                            lab.act(|m| {
                                let effects = m.set_weight(&p, &event_target_value(&ev));
                                is_taken = !effects.is_empty();
                                effects
                            });
                        }
                        if !is_taken {
                            event_target::<HtmlInputElement>(&ev).set_value(&value.get_untracked());
                        }
                    }/>
            </label>
            <span class="hint">{move || if locked() { "Rewind to set it by hand." } else { "Set it by hand before training." }}</span>
        </div>
    }
}
