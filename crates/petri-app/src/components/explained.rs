//! What stands around every control: the explanation behind its "?" and the problems below it.

use leptos::prelude::*;
use petri_protocol::setting::card::{Card, Choice, Kind};

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
        <div class="problems" id=id tabindex="-1" aria-live="polite">
            {move || messages.get().into_iter().map(|m| view! { <p class="problem">{m}</p> }).collect_view()}
        </div>
    }
}

/// Id of the problems of a field, for the control that they describe.
pub(crate) fn problem_id(key: &str) -> String {
    format!("problem-{}", key.replace('.', "-"))
}

/// A button that shows what a setting means, for mouse, keyboard and touch.
#[component]
pub(crate) fn Help(
    /// The setting.
    card: &'static Card,
) -> impl IntoView {
    let choices: &'static [Choice] = if let Kind::Choice(choices) = card.kind { choices() } else { &[] };
    let list = move || {
        let explained = choices.iter().filter(|c| !c.help.is_empty());
        let items = explained.map(|c| view! { <li><strong>{c.title}</strong>": "{c.help}</li> }).collect_view();
        (!choices.is_empty()).then(|| view! { <ul>{items}</ul> })
    };
    view! {
        <Explained name=card.plain_title() id=format!("help-{}", card.key.replace('.', "-"))>
            <p>{card.help}</p>
            {list}
        </Explained>
    }
}

/// A small button and what it shows. It stays open until it is pressed again, or Escape on it.
#[component]
pub(crate) fn Explained(
    /// What is explained.
    name: &'static str,
    /// Id of what it shows.
    #[prop(into)]
    id: String,
    /// The explanation.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let controls = id.clone();
    view! {
        <button type="button" class="help" aria-expanded=move || open.get().to_string() aria-controls=controls
            on:keydown=move |ev| if ev.key() == "Escape" { open.set(false) }
            on:click=move |_| open.update(|o| *o = !*o)>
            <span aria-hidden="true">"?"</span><span class="visually-hidden">"What is this: "{name}</span>
        </button>
        <div class="help-text" id=id hidden=move || !open.get()>{move || open.get().then(|| children())}</div>
    }
}
