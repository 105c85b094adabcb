//! Which engine trains, on what, and why.

use leptos::prelude::*;
use petri_protocol::engine_choice::Engine;

use crate::context::lab;

/// The badge.
#[component]
pub(crate) fn EngineBadge() -> impl IntoView {
    let lab = lab();
    let decision = Memo::new(move |_| lab.model.with(|m| m.decision.clone()));
    move || {
        decision.get().map(|d| {
            let (name, class) = match d.engine {
                Engine::Cpu => ("CPU", "badge"),
                Engine::Gpu => ("GPU", "badge badge-gpu"),
            };
            let adapter = d.adapter.map(|a| format!(" · {a}"));
            view! {
                <p class=class data-testid="engine">
                    <strong>{name}</strong>{adapter}<span class="badge-reason">{d.reason}</span>
                </p>
            }
        })
    }
}
