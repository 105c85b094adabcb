//! The network: its layers with their settings, shapes, parameters and problems. A row stays the same element while
//! its layer stays, so the focus stays where the person is.

use leptos::prelude::*;

use crate::components::explained::FieldProblems;
use crate::components::focus::focus;
use crate::components::network_layer::{AddLayer, LayerSettings, OperationHelp, change, row_of};
use crate::context::lab;
use crate::state::network_rows::{self, Row, RowKey};
use petri_protocol::network_edit::NetworkEdit;

/// The panel.
#[component]
pub(crate) fn NetworkPanel() -> impl IntoView {
    let lab = lab();
    let input = Memo::new(move |_| lab.info.with(|i| i.as_ref().map(|i| i.input)));
    let keys = Memo::new(move |_| lab.experiment.with(|e| network_rows::keys(&e.network)));
    let totals = move || {
        let shapes = input.get().map(|input| lab.experiment.with(|e| e.network.infer_each(input).0)).unwrap_or_default();
        let (parameters, flops) = shapes
            .iter()
            .flatten()
            .fold((0usize, 0u64), |(p, f), s| (p.saturating_add(s.n_parameters), f.saturating_add(s.flops)));
        format!("{} parameters · {} operations a sample", grouped(parameters as u64), grouped(flops))
    };
    let shown_input = move || input.get().map_or("—".to_owned(), |i| i.to_string());
    view! {
        <section class="panel" aria-labelledby="network-title">
            <h2 id="network-title">"Network"</h2>
            <p class="hint" data-testid="network-totals">{totals}</p>
            <FieldProblems key="network"/>
            <div class="network-scroll">
            <table class="network">
                <thead><tr>
                    <th scope="col">"Layer"</th><th scope="col">"Settings"</th>
                    <th scope="col" class="number">"Output"</th><th scope="col" class="number">"Parameters"</th><th scope="col"><span class="visually-hidden">"Change"</span></th>
                </tr></thead>
                <tbody>
                    <tr class="network-input"><th scope="row">"input"</th><td></td><td class="number">{shown_input}</td><td></td>
                        <td class="layer-buttons"><AddLayer behind="the input".into() id="add-first".into() position=Signal::stored(0)/></td></tr>
                    <For each=move || keys.get() key=RowKey::clone let:key>{layer(key)}</For>
                </tbody>
            </table>
            </div>
        </section>
    }
}

/// Digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(d);
    }
    out
}

/// Id of the button that adds a layer behind a row.
fn add_id(key: &RowKey) -> String {
    format!("add-behind-{}-{}", key.name, key.nth)
}

fn layer(key: RowKey) -> impl IntoView {
    let row = row_of(key.clone());
    row.get_untracked().map(|first| {
        let Row { node, .. } = first.clone();
        let name = node.name.clone();
        let text = move |of: fn(&Row) -> String| move || row.with(|row| row.as_ref().map(of).unwrap_or_default());
        let output = text(|row| row.shape.as_ref().map_or("—".to_owned(), |s| s.output.to_string()));
        let parameters = text(|row| {
            let n = row.shape.as_ref().map_or(0, |s| s.n_parameters);
            if n > 0 { grouped(n as u64) } else { String::new() }
        });
        let position = Signal::derive(move || row.with(|row| row.as_ref().map_or(0, |r| r.idx + 1)));
        let remove = {
            let key = key.clone();
            move |_| remove(&key)
        };
        view! {
            <tr>
                <th scope="row"><span class="layer-title">{node.op.card().title}</span>
                    <code>{name.clone()}</code><OperationHelp op=node.op.clone() id=format!("help-{}-{}", key.name, key.nth)/></th>
                <td class="layer-settings"><LayerSettings first=first row=row/></td>
                <td class="number">{output}</td>
                <td class="number">{parameters}</td>
                <td class="layer-buttons">
                    <button type="button" class="quiet" aria-label=format!("Remove {name}") on:click=remove>"×"</button>
                    <AddLayer behind=name.clone() id=add_id(&key) position=position/>
                </td>
            </tr>
        }
    })
}

/// Removes a layer; the focus goes to the button of the layer before it.
fn remove(key: &RowKey) {
    let network = lab().experiment.with_untracked(|e| e.network.clone());
    let Some(idx) = network_rows::position(&network, key) else { return };
    let before = idx.checked_sub(1).and_then(|i| network_rows::keys(&network).into_iter().nth(i));
    if change(vec![NetworkEdit::Remove { idx }]).is_ok() {
        focus(before.map_or("add-first".into(), |key| add_id(&key)));
    }
}
