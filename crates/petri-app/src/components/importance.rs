//! Permutation importance of the features, for the network as it is now.

use leptos::prelude::*;
use petri_protocol::Task;
use petri_protocol::command::ProbeKind;

use crate::context::lab;
use crate::drawing::axis::label;

/// Features that are shown: the most important ones.
const MAX_SHOWN: usize = 15;

/// The view.
#[component]
pub(crate) fn ImportanceView() -> impl IntoView {
    let lab = lab();
    let rows = Memo::new(move |_| {
        let names = lab.info.with(|i| i.as_ref().map(petri_protocol::DataInfo::feature_names).unwrap_or_default());
        let values = lab.model.with(|m| m.probes.answer(ProbeKind::Importance).map(|a| a.values.clone()).unwrap_or_default());
        let mut rows: Vec<(String, f32)> = names.into_iter().zip(values).collect();
        rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        rows.truncate(MAX_SHOWN);
        rows
    });
    let unit = move || {
        let is_number = lab.info.with(|i| i.as_ref().is_some_and(|i| i.task == Task::Regression));
        if is_number { "rise of the mean absolute error" } else { "fall of the accuracy" }
    };
    view! {
        <section class="panel" aria-labelledby="importance-title">
            <h2 id="importance-title">"Importance of features"</h2>
            <p class="hint">"When the values of one feature are shuffled among the validation samples: "{unit}". Measured whenever training stands still."</p>
            <table class="importance" data-testid="importance">
                <tbody>{move || rows.get().into_iter().map(|(name, value)| view! {
                    <tr><th scope="row">{name}</th><td class="number">{label(value)}</td><td>{bar(value, rows.with(|r| r.first().map_or(1.0, |f| f.1)))}</td></tr>
                }).collect_view()}</tbody>
            </table>
        </section>
    }
}

/// A bar as long as a value is large beside the largest.
pub(crate) fn bar(value: f32, largest: f32) -> impl IntoView + use<> {
    let width = if largest > 0.0 { (100.0 * value / largest).clamp(0.0, 100.0) } else { 0.0 };
    view! { <svg class="importance-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="1" width=width height="8"/></svg> }
}
