//! One control for one setting, drawn from its card: title, help, input and problems. The key is the same in the
//! link, in the problems, in lessons and in the experiment.

use leptos::prelude::*;
use petri_protocol::setting::card::{Card, Choice, Kind};
use petri_protocol::setting::values::Values;
use petri_protocol::{Experiment, json, link, number, setting};
use web_sys::{Event, HtmlInputElement, KeyboardEvent};

use crate::components::compact_network::CompactNetwork;
use crate::components::explained::{FieldProblems, Help, problem_id};
use crate::context::lab;

/// Id of the control of a setting.
pub(crate) fn control_id(key: &str) -> String {
    format!("field-{}", key.replace('.', "-"))
}

/// What a control needs of its setting.
#[derive(Clone, Copy)]
struct Field {
    card: &'static Card,
    /// The value as a link has it; changes only when it does.
    value: Memo<String>,
    title: Memo<&'static str>,
    /// Why the text that was typed last is no value.
    refused: RwSignal<Option<String>>,
    /// Where a slider is while it is dragged, for one that is taken over only at the end.
    dragged: RwSignal<Option<String>>,
    /// Whether anything is wrong.
    invalid: Memo<bool>,
}

impl Field {
    fn new(card: &'static Card, experiment: Memo<Experiment>, values: Memo<Values>) -> Self {
        let lab = lab();
        let key = card.key;
        let refused = RwSignal::new(None);
        Self {
            card,
            value: Memo::new(move |_| experiment.with(|e| link::get(e, key)).unwrap_or_default()),
            title: Memo::new(move |_| values.with(|v| card.title(v))),
            refused,
            dragged: RwSignal::new(None),
            invalid: Memo::new(move |_| {
                refused.with(Option::is_some) || lab.problems.with(|all| all.iter().any(|p| p.field == key))
            }),
        }
    }

    /// Takes over what was typed or chosen, or says why not.
    fn commit(self, text: &str) {
        // A number that was typed is newer than where a slider was dragged to.
        self.dragged.set(None);
        match self.card.read(text) {
            Ok(text) => {
                self.refused.set(None);
                lab().act(|m| m.set(self.card.key, &text));
            }
            Err(why) => self.refused.set(Some(why)),
        }
    }

    /// Takes over the text of an input and shows there what was understood.
    fn commit_input(self, ev: &Event) {
        let input: HtmlInputElement = event_target(ev);
        self.commit(&input.value());
        if self.refused.with_untracked(Option::is_none) {
            input.set_value(&self.value.get_untracked());
        }
    }
}

/// The control of a setting; nothing where the setting does not apply.
#[component]
pub(crate) fn Control(
    /// Dotted key.
    #[prop(into)]
    key: String,
) -> impl IntoView {
    setting::find(&key).map(|card| {
        let lab = lab();
        let values = Memo::new(move |_| lab.experiment.with(|e| e.values()));
        // Only a table has columns to choose from.
        let has_table = Memo::new(move |_| lab.model.with(|m| m.table().is_some()));
        let shown = Memo::new(move |_| {
            let fits = !matches!(card.kind, Kind::Column | Kind::Columns) || has_table.get();
            fits && lab.info.with(|info| values.with(|v| card.applies(v, info.as_ref())))
        });
        view! { <Show when=move || shown.get()>{field(Field::new(card, lab.experiment, values))}</Show> }
    })
}

/// Label, help, control and problems of one setting.
fn field(field: Field) -> AnyView {
    let card = field.card;
    let id = control_id(card.key);
    let input = match card.kind {
        Kind::Check => return check(field, id).into_any(),
        Kind::Logarithmic { .. } => return view! { <LearningRate/> }.into_any(),
        Kind::Columns => return view! { <Columns/> }.into_any(),
        Kind::Column => view! { <Column id=id.clone()/> }.into_any(),
        Kind::Whole(_) | Kind::Number(_) => typed_number(field, id.clone(), None).into_any(),
        Kind::Slider { from, to, step, .. } => slider(field, id.clone(), from, to, step).into_any(),
        Kind::Network => return view! { <CompactNetwork/> }.into_any(),
        Kind::Choice(choices) => select(field, id.clone(), choices()).into_any(),
    };
    view! {
        <div class="field">
            <div class="field-head"><label for=id>{field.title}</label><Help card=card/></div>
            {input}
            <Refused field=field/>
            <FieldProblems key=card.key/>
        </div>
    }
    .into_any()
}

/// Why the text that was typed last is no value.
#[component]
fn Refused(field: Field) -> impl IntoView {
    move || field.refused.get().map(|why| view! { <p class="problem" role="alert">{why}</p> })
}

