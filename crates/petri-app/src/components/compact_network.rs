//! The network in a dish: for layers of neurons a row each with − + and an activation function, for other networks
//! their layers one below the other. The notation stays behind a disclosure.

use leptos::prelude::*;
use petri_protocol::dense_rows::{self, DenseRow};
use petri_protocol::network_edit::{NetworkEdit, read_notation};
use petri_protocol::{OpSpec, notation, setting};
use web_sys::{Event, HtmlSelectElement};

use crate::components::explained::{FieldProblems, Help};
use crate::components::focus::focus;
use crate::components::network_layer::{AddLayer, LayerSettings, OperationHelp, change, row_of};
use crate::context::lab;
use crate::state::network_rows::{self, RowKey};

/// Id of the button that adds a layer of neurons.
const ADD: &str = "add-neurons";
/// Id of what opens the network as text.
const TEXT: &str = "network-as-text";

/// Id of the button that adds a layer behind another one.
fn add_id(key: &RowKey) -> String {
    format!("dish-add-{}-{}", key.name, key.nth)
}

/// The editor.
#[component]
pub(crate) fn CompactNetwork() -> impl IntoView {
    let lab = lab();
    let is_dense = Memo::new(move |_| lab.experiment.with(|e| dense_rows::rows(&e.network).is_some()));
    view! {
        <div class="field network-compact" role="group" aria-label="Network">
            <div class="field-head"><span>"Network"</span>{setting::find("network").map(|card| view! { <Help card=card/> })}</div>
            <Show when=move || is_dense.get() fallback=|| view! { <Layers/> }><DenseRows/></Show>
            <FieldProblems key="network"/>
            <AsText/>
        </div>
    }
}

/// The rows as they are now.
fn rows() -> Vec<DenseRow> {
    lab().experiment.with(|e| dense_rows::rows(&e.network)).unwrap_or_default()
}

/// A row for each layer of neurons.
#[component]
fn DenseRows() -> impl IntoView {
    let names = Memo::new(move |_| rows().into_iter().map(|row| (row.name, row.is_output)).collect::<Vec<_>>());
    let add = move |_| {
        // Room for a layer is checked where it is added, and said below the network.
        change(dense_rows::add_layer(&untrack(rows))).unwrap_or_default();
    };
    view! {
        <ol class="dense-rows"><For each=move || names.get() key=|entry: &(String, bool)| entry.clone() let:entry>{dense_row(entry.0, entry.1)}</For></ol>
        <button type="button" id=ADD class="add-neurons" on:click=add>"+ layer"</button>
    }
}

fn dense_row(name: String, is_output: bool) -> impl IntoView {
    let of = {
        let name = name.clone();
        Memo::new(move |_| rows().into_iter().find(|row| row.name == name))
    };
    let units = Memo::new(move |_| of.with(|row| row.as_ref().map_or(0, |r| r.units)));
    let word = Memo::new(move |_| of.with(|row| row.as_ref().and_then(|r| Some(r.activation.as_ref()?.1))).unwrap_or_default());
    // Why the newest change was refused; too many neurons are a problem of the layer instead.
    let refused = RwSignal::new(None::<String>);
    let add_units = move |n: isize| {
        let Some(row) = of.get_untracked() else { return };
        let next = row.units.saturating_add_signed(n).max(1);
        let network = lab().experiment.with_untracked(|e| e.network.clone());
        refused.set(change(dense_rows::set_units(&row, &network, &next.to_string())).err());
    };
    let choose = move |ev: Event| {
        if let Some(row) = of.get_untracked() {
            refused.set(change(dense_rows::set_activation(&row, &event_target_value(&ev))).err());
            event_target::<HtmlSelectElement>(&ev).set_value(word.get_untracked());
        }
    };
    let remove = move |_| {
        let Some(row) = of.get_untracked() else { return };
        match change(dense_rows::remove_layer(&row)) {
            Ok(()) => focus(ADD.into()),
            Err(why) => refused.set(Some(why)),
        }
    };
    let options = dense_rows::activations(is_output)
        .iter()
        .map(OpSpec::card)
        .map(|card| view! { <option value=card.word selected=move || word.get() == card.word>{card.title}</option> })
        .collect_view();
    let neurons = move || match (is_output, units.get()) {
        (true, 1) => "1 output".to_owned(),
        (true, n) => format!("{n} outputs"),
        (false, 1) => "1 neuron".to_owned(),
        (false, n) => format!("{n} neurons"),
    };
    let activation = name.clone();
    let function = move || word.with(|word| activation_name(&activation, word));
    view! {
        <li class="dense-row">
            <button type="button" class="step" aria-label=format!("One neuron less in {name}") disabled=move || units.get() <= 1
                on:click=move |_| add_units(-1)>"−"</button>
            <span class="dense-units" role="status">{neurons}</span>
            <button type="button" class="step" aria-label=format!("One neuron more in {name}") on:click=move |_| add_units(1)>"+"</button>
            <select aria-label=format!("Activation function of {name}") prop:value=word on:change=choose>
                <option value="" selected=move || word.with(|w| w.is_empty())>"no activation"</option>
                {options}
            </select>
            {(!is_output).then(|| view! { <button type="button" class="quiet" aria-label=format!("Remove {name}") on:click=remove>"×"</button> })}
            {move || refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> })}
            <FieldProblems key=format!("network.{name}")/>
            {move || function().map(|name| view! { <FieldProblems key=format!("network.{name}")/> })}
        </li>
    }
}

