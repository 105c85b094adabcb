//! The confusion matrix and the numbers that are read from it.

use leptos::prelude::*;
use petri_data::metric::{Confusion, Judged};
use petri_protocol::Task;
use petri_protocol::command::ProbeKind;

use crate::context::lab;
use crate::view::confusion::{matrix, text};
use petri_lesson::dish::Runs;

/// Most classes whose matrix is drawn.
const MAX_CLASSES: usize = 20;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <ConfusionView/> }.into_any()
}

#[component]
fn ConfusionView() -> impl IntoView {
    let lab = lab();
    let (scores, answer) = (lab.scores(), lab.probed(ProbeKind::Confusion));
    let found = Memo::new(move |_| {
        let judged = scores.with(|scores| scores.as_ref().map(|s| s.confusion.clone()));
        judged.or_else(|| answer.with(|a| a.as_deref().and_then(matrix)))
    });
    let asked = Memo::new(move |_| lab.info.with(|i| i.as_ref().map(|i| (i.task, i.classes.clone()))));
    let split = move || lab.model.with(|m| m.judged_split().title());
    view! {
        <section class="panel" aria-labelledby="confusion-title">
            <h2 id="confusion-title">"Confusion matrix "<span class="hint">"("{split}" data)"</span></h2>
            {move || found.get().zip(asked.get()).map(|(c, (task, names))| {
                view! { <div class="table-scroll" tabindex="0" role="group" aria-label="Confusion matrix">{table(&c, &names)}</div>{metrics(&c, task, &names)} }
            })}
        </section>
    }
}

fn table(confusion: &Confusion, names: &[String]) -> impl IntoView + use<> {
    let k = names.len().min(MAX_CLASSES);
    let total: u64 = (0..k).map(|t| (0..k).map(|p| confusion.count(t, p)).sum::<u64>()).max().unwrap_or(0).max(1);
    let rows = (0..k).map(|t| {
        let cells = (0..k).map(|p| {
            let n = confusion.count(t, p);
            // Five strengths, so that the style needs no inline colour.
            let strength = (5 * n).div_ceil(total).min(5);
            let kind = if t == p { "right" } else { "wrong" };
            view! { <td class=format!("cell cell-{kind}-{strength}") data-testid=format!("confusion-{t}-{p}")>{n}</td> }
        });
        view! { <tr><th scope="row">{names[t].clone()}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="confusion" data-testid="confusion">
            <caption class="visually-hidden">"Rows: what a sample is. Columns: what the network says."</caption>
            <thead>
                <tr><td></td><th scope="colgroup" colspan=k.to_string()>"network says"</th></tr>
                <tr><th scope="col">"truth"</th>{names[..k].iter().map(|n| view! { <th scope="col">{n.clone()}</th> }).collect_view()}</tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// The metrics of the task that come from the matrix.
fn metrics(confusion: &Confusion, task: Task, names: &[String]) -> impl IntoView + use<> {
    let judged = Judged { confusion: Some(confusion.clone()), ..Judged::default() };
    let items = judged.values(task, names.len()).into_iter().map(|(card, value)| {
        let id = card.id.replace('_', "-");
        view! { <div><dt title=card.help>{card.title}</dt><dd data-testid=format!("metric-{id}")>{text(card, value, confusion)}</dd></div> }
    });
    let note = (names.len() == 2).then(|| view! { <p class="hint">"“Positive” is "<strong>{names[1].clone()}</strong>"."</p> });
    view! { <dl class="facts">{items.collect_view()}</dl>{note} }
}