fn check(field: Field, id: String) -> impl IntoView {
    let key = field.card.key;
    let label_for = id.clone();
    view! {
        <div class="field field-check">
            <input type="checkbox" id=id prop:checked=move || field.value.get() == "true" aria-invalid=move || field.invalid.get().to_string()
                aria-describedby=problem_id(key)
                on:change=move |ev| field.commit(if event_target_checked(&ev) { "true" } else { "false" })/>
            <div class="field-head"><label for=label_for>{field.title}</label><Help card=field.card/></div>
            <FieldProblems key=key/>
        </div>
    }
}

/// A number as people type them. Arrow keys step where the card has a step.
fn typed_number(field: Field, id: String, name: Option<Signal<String>>) -> impl IntoView {
    let card = field.card;
    let range = card.range();
    let stepped = move |ev: KeyboardEvent| {
        let n = match ev.key().as_str() {
            "ArrowUp" => 1.0,
            "ArrowDown" => -1.0,
            "PageUp" => 10.0,
            "PageDown" => -10.0,
            _ => return,
        };
        let input: HtmlInputElement = event_target(&ev);
        if let Some(next) = card.stepped(&input.value(), n) {
            ev.prevent_default();
            field.commit(&next);
            input.set_value(&field.value.get_untracked());
        }
    };
    view! {
        <input type="text" inputmode="decimal" role="spinbutton" autocomplete="off" id=id prop:value=field.value
            aria-label=name aria-valuenow=field.value aria-valuemin=range.map(|r| r.least) aria-valuemax=range.map(|r| r.most)
            aria-invalid=move || field.invalid.get().to_string() aria-describedby=problem_id(card.key)
            on:keydown=stepped on:change=move |ev| field.commit_input(&ev)/>
    }
}

/// A slider, and beside it the same number to be typed.
fn slider(field: Field, id: String, from: f64, to: f64, step: f64) -> impl IntoView {
    let card = field.card;
    let typed_id = format!("{id}-typed");
    let name = Signal::derive(move || format!("{}, typed", field.title.get()));
    view! {
        <div class="field-slider">
            <input type="range" id=id min=from max=to step=step prop:value=field.value
                aria-valuetext=move || card.show(&field.value.get()) aria-describedby=problem_id(card.key)
                on:change=move |ev| field.commit(&event_target_value(&ev))/>
            {typed_number(field, typed_id, Some(name))}
        </div>
    }
}

fn select(field: Field, id: String, choices: &'static [Choice]) -> impl IntoView {
    let value = field.value;
    let options = choices
        .iter()
        .map(|c| view! { <option value=c.word selected=move || value.get() == c.word>{c.title}</option> })
        .collect_view();
    view! {
        <select id=id prop:value=value aria-invalid=move || field.invalid.get().to_string() aria-describedby=problem_id(field.card.key)
            on:change=move |ev| field.commit(&event_target_value(&ev))>{options}</select>
    }
}

/// The learning rate, which changes while the run goes on. The slider is logarithmic.
#[component]
pub(crate) fn LearningRate() -> impl IntoView {
    const KEY: &str = "training.learning_rate";
    const STEP: f64 = 0.1;
    setting::find(KEY).map(|card| {
        let Kind::Logarithmic { from, to, .. } = card.kind else { return ().into_any() };
        let lab = lab();
        let now = Memo::new(move |_| lab.model.with(|m| m.now()));
        let field = Field::new(card, now, Memo::new(move |_| now.with(Experiment::values)));
        // Each value on the way of the slider would be a change of the run.
        let (dragged, committed) = (field.dragged, field.value);
        let value = Memo::new(move |_| dragged.get().unwrap_or_else(|| committed.get()));
        let field = Field { value, ..field };
        let exponent = move |text: &str| number::read(text).map_or(from, |v| v.log10().max(from).min(to));
        // Two significant digits, as one would type them.
        let text_at = move |exponent: f64| card.read(&format!("{:.1e}", 10f64.powf(exponent))).ok();
        let at = move |ev: &Event| number::read(&event_target_value(ev)).and_then(text_at);
        // What the slider says while it rests: the step that is next to the committed value.
        let at_rest = move || text_at(((committed.with_untracked(|c| exponent(c)) - from) / STEP).round() * STEP + from);
        // A slider that ends where it began tells only that it was let go, not that it changed.
        let let_go = move |ev: &Event| {
            // A slider loses the focus, too, when it goes with its page, and its signals with it.
            if dragged.try_get_untracked().flatten().is_none() {
                return;
            }
            match at(ev).filter(|text| Some(text) != at_rest().as_ref()) {
                Some(text) => field.commit(&text),
                None => dragged.set(None),
            }
        };
        Effect::new(move |_| {
            committed.with(|_| ());
            dragged.set(None);
        });
        view! {
            <div class="control-field learning-rate">
                <div class="field-head"><label for="learning-rate">{field.title}</label><Help card=card/></div>
                <input type="range" min=from max=to step=STEP aria-label="Learning rate, logarithmic" prop:value=move || value.with(|v| exponent(v)).to_string()
                    aria-valuetext=value
                    on:input=move |ev| dragged.set(at(&ev))
                    on:change=move |ev| let_go(&ev) on:keyup=move |ev| let_go(&ev) on:blur=move |ev| let_go(&ev)
                    on:pointerup=move |ev| let_go(&ev) on:pointercancel=move |ev| let_go(&ev)/>
                {typed_number(field, "learning-rate".into(), None)}
                <Refused field=field/>
                <FieldProblems key=KEY/>
            </div>
        }
        .into_any()
    })
}