/// Name of the activation function behind a layer, whose problems stand in the same row.
fn activation_name(layer: &str, word: &str) -> Option<String> {
    let row = rows().into_iter().find(|row| row.name == layer && !word.is_empty())?;
    row.activation.map(|(name, _)| name)
}

/// Every layer of another network, one below the other.
#[component]
fn Layers() -> impl IntoView {
    let lab = lab();
    let keys = Memo::new(move |_| lab.experiment.with(|e| network_rows::keys(&e.network)));
    view! { <ol class="layer-list"><For each=move || keys.get() key=RowKey::clone let:key>{layer(key)}</For></ol> }
}

fn layer(key: RowKey) -> impl IntoView {
    let row = row_of(key.clone());
    row.get_untracked().map(|first| {
        let (name, op) = (first.node.name.clone(), first.node.op.clone());
        let position = Signal::derive(move || row.with(|row| row.as_ref().map_or(0, |r| r.idx + 1)));
        let removed = name.clone();
        let refused = RwSignal::new(None::<String>);
        let id = add_id(&key);
        let remove = move |_| {
            let Some(idx) = row.with_untracked(|row| row.as_ref().map(|r| r.idx)) else { return };
            let before = network_rows::keys(&lab().experiment.with_untracked(|e| e.network.clone()));
            match change(vec![NetworkEdit::Remove { idx }]) {
                // To the button of the layer before, or of the one that is the first now.
                Ok(()) => focus(before.get(if idx > 0 { idx - 1 } else { 1 }).map_or(TEXT.into(), add_id)),
                Err(why) => refused.set(Some(why)),
            }
        };
        let refused_here = move || refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> });
        view! {
            <li class="layer-item">
                <strong>{op.card().title}</strong>" "<code>{name.clone()}</code>
                <OperationHelp op=op.clone() id=format!("dish-help-{}-{}", key.name, key.nth)/>
                <div class="layer-settings"><LayerSettings first=first row=row/></div>
                <div class="layer-buttons">
                    <button type="button" class="quiet" aria-label=format!("Remove {removed}") on:click=remove>"×"</button>
                    <AddLayer behind=name id=id position=position/>
                </div>
                {refused_here}
            </li>
        }
    })
}

/// The network in one line, for those who want it.
#[component]
fn AsText() -> impl IntoView {
    let lab = lab();
    let text = Memo::new(move |_| lab.experiment.with(|e| notation::print(&e.network)));
    let refused = RwSignal::new(None::<String>);
    let read = move |ev: Event| match read_notation(&event_target_value(&ev)) {
        Ok(network) => {
            refused.set(None);
            lab.act(|m| m.edit(|e| e.network = network));
        }
        Err(why) => refused.set(Some(why)),
    };
    view! {
        <details class="as-text">
            <summary id=TEXT>"As text"</summary>
            <input type="text" id="field-network" spellcheck="false" autocapitalize="none" autocomplete="off" aria-label="Network as text"
                aria-describedby="network-notation" aria-invalid=move || refused.with(Option::is_some).to_string() prop:value=text on:change=read/>
            {move || refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> })}
            <p class="hint" id="network-notation">
                "Layers are joined by -: "<code>"dense(4)-tanh-dense(2)"</code>" is a layer of 4 neurons, the function tanh, and 2 outputs."
            </p>
        </details>
    }
}
