//! Back-propagation step by step: the numbers of one sample forward, the gradients back, one layer at a time.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::{OpSpec, TensorPart};

use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::probes::ProbeAnswer;
use crate::state::wanted::parameters;

/// Most values of a row that are written.
const MAX_VALUES: usize = 24;

/// One step of the way.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    title: String,
    explanation: String,
    rows: Vec<(String, Vec<f32>)>,
}

fn part(answer: &ProbeAnswer, name: &str) -> Option<Vec<f32>> {
    let idx = answer.parts.iter().position(|p| p.name == name)?;
    Some(answer.part(idx).to_vec())
}

/// All steps: forward through the layers, the loss, backward through the layers.
fn steps(answer: &ProbeAnswer, nodes: &[(String, OpSpec)], features: &[String]) -> Vec<Step> {
    let get = |name: String| part(answer, &name).unwrap_or_default();
    let mut all = vec![Step {
        title: "The sample".into(),
        explanation: format!("Scaled inputs: {}.", features.join(", ")),
        rows: vec![("inputs".into(), get("input".into()))],
    }];
    for (name, op) in nodes {
        let mut rows = vec![];
        if op.has_parameters() {
            rows.push(("weights".into(), get(format!("{name}.weight"))));
            rows.push(("biases".into(), get(format!("{name}.bias"))));
        }
        let explanation = op.card().forward;
        rows.push(("output".into(), get(format!("{name}.value"))));
        all.push(Step { title: format!("Forward: {name}"), explanation: explanation.into(), rows });
    }
    all.push(Step {
        title: "The loss".into(),
        explanation: "What came out is compared with what is true.".into(),
        rows: vec![("truth (scaled)".into(), get("target".into())), ("loss".into(), get("loss".into()))],
    });
    for (name, op) in nodes.iter().rev() {
        let Some(gradient) = part(answer, &format!("{name}.gradient")) else { continue };
        let mut rows = vec![("gradient by the output".into(), gradient)];
        if op.has_parameters() {
            rows.push(("gradient by the weights".into(), get(format!("{name}.weight.gradient"))));
            rows.push(("gradient by the biases".into(), get(format!("{name}.bias.gradient"))));
        }
        let explanation = op.card().backward;
        all.push(Step { title: format!("Back: {name}"), explanation: explanation.into(), rows });
    }
    all
}

/// The view.
#[component]
pub(crate) fn Backprop() -> impl IntoView {
    let lab = lab();
    let at = RwSignal::new(0usize);
    let answer = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Backprop).cloned()));
    let nodes = Memo::new(move |_| {
        lab.experiment.with(|e| e.network.nodes.iter().map(|n| (n.name.clone(), n.op.clone())).collect::<Vec<_>>())
    });
    let features =
        Memo::new(move |_| lab.info.with(|i| i.as_ref().map(petri_protocol::DataInfo::feature_names).unwrap_or_default()));
    let steps = Memo::new(move |_| answer.with(|a| a.as_ref().map_or(vec![], |a| steps(a, &nodes.get(), &features.get()))));
    let n_steps = Memo::new(move |_| steps.with(Vec::len));
    let shown = Memo::new(move |_| at.get().min(n_steps.get().saturating_sub(1)));
    let sample = Memo::new(move |_| lab.model.with(|m| m.looking.backprop));
    let n_samples = Memo::new(move |_| lab.info.with(|i| i.as_ref().map_or(1, |i| i.sizes.train)));
    view! {
        <section class="panel backprop" aria-labelledby="backprop-title">
            <h2 id="backprop-title">"Back-propagation"</h2>
            <div class="row">
                <label>"Training sample "<input type="number" min="1" max=move || n_samples.get().to_string() prop:value=move || (sample.get() + 1).to_string()
                    on:change=move |ev| {
                        let wanted: usize = event_target_value(&ev).parse().unwrap_or(1);
                        let most = n_samples.get();
                        lab.act(|m| m.look(|l| l.backprop = wanted.clamp(1, most) - 1));
                    }/></label>
                <button type="button" data-testid="backprop-back" disabled=move || shown.get() == 0 on:click=move |_| at.set(shown.get() - 1)>"← Back"</button>
                <button type="button" data-testid="backprop-next" disabled=move || { n_steps.get() <= shown.get() + 1 } on:click=move |_| at.set(shown.get() + 1)>"Next →"</button>
                <span class="hint">{move || format!("step {} of {}", shown.get() + 1, n_steps.get().max(1))}</span>
            </div>
            <div class="backprop-track" aria-hidden="true">
                {move || steps.with(|s| s.iter().enumerate().map(|(i, step)| {
                    let direction = if step.title.starts_with("Back") { "dot-back" } else { "dot-forward" };
                    view! { <span class=direction class=("dot-now", move || shown.get() == i) class=("dot-done", move || shown.get() > i)></span> }
                }).collect_view())}
            </div>
            <div aria-live="polite" data-testid="backprop-step">
                {move || steps.with(|s| s.get(shown.get()).map(|step| view! {
                    <h3>{step.title.clone()}</h3>
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
fn Check(answer: Memo<Option<ProbeAnswer>>) -> impl IntoView {
    let lab = lab();
    let checked = Memo::new(move |_| lab.model.with(|m| m.looking.checked));
    let all = Memo::new(move |_| lab.info.with(|i| lab.experiment.with(|e| i.as_ref().map_or(vec![], |i| parameters(e, i)))));
    let both = Memo::new(move |_| {
        let (parameter, _) = all.with(|all| all.get(checked.get()).cloned())?;
        let word = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
        answer.with(|a| {
            let answer = a.as_ref()?;
            let shown = *part(answer, &format!("{}.{word}.gradient", parameter.node))?.get(parameter.index)?;
            Some((shown, *part(answer, "check")?.first()?))
        })
    });
    view! {
        <div class="check">
            <label>"Check the gradient of "
                <select data-testid="check-choice" prop:value=move || checked.get().to_string()
                    on:change=move |ev| { let i = event_target_value(&ev).parse().unwrap_or(0); lab.act(|m| m.look(|l| l.checked = i)); }>
                    {move || all.get().into_iter().enumerate().map(|(i, (_, name))| view! { <option value=i.to_string()>{name}</option> }).collect_view()}
                </select>
            </label>
            <p class="readout" data-testid="gradient-check">{move || both.get().map(|(a, b)| format!("back-propagation {a:.5} · finite difference {b:.5}"))}</p>
        </div>
    }
}