/// The column that is predicted.
#[component]
fn Column(id: String) -> impl IntoView {
    let lab = lab();
    let names = Memo::new(move |_| {
        let table = lab.model.with(|m| m.table());
        table.map_or(vec![], |t| t.columns.into_iter().map(|c| (c.name, !c.values.is_empty())).collect())
    });
    let chosen = Memo::new(move |_| {
        let wanted = lab.experiment.with(|e| e.data.target.clone());
        if wanted.is_empty() { lab.model.with(|m| m.table().map_or(String::new(), |t| t.default_target)) } else { wanted }
    });
    view! {
        <select id=id data-testid="target" prop:value=chosen on:change=move |ev| lab.act(|m| m.set("data.target", &event_target_value(&ev)))>
            {move || names.get().into_iter().map(|(name, is_class)| {
                let (value, shown) = (name.clone(), name.clone());
                let kind = if is_class { " (classes)" } else { "" };
                view! { <option value=name selected=move || chosen.get() == value>{shown}{kind}</option> }
            }).collect_view()}
        </select>
    }
}

/// The columns that it is predicted from.
#[component]
fn Columns() -> impl IntoView {
    let lab = lab();
    let used = Memo::new(move |_| lab.info.with(|i| i.as_ref().map(|i| i.features.clone()).unwrap_or_default()));
    let target = Memo::new(move |_| lab.info.with(|i| i.as_ref().map(|i| i.target.clone()).unwrap_or_default()));
    let names = Memo::new(move |_| {
        let table = lab.model.with(|m| m.table());
        table.map_or(vec![], |t| {
            t.columns.into_iter().filter(|c| c.is_numeric && c.name != target.get()).map(|c| c.name).collect::<Vec<_>>()
        })
    });
    // An experiment has at least one column: while none is ticked, it stays as it was.
    let is_empty = RwSignal::new(false);
    let is_ticked = move |name: &str| !is_empty.get() && used.with(|u| u.iter().any(|n| n == name));
    let choose = move |chosen: Vec<String>| {
        is_empty.set(chosen.is_empty());
        if !chosen.is_empty() {
            lab.act(|m| m.set("data.features", &json::write(&chosen)));
        }
    };
    // Gives back whether the column is ticked now.
    let toggle = move |name: &str, on: bool| {
        let all = names.get_untracked().into_iter();
        choose(all.filter(|n| if n == name { on } else { untrack(|| is_ticked(n)) }).collect());
        untrack(|| is_ticked(name))
    };
    view! {
        <details class="field columns">
            <summary>{move || match used.with(Vec::len) {
                1 => "Predicted from 1 column".to_owned(),
                n => format!("Predicted from {n} columns"),
            }}</summary>
            <div class="column-buttons">
                <button type="button" data-testid="all-columns" on:click=move |_| choose(names.get_untracked())>"All"</button>
                <button type="button" data-testid="no-columns" on:click=move |_| choose(vec![])>"None"</button>
            </div>
            <div class="column-list" tabindex="0" role="group" aria-label="Columns">
                {move || names.get().into_iter().map(|name| {
                    let (for_check, for_change) = (name.clone(), name.clone());
                    view! {
                        <label class="inline"><input type="checkbox" prop:checked=move || is_ticked(&for_check)
                            on:change=move |ev| {
                                let is_used = toggle(&for_change, event_target_checked(&ev));
                                event_target::<HtmlInputElement>(&ev).set_checked(is_used);
                            }/>{name}</label>
                    }
                }).collect_view()}
            </div>
            {move || is_empty.get().then(|| view! { <p class="problem" role="alert">"At least one column is needed. Until one is ticked, those from before are used."</p> })}
            <FieldProblems key="data.features"/>
        </details>
    }
}
