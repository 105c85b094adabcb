//! One layer of a network: a control for each argument of its operation, made from the operation's card, and the
//! button that adds a layer behind it.

use leptos::prelude::*;
use petri_protocol::OpSpec;
use petri_protocol::network_edit::NetworkEdit;
use petri_protocol::op::{Argument, Group, Kind};
use web_sys::{HtmlInputElement, HtmlSelectElement};

use crate::components::explained::{Explained, FieldProblems};
use crate::components::focus::focus;
use crate::context::lab;
use crate::state::network_rows::{self, Row, RowKey};

/// Makes changes of the network, all or none.
///
/// # Errors
///
/// Why a change is not possible.
pub(crate) fn change(edits: Vec<NetworkEdit>) -> Result<(), String> {
    let lab = lab();
    let input = lab.info.with_untracked(|i| i.as_ref().map(|i| i.input));
    let mut changed = lab.experiment.get_untracked();
    for edit in edits {
        changed.edit_network(edit, input)?;
    }
    lab.act(|m| m.edit(|e| *e = changed));
    Ok(())
}

/// What a row shows now; nothing once its layer is gone.
pub(crate) fn row_of(key: RowKey) -> Memo<Option<Row>> {
    let lab = lab();
    Memo::new(move |_| {
        let input = lab.info.with(|i| i.as_ref().map(|i| i.input));
        lab.experiment.with(|e| network_rows::find(e, input, &key))
    })
}

/// Name, help, arguments and problems of a layer.
#[component]
pub(crate) fn LayerSettings(
    /// The layer as it is when the row is made.
    first: Row,
    /// The layer as it is now.
    row: Memo<Option<Row>>,
) -> impl IntoView {
    let name = first.node.name.clone();
    let refused = RwSignal::new(None::<String>);
    let takes_inputs = !first.node.inputs.is_empty() || first.node.op.takes_many();
    let arguments = first.node.op.arguments();
    let controls = arguments.into_iter().map(|given| argument(&name, row, refused, given.argument, given.kind)).collect_view();
    view! {
        {controls}
        {takes_inputs.then(|| inputs(&name, row, refused))}
        {move || refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> })}
        <FieldProblems key=format!("network.{name}")/>
    }
}

/// What an operation does and what its arguments are.
#[component]
pub(crate) fn OperationHelp(
    /// The operation.
    op: OpSpec,
    /// Id of the explanation.
    id: String,
) -> impl IntoView {
    let card = op.card();
    let arguments: Vec<Argument> = op.arguments().iter().map(|given| given.argument).collect();
    view! {
        <Explained name=card.title id=id>
            <p>{card.help}</p>
            <ul>{arguments.iter().map(|a| view! { <li><strong>{a.field}</strong>": "{a.help}</li> }).collect_view()}</ul>
        </Explained>
    }
}

/// The value of an argument as the controls show it.
fn value_of(row: Memo<Option<Row>>, field: &'static str) -> Memo<String> {
    Memo::new(move |_| {
        let given = row
            .with(|row| row.as_ref().and_then(|r| r.node.op.arguments().into_iter().find(|given| given.argument.field == field)));
        given.map(|given| given.text).unwrap_or_default()
    })
}

/// A control for one argument.
fn argument(name: &str, row: Memo<Option<Row>>, refused: RwSignal<Option<String>>, card: Argument, kind: Kind) -> AnyView {
    let field = card.field;
    let value = value_of(row, field);
    let label = format!("{field} of {name}");
    let commit = move |text: String| {
        let Some(idx) = row.with_untracked(|row| row.as_ref().map(|r| r.idx)) else { return };
        refused.set(change(vec![NetworkEdit::Argument { idx, field: field.into(), text }]).err());
    };
    let words: &'static [&'static str] = match kind {
        Kind::Choice(words) => words,
        Kind::Padding => &["valid", "same"],
        _ => &[],
    };
    if kind == Kind::Flag {
        return view! {
            <label class="setting" title=card.help><input type="checkbox" aria-label=label prop:checked=move || value.get() == "yes"
                on:change=move |ev| {
                    commit(if event_target_checked(&ev) { "yes" } else { "no" }.into());
                    // What was refused does not stay.
                    event_target::<HtmlInputElement>(&ev).set_checked(value.get_untracked() == "yes");
                }/><span>{field}</span></label>
        }
        .into_any();
    }
    // Pixels of padding are chosen beside the two words; another number than these stays in the list.
    let mut options: Vec<String> = words.iter().map(ToString::to_string).collect();
    if kind == Kind::Padding {
        options.extend(["1", "2", "3"].map(str::to_owned));
    }
    if !options.is_empty() {
        let given = value.get_untracked();
        if !options.contains(&given) {
            options.push(given);
        }
        let options = options.into_iter().map(move |word| {
            let shown = word.clone();
            view! { <option value=word.clone() selected=move || value.get() == word>{shown}</option> }
        });
        return view! {
            <label class="setting" title=card.help><span>{field}</span>
                <select aria-label=label prop:value=value on:change=move |ev| {
                    commit(event_target_value(&ev));
                    event_target::<HtmlSelectElement>(&ev).set_value(&value.get_untracked());
                }>{options.collect_view()}</select></label>
        }
        .into_any();
    }
    let step = match kind {
        Kind::Whole | Kind::Sides => 1.0,
        Kind::Number => 0.05,
        _ => 0.0,
    };
    let size = if step > 0.0 { "4" } else { "8" };
    view! {
        <label class="setting" title=card.help><span>{field}</span>
            <input type="text" inputmode="decimal" size=size autocomplete="off" aria-label=label prop:value=value
                on:keydown=move |ev| {
                    let n = match ev.key().as_str() { "ArrowUp" => 1.0, "ArrowDown" => -1.0, _ => return };
                    let input: HtmlInputElement = event_target(&ev);
                    if let Ok(number) = petri_protocol::typed_number::parse(&input.value()) && step > 0.0 {
                        ev.prevent_default();
                        let next = ((number + n * step) * 1e6).round() / 1e6;
                        commit(next.max(card.least).min(card.most).to_string());
                    }
                }
                on:change=move |ev| {
                    commit(event_target_value(&ev));
                    // What was understood, also when the value is the one from before.
                    if refused.with_untracked(Option::is_none) {
                        event_target::<HtmlInputElement>(&ev).set_value(&value.get_untracked());
                    }
                }/>
        </label>
    }
    .into_any()
}

