//! Controls for one setting each. A control's key is the setting's dotted key: the same name in the
//! link, in the problems and in the experiment.

use leptos::prelude::*;
use petri_protocol::link;

use crate::context::lab;

/// Problems of one field, below its control.
#[component]
pub(crate) fn FieldProblems(
    /// Dotted key of the field.
    #[prop(into)]
    key: String,
) -> impl IntoView {
    let lab = lab();
    let id = problem_id(&key);
    let messages = Memo::new(move |_| {
        lab.problems.with(|all| all.iter().filter(|p| p.field == key).map(|p| p.message.clone()).collect::<Vec<_>>())
    });
    view! {
        <div class="problems" id=id aria-live="polite">
            {move || messages.get().into_iter().map(|m| view! { <p class="problem">{m}</p> }).collect_view()}
        </div>
    }
}

fn problem_id(key: &str) -> String {
    format!("problem-{}", key.replace('.', "-"))
}

fn control_id(key: &str) -> String {
    format!("field-{}", key.replace('.', "-"))
}

/// The value of a key as text; changes only when it does.
fn value_of(key: String) -> Memo<String> {
    let lab = lab();
    Memo::new(move |_| lab.experiment.with(|e| link::get(e, &key)).unwrap_or_default())
}

fn is_wrong(key: String) -> Memo<bool> {
    let lab = lab();
    Memo::new(move |_| lab.problems.with(|all| all.iter().any(|p| p.field == key)))
}

/// A number that is typed.
#[component]
pub(crate) fn NumberField(
    /// Dotted key.
    key: &'static str,
    /// What people call it.
    label: &'static str,
    /// Step of the arrows.
    #[prop(into)]
    step: String,
    /// Smallest value.
    #[prop(into, optional)]
    min: String,
    /// Largest value.
    #[prop(into, optional)]
    max: String,
) -> impl IntoView {
    let lab = lab();
    let value = value_of(key.into());
    let wrong = is_wrong(key.into());
    view! {
        <div class="field">
            <label for=control_id(key)>{label}</label>
            <input
                type="number" id=control_id(key) step=step min=min max=max
                prop:value=value
                aria-invalid=move || wrong.get().to_string()
                aria-describedby=problem_id(key)
                on:change=move |ev| {
                    let text = event_target_value(&ev);
                    lab.act(|m| m.set(key, if text.is_empty() { "0" } else { &text }));
                }
            />
            <FieldProblems key=key/>
        </div>
    }
}

/// A number between two ends that is dragged.
#[component]
pub(crate) fn SliderField(
    /// Dotted key.
    key: &'static str,
    /// What people call it.
    label: &'static str,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
    /// Step.
    step: f64,
) -> impl IntoView {
    let lab = lab();
    let value = value_of(key.into());
    view! {
        <div class="field">
            <label for=control_id(key)>{label} <output class="field-value">{value}</output></label>
            <input
                type="range" id=control_id(key) min=min max=max step=step
                prop:value=value
                aria-describedby=problem_id(key)
                on:change=move |ev| { let text = event_target_value(&ev); lab.act(|m| m.set(key, &text)); }
            />
            <FieldProblems key=key/>
        </div>
    }
}

/// One of several values.
#[component]
pub(crate) fn SelectField(
    /// Dotted key.
    key: &'static str,
    /// What people call it.
    label: &'static str,
    /// Values and what people call them.
    options: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let lab = lab();
    let value = value_of(key.into());
    let wrong = is_wrong(key.into());
    view! {
        <div class="field">
            <label for=control_id(key)>{label}</label>
            <select
                id=control_id(key)
                prop:value=value
                aria-invalid=move || wrong.get().to_string()
                aria-describedby=problem_id(key)
                on:change=move |ev| { let text = event_target_value(&ev); lab.act(|m| m.set(key, &text)); }
            >
                {options
                    .into_iter()
                    .map(|(v, text)| view! { <option value=v selected=move || value.get() == v>{text}</option> })
                    .collect_view()}
            </select>
            <FieldProblems key=key/>
        </div>
    }
}

/// Yes or no.
#[component]
pub(crate) fn CheckField(
    /// Dotted key.
    key: &'static str,
    /// What people call it.
    label: &'static str,
) -> impl IntoView {
    let lab = lab();
    let value = value_of(key.into());
    view! {
        <div class="field field-check">
            <input
                type="checkbox" id=control_id(key)
                prop:checked=move || value.get() == "true"
                on:change=move |ev| { let on = event_target_checked(&ev); lab.act(|m| m.set(key, if on { "true" } else { "false" })); }
            />
            <label for=control_id(key)>{label}</label>
            <FieldProblems key=key/>
        </div>
    }
}
