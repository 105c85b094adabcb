//! Back-propagation step by step: the numbers of one sample forward, the gradients back, one layer at a time.

use leptos::prelude::*;
use petri_protocol::TensorPart;
use petri_protocol::command::ProbeKind;

use crate::components::parameter_choice::{ParameterChoice, tensors_memo};
use crate::components::whole_number::WholeNumber;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::probes::Answer;
use crate::view::backprop::steps;
use crate::view::parameters::parameter;
use petri_lesson::dish::Runs;

/// Most values of a row that are written.
const MAX_VALUES: usize = 24;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Backprop/> }.into_any()
}

#[component]
fn Backprop() -> impl IntoView {
    let lab = lab();
    let at = RwSignal::new(0usize);
    let answer = lab.probed(ProbeKind::Backprop);
    let features =
        Memo::new(move |_| lab.info.with(|i| i.as_ref().map(petri_protocol::DataInfo::feature_names).unwrap_or_default()));
    let steps = Memo::new(move |_| {
        answer.with(|a| a.as_ref().map_or(vec![], |a| lab.experiment.with(|e| features.with(|f| steps(a, e, f)))))
    });
    let n_steps = Memo::new(move |_| steps.with(Vec::len));
    let shown = Memo::new(move |_| at.get().min(n_steps.get().saturating_sub(1)));
    let title = Memo::new(move |_| steps.with(|s| s.get(shown.get()).map(|step| step.title.clone())));
    let sample = Memo::new(move |_| lab.model.with(|m| m.looking.backprop));
    let n_samples = Memo::new(move |_| lab.info.with(|i| i.as_ref().map_or(0, |i| i.sizes.train)));
    view! {
        <section class="panel backprop" aria-labelledby="backprop-title">
            <h2 id="backprop-title">"Back-propagation"</h2>
            <div class="row">
                <label>"Training sample "<WholeNumber value=Signal::derive(move || sample.get() + 1) max=n_samples test_id="backprop-sample"
                    on_pick=move |n| lab.act(|m| m.look(|l| l.backprop = n - 1))/></label>
                <button type="button" data-testid="backprop-back" disabled=move || shown.get() == 0 on:click=move |_| at.set(shown.get().saturating_sub(1))>"← Back"</button>
                <button type="button" data-testid="backprop-next" disabled=move || { n_steps.get() <= shown.get() + 1 } on:click=move |_| at.set(shown.get() + 1)>"Next →"</button>
                <span class="hint">{move || format!("step {} of {}", shown.get() + 1, n_steps.get().max(1))}</span>
            </div>
            <div class="backprop-track" aria-hidden="true">
                {move || steps.with(|s| s.iter().enumerate().map(|(i, step)| {
                    let direction = if step.is_back { "dot-back" } else { "dot-forward" };
                    view! { <span class=direction class=("dot-now", move || shown.get() == i) class=("dot-done", move || { shown.get() > i })></span> }
                }).collect_view())}
            </div>
            <div data-testid="backprop-step">
                // Only the title is announced: the numbers change many times a second while the network learns.
                <h3 aria-live="polite">{title}</h3>
                {move || steps.with(|s| s.get(shown.get()).map(|step| view! {
                    <p class="hint">{step.explanation.clone()}</p>
                    <table class="values"><tbody>
                        {step.rows.iter().filter(|(_, v)| !v.is_empty()).map(|(name, values)| view! {
                            <tr><th scope="row">{name.clone()}</th><td>{numbers(values)}</td></tr>
                        }).collect_view()}
                    </tbody></table>
                }))}
            </div>
            <Check answer=answer/>
        </section>
    }
}

fn numbers(values: &[f32]) -> impl IntoView + use<> {
    let more = (values.len() > MAX_VALUES).then(|| format!(" … {} more", values.len() - MAX_VALUES));
    let shown = values.iter().take(MAX_VALUES).map(|v| {
        let class = if *v < 0.0 { "value value-negative" } else { "value" };
        view! { <span class=class>{label(*v)}</span> }
    });
    view! { {shown.collect_view()}{more} }
}

/// The gradient of one parameter beside its finite difference.
#[component]
fn Check(answer: Memo<Option<Answer>>) -> impl IntoView {
    let lab = lab();
    let tensors = tensors_memo();
    let checked = Memo::new(move |_| lab.model.with(|m| m.looking.checked));
    let both = Memo::new(move |_| {
        let parameter = tensors.with(|t| parameter(t, checked.get()))?;
        let word = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
        answer.with(|a| {
            let answer = a.as_ref()?;
            let shown = *answer.named(&format!("{}.{word}.gradient", parameter.node))?.get(parameter.index)?;
            Some((shown, *answer.named("check")?.first()?))
        })
    });
    view! {
        <div class="check">
            <ParameterChoice label="Check the gradient of" test_id="check-choice" tensors=tensors pick=checked
                on_pick=move |pick| lab.act(|m| m.look(|l| l.checked = pick))/>
            <p class="readout" data-testid="gradient-check">{move || both.get().map(|(a, b)| format!("back-propagation {a:.5} · finite difference {b:.5}"))}</p>
        </div>
    }
}
