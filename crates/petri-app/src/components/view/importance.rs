//! Permutation importance of the features, for the network as it is now.

use leptos::prelude::*;
use petri_protocol::Task;
use petri_protocol::command::ProbeKind;

use crate::components::bar::bar;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::results;
use crate::view::importance::rows;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <ImportanceView/> }.into_any()
}

#[component]
fn ImportanceView() -> impl IntoView {
    let lab = lab();
    let answer = lab.probed(ProbeKind::Importance);
    let rows = Memo::new(move |_| {
        lab.info.with(|info| {
            answer.with(|answer| info.as_ref().zip(answer.as_deref()).map_or(vec![], |(info, answer)| rows(info, answer)))
        })
    });
    let unit = move || {
        let target = lab.info.with(|i| i.as_ref().filter(|i| i.task == Task::Regression).map(|i| i.target.clone()));
        let Some(target) = target else { return "fall of the accuracy".to_owned() };
        let unit = results::unit(&target);
        if unit.is_empty() {
            "rise of the mean absolute error".into()
        } else {
            format!("rise of the mean absolute error ({unit})")
        }
    };
    view! {
        <section class="panel" aria-labelledby="importance-title">
            <h2 id="importance-title">"Importance of features"</h2>
            <p class="hint">"When the values of one feature are shuffled among the validation samples: "{unit}". Measured whenever training stands still."</p>
            <table class="importance" data-testid="importance">
                <tbody>{move || rows.with(|rows| {
                    let largest = rows.first().map_or(0.0, |r| r.1);
                    rows.iter().map(|(name, value)| view! {
                        <tr><th scope="row">{name.clone()}</th><td class="number">{label(*value)}</td><td>{bar(*value, largest)}</td></tr>
                    }).collect_view()
                })}</tbody>
            </table>
        </section>
    }
}
