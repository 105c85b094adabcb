//! A field for a whole number from 1 on, which always shows what it stands for.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::state::whole_number::settle;

/// The field.
#[component]
pub(crate) fn WholeNumber(
    /// What is chosen.
    #[prop(into)]
    value: Signal<usize>,
    /// The largest that can be.
    #[prop(into)]
    max: Signal<usize>,
    /// Called with what was typed, brought into range.
    on_pick: impl Fn(usize) + 'static,
    /// For tests.
    #[prop(into)]
    test_id: String,
    /// Name for people, where no label stands around the field.
    #[prop(into, optional)]
    label: Option<Signal<String>>,
) -> impl IntoView {
    view! {
        <input type="number" min="1" max=move || max.get().max(1).to_string() data-testid=test_id
            aria-label=move || label.map(|l| l.get()) prop:value=move || value.get().to_string()
            on:change=move |ev| {
                let field = event_target::<HtmlInputElement>(&ev);
                let settled = settle(&field.value(), value.get_untracked(), max.get_untracked());
                // Where the value stays what it was, nothing else would take the typed one away.
                field.set_value(&settled.to_string());
                on_pick(settled);
            }/>
    }
}
