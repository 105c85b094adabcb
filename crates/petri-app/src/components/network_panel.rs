//! The network: its layers with their settings, shapes, parameters and problems.

use leptos::prelude::*;
use petri_protocol::network::NodeShape;
use petri_protocol::{NodeSpec, OpSpec};
use serde_json::Value;

use crate::components::controls::FieldProblems;
use crate::context::lab;

/// Operations that can be added, in the order of their groups.
fn menu() -> Vec<OpSpec> {
    let mut menu = OpSpec::all();
    menu.sort_by_key(|op| op.card().group);
    menu
}

/// Settings in the order in which one thinks of them.
const ORDER: [&str; 14] = [
    "units", "features", "bias", "filters", "kernel", "size", "factor", "rate", "stride", "padding", "dilation", "groups",
    "mode", "init",
];

/// Settings of an operation by name, from its serialised form: one code for all operations.
fn settings(op: &OpSpec) -> Vec<(String, Value)> {
    let Ok(Value::Object(object)) = serde_json::to_value(op) else { return vec![] };
    let mut settings: Vec<_> = object.into_iter().filter(|(key, _)| key != "kind" && key != "function").collect();
    settings.sort_by_key(|(key, _)| ORDER.iter().position(|k| k == key));
    settings
}

/// The operation with one setting changed; `None` when the value is not possible.
fn with_setting(op: &OpSpec, key: &str, value: Value) -> Option<OpSpec> {
    let mut whole = serde_json::to_value(op).ok()?;
    whole.as_object_mut()?.insert(key.to_owned(), value);
    serde_json::from_value(whole).ok()
}

/// Possible values of a setting that is no number.
fn choices(key: &str) -> &'static [&'static str] {
    match key {
        "init" => &["glorot", "he", "zero"],
        "padding" => &["valid", "same", "1", "2", "3"],
        "mode" => &["nearest", "bilinear"],
        _ => &[],
    }
}