/// Where a layer takes its values from.
fn inputs(name: &str, row: Memo<Option<Row>>, refused: RwSignal<Option<String>>) -> impl IntoView + use<> {
    let value = Memo::new(move |_| row.with(|row| row.as_ref().map(|r| r.node.inputs.join(", ")).unwrap_or_default()));
    view! {
        <label class="setting setting-wide" title="Names of the layers that feed it, with commas."><span>"inputs"</span>
            <input type="text" aria-label=format!("inputs of {name}") prop:value=value on:change=move |ev| {
                let Some(idx) = row.with_untracked(|row| row.as_ref().map(|r| r.idx)) else { return };
                refused.set(change(vec![NetworkEdit::Inputs { idx, text: event_target_value(&ev) }]).err());
            }/>
        </label>
    }
}

/// A button that opens a menu of operations; the chosen one is added behind a layer when its button is pressed.
#[component]
pub(crate) fn AddLayer(
    /// Name of the layer before, for people.
    behind: String,
    /// Id of the button, to which the focus returns.
    id: String,
    /// Where the new layer goes now.
    position: Signal<usize>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let chosen = RwSignal::new(OpSpec::dense(8).word().to_owned());
    let refused = RwSignal::new(None::<String>);
    let menu = StoredValue::new(OpSpec::all());
    let groups = move || {
        let group = |group: Group| {
            let options = menu.with_value(|all| {
                let inside = all.iter().filter(|op| op.card().group == group).map(OpSpec::card);
                inside
                    .map(
                        |card| view! { <option value=card.word selected=move || chosen.get() == card.word>{card.title}</option> },
                    )
                    .collect_view()
            });
            view! { <optgroup label=group.title()>{options}</optgroup> }
        };
        Group::ALL
            .into_iter()
            .filter(|g| menu.with_value(|all| all.iter().any(|op| op.card().group == *g)))
            .map(group)
            .collect_view()
    };
    let card = move || menu.with_value(|all| all.iter().map(OpSpec::card).find(|card| card.word == chosen.get()));
    let close = {
        let id = id.clone();
        move || {
            open.set(false);
            focus(id.clone());
        }
    };
    let add = {
        let close = close.clone();
        move || {
            let op = menu.with_value(|all| all.iter().find(|op| chosen.with(|word| op.word() == word)).cloned());
            let Some(op) = op else { return };
            match change(vec![NetworkEdit::Add { idx: position.get_untracked(), op }]) {
                Ok(()) => close(),
                Err(why) => refused.set(Some(why)),
            }
        }
    };
    let (add, close) = (StoredValue::new(add), StoredValue::new(close));
    let select = format!("{id}-operation");
    let first = select.clone();
    view! {
        <div class="add-layer" on:keydown=move |ev| { if ev.key() == "Escape" && open.get_untracked() { close.with_value(|close| close()); } }>
            <button type="button" id=id aria-expanded=move || open.get().to_string() aria-label=format!("Add a layer behind {behind}")
                on:click=move |_| { open.update(|o| *o = !*o); if open.get_untracked() { focus(first.clone()); } }>"+ add"</button>
            <Show when=move || open.get()>
                <div class="add-menu">
                    <select id=select.clone() aria-label="Operation" on:change=move |ev| chosen.set(event_target_value(&ev))>{groups}</select>
                    <button type="button" class="primary" on:click=move |_| add.with_value(|add| add())>"Add"</button>
                    <p class="hint">{move || card().map(|card| card.help)}</p>
                    {move || refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> })}
                </div>
            </Show>
        </div>
    }
}