/// The panel.
#[component]
pub(crate) fn NetworkPanel() -> impl IntoView {
    let lab = lab();
    let rows = Memo::new(move |_| {
        let input = lab.info.with(|i| i.as_ref().map(|i| i.input));
        lab.experiment.with(|e| {
            let shapes = match input {
                Some(input) => e.network.infer_each(input).0,
                None => vec![None; e.network.nodes.len()],
            };
            e.network.nodes.iter().cloned().zip(shapes).collect::<Vec<_>>()
        })
    });
    let totals = move || {
        rows.with(|rows| {
            let shapes = rows.iter().filter_map(|(_, s)| s.as_ref());
            let (parameters, flops) = shapes.fold((0usize, 0u64), |(p, f), s| (p + s.n_parameters, f + s.flops));
            format!("{} parameters · {} operations a sample", grouped(parameters as u64), grouped(flops))
        })
    };
    let input = move || lab.info.with(|i| i.as_ref().map_or("—".to_owned(), |i| i.input.to_string()));
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
                    <tr class="network-input"><th scope="row">"input"</th><td></td><td class="number">{input}</td><td></td>
                        <td class="layer-buttons"><AddLayer idx=0/></td></tr>
                    {move || rows.get().into_iter().enumerate().map(|(idx, (node, shape))| row(idx, node, shape)).collect_view()}
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

fn row(idx: usize, node: NodeSpec, shape: Option<NodeShape>) -> impl IntoView {
    let lab = lab();
    let key = format!("network.{}", node.name);
    let output = shape.as_ref().map_or("—".to_owned(), |s| s.output.to_string());
    let parameters =
        shape.as_ref().map_or(String::new(), |s| if s.n_parameters > 0 { grouped(s.n_parameters as u64) } else { String::new() });
    let inputs =
        if node.inputs.is_empty() && !node.op.takes_many() { ().into_any() } else { inputs_field(idx, &node).into_any() };
    let name = node.name.clone();
    view! {
        <tr>
            <th scope="row"><span class="layer-title">{node.op.card().title}</span><code>{node.name.clone()}</code></th>
            <td class="layer-settings">
                {settings(&node.op).into_iter().map(|(key, value)| setting(idx, node.clone(), key, value)).collect_view()}
                {inputs}
                <FieldProblems key=key/>
            </td>
            <td class="number">{output}</td>
            <td class="number">{parameters}</td>
            <td class="layer-buttons">
                <button type="button" class="quiet" aria-label=format!("Remove {name}")
                    on:click=move |_| lab.act(|m| m.edit(|e| e.network.remove(idx)))>"×"</button>
                <AddLayer idx=idx + 1/>
            </td>
        </tr>
    }
}

/// Where a node takes its inputs from, as names with commas.
fn inputs_field(idx: usize, node: &NodeSpec) -> impl IntoView + use<> {
    let lab = lab();
    let value = node.inputs.join(", ");
    view! {
        <label class="setting setting-wide"><span>"inputs"</span>
            <input type="text" prop:value=value on:change=move |ev| {
                let names = event_target_value(&ev);
                let names: Vec<String> = names.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
                lab.act(|m| m.edit(|e| e.network.nodes[idx].inputs = names));
            }/>
        </label>
    }
}

fn setting(idx: usize, node: NodeSpec, key: String, value: Value) -> impl IntoView {
    let lab = lab();
    let change = {
        let (op, key) = (node.op.clone(), key.clone());
        move |value: Value| {
            if let Some(op) = with_setting(&op, &key, value) {
                lab.act(|m| m.edit(|e| e.network.set_op(idx, op)));
            }
        }
    };
    let input_label = format!("{} of {}", key, node.name);
    let options = choices(&key);
    if let Value::Bool(on) = value {
        return view! {
            <label class="setting"><input type="checkbox" aria-label=input_label prop:checked=on on:change=move |ev| change(Value::Bool(event_target_checked(&ev)))/>
                <span>{key.clone()}</span></label>
        }
        .into_any();
    }
    if let Value::Array(values) = &value {
        let text = values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return view! {
            <label class="setting"><span>{key.clone()}</span>
                <input type="text" size="8" aria-label=input_label prop:value=text on:change=move |ev| {
                    if let Ok(list) = serde_json::from_str(&format!("[{}]", event_target_value(&ev))) {
                        change(list);
                    }
                }/>
            </label>
        }
        .into_any();
    }
    // The padding of a transposed convolution is a plain number.
    if options.is_empty() || value.is_number() {
        let step = if value.is_f64() { "0.05" } else { "1" };
        return view! {
            <label class="setting"><span>{key.clone()}</span>
                <input type="number" step=step min="0" aria-label=input_label prop:value=value.to_string() on:change=move |ev| {
                    if let Ok(number) = serde_json::from_str(&event_target_value(&ev)) {
                        change(number);
                    }
                }/>
            </label>
        }
        .into_any();
    }
    let shown = match &value {
        Value::String(text) => text.clone(),
        other => other.get("pixels").map_or(String::new(), ToString::to_string),
    };
    view! {
        <label class="setting"><span>{key.clone()}</span>
            <select aria-label=input_label on:change=move |ev| {
                let text = event_target_value(&ev);
                change(match text.parse::<usize>() {
                    Ok(pixels) => serde_json::json!({ "pixels": pixels }),
                    Err(_) => Value::String(text),
                });
            }>
                {options.iter().map(|o| view! { <option value=*o selected=*o == shown>{*o}</option> }).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// Adds a layer behind the first `idx` ones.
#[component]
fn AddLayer(
    /// Position.
    idx: usize,
) -> impl IntoView {
    let lab = lab();
    view! {
        <select class="add-layer" aria-label=format!("Add a layer at position {}", idx + 1) prop:value=""
            on:change=move |ev| {
                let Ok(choice) = event_target_value(&ev).parse::<usize>() else { return };
                if let Some(op) = menu().into_iter().nth(choice) {
                    lab.act(|m| m.edit(|e| e.network.insert(idx, op)));
                }
            }>
            <option value="">"+ add"</option>
            {menu().into_iter().enumerate().map(|(i, op)| view! { <option value=i.to_string()>{op.card().title}</option> }).collect_view()}
        </select>
    }
}
