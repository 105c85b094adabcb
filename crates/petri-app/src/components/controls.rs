//! One control for one setting, by its dotted key: the same name in the link, in the problems, in lessons
//! and in the experiment.

use leptos::prelude::*;
use petri_protocol::{OptimizerSpec, ScheduleSpec, link};

use crate::context::lab;
use crate::state::controls::{Control as Card, ControlKind, find};

/// Problems of one field, below its control.
#[component]
pub(crate) fn FieldProblems(
    /// Dotted key of the field.
    #[prop(into)]
    key: String,
) -> impl IntoView {
    let lab = lab();
    let id = problem_id(&key);
    let messages = Memo::new(move |_| {
        lab.problems.with(|all| all.iter().filter(|p| p.field == key).map(|p| p.message.clone()).collect::<Vec<_>>())
    });
    view! {
        <div class="problems" id=id aria-live="polite">
            {move || messages.get().into_iter().map(|m| view! { <p class="problem">{m}</p> }).collect_view()}
        </div>
    }
}

fn problem_id(key: &str) -> String {
    format!("problem-{}", key.replace('.', "-"))
}

fn control_id(key: &str) -> String {
    format!("field-{}", key.replace('.', "-"))
}

/// The value of a key as text; changes only when it does.
fn value_of(key: &'static str) -> Memo<String> {
    let lab = lab();
    Memo::new(move |_| lab.experiment.with(|e| link::get(e, key)).unwrap_or_default())
}

/// Sets a key from text.
fn set(key: &'static str, text: &str) {
    lab().act(|m| m.set(key, text));
}

/// Whether the setting exists in the experiment as it is: momentum belongs to SGD, and so on.
fn applies(key: &'static str) -> Memo<bool> {
    let lab = lab();
    Memo::new(move |_| {
        lab.experiment.with(|e| match key {
            "training.optimizer.momentum" => {
                matches!(e.training.optimizer, OptimizerSpec::Sgd { .. } | OptimizerSpec::RmsProp { .. })
            }
            "training.optimizer.nesterov" => matches!(e.training.optimizer, OptimizerSpec::Sgd { .. }),
            "training.optimizer.alpha" => matches!(e.training.optimizer, OptimizerSpec::RmsProp { .. }),
            "training.optimizer.beta1" | "training.optimizer.beta2" => {
                matches!(e.training.optimizer, OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. })
            }
            "training.schedule.every_epochs" | "training.schedule.factor" => {
                matches!(e.training.schedule, ScheduleSpec::Step { .. })
            }
            "data.target" | "data.features" => lab.model.with(|m| m.table().is_some()),
            _ => true,
        })
    })
}

/// The control of a setting; nothing where the setting does not exist.
#[component]
pub(crate) fn Control(
    /// Dotted key.
    #[prop(into)]
    key: String,
) -> impl IntoView {
    let card = find(&key);
    card.map(|card| {
        let shown = applies(card.key);
        view! { <Show when=move || shown.get()>{field(card)}</Show> }
    })
}

/// Label, control and problems of one setting.
fn field(card: &'static Card) -> AnyView {
    let key = card.key;
    let value = value_of(key);
    let lab = lab();
    let wrong = Memo::new(move |_| lab.problems.with(|all| all.iter().any(|p| p.field == key)));
    let invalid = move || wrong.get().to_string();
    let id = control_id(key);
    let label_for = id.clone();
    let described = problem_id(key);
    let input = match card.kind {
        ControlKind::Check => {
            return view! {
                <div class="field field-check">
                    <input type="checkbox" id=id prop:checked=move || value.get() == "true"
                        on:change=move |ev| set(key, if event_target_checked(&ev) { "true" } else { "false" })/>
                    <label for=label_for>{card.label}</label>
                    <FieldProblems key=key/>
                </div>
            }
            .into_any();
        }
        ControlKind::LearningRate => return view! { <LearningRate/> }.into_any(),
        ControlKind::Columns => return view! { <Columns/> }.into_any(),
        ControlKind::Column => view! { <Column id=id/> }.into_any(),
        ControlKind::Number { step, min, max } => view! {
            <input type="number" id=id step=step min=min max=max prop:value=value aria-invalid=invalid aria-describedby=described
                on:change=move |ev| { let text = event_target_value(&ev); set(key, if text.is_empty() { "0" } else { &text }); }/>
        }
        .into_any(),
        ControlKind::Slider { min, max, step } => view! {
            <input type="range" id=id min=min max=max step=step prop:value=value aria-describedby=described
                on:change=move |ev| set(key, &event_target_value(&ev))/>
        }
        .into_any(),
        ControlKind::Text => view! {
            <input type="text" id=id spellcheck="false" prop:value=value aria-invalid=invalid aria-describedby=described
                on:change=move |ev| set(key, &event_target_value(&ev))/>
        }
        .into_any(),
        ControlKind::Select(options) => view! {
            <select id=id prop:value=value aria-invalid=invalid aria-describedby=described on:change=move |ev| set(key, &event_target_value(&ev))>
                {options.iter().map(|(v, text)| view! { <option value=*v selected=move || value.get() == *v>{*text}</option> }).collect_view()}
            </select>
        }
        .into_any(),
    };
    let is_slider = matches!(card.kind, ControlKind::Slider { .. });
    view! {
        <div class="field">
            <label for=label_for>{card.label}{is_slider.then(|| view! { " "<output class="field-value">{value}</output> })}</label>
            {input}
            <FieldProblems key=key/>
        </div>
    }
    .into_any()
}

/// The learning rate, which changes while the run goes on. The slider is logarithmic.
#[component]
pub(crate) fn LearningRate() -> impl IntoView {
    const KEY: &str = "training.learning_rate";
    let value = value_of(KEY);
    let exponent = Memo::new(move |_| value.get().parse::<f64>().map_or(-3.0, |v| v.max(1e-6).log10()));
    view! {
        <div class="control-field learning-rate">
            <label for="learning-rate">"Learning rate"</label>
            <input type="range" min="-6" max="2" step="0.1" aria-label="Learning rate, logarithmic" prop:value=move || exponent.get().to_string()
                aria-valuetext=value
                on:input=move |ev| {
                    let Ok(e) = event_target_value(&ev).parse::<f64>() else { return };
                    // Two significant digits, as one would type them.
                    let text = format!("{:.1e}", 10f64.powf(e)).parse::<f64>().unwrap_or(0.001).to_string();
                    set(KEY, &text);
                }/>
            <input type="number" id="learning-rate" step="any" min="0" prop:value=value on:change=move |ev| set(KEY, &event_target_value(&ev))/>
            <FieldProblems key=KEY/>
        </div>
    }
}

/// The column that is predicted.
#[component]
fn Column(id: String) -> impl IntoView {
    let lab = lab();
    let names = Memo::new(move |_| {
        let table = lab.model.with(crate::state::Model::table);
        table.map_or(vec![], |t| t.columns.into_iter().map(|c| (c.name, !c.values.is_empty())).collect())
    });
    let chosen = Memo::new(move |_| {
        let wanted = lab.experiment.with(|e| e.data.target.clone());
        if wanted.is_empty() { lab.model.with(|m| m.table().map_or(String::new(), |t| t.default_target)) } else { wanted }
    });
    view! {
        <select id=id data-testid="target" prop:value=chosen on:change=move |ev| set("data.target", &event_target_value(&ev))>
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
        let table = lab.model.with(crate::state::Model::table);
        table.map_or(vec![], |t| {
            t.columns.into_iter().filter(|c| c.is_numeric && c.name != target.get()).map(|c| c.name).collect::<Vec<_>>()
        })
    });
    let toggle = move |name: &str, on: bool| {
        let chosen: Vec<String> = names
            .get_untracked()
            .into_iter()
            .filter(|n| if n == name { on } else { used.with_untracked(|u| u.contains(n)) })
            .collect();
        if !chosen.is_empty() {
            set("data.features", &serde_json::to_string(&chosen).unwrap_or_default());
        }
    };
    view! {
        <details class="field columns">
            <summary>{move || format!("Predicted from {} columns", used.with(Vec::len))}</summary>
            <div class="column-list">
                {move || names.get().into_iter().map(|name| {
                    let (for_check, for_change) = (name.clone(), name.clone());
                    view! {
                        <label class="inline"><input type="checkbox" prop:checked=move || used.with(|u| u.contains(&for_check))
                            on:change=move |ev| toggle(&for_change, event_target_checked(&ev))/>{name}</label>
                    }
                }).collect_view()}
            </div>
            <FieldProblems key="data.features"/>
        </details>
    }
}
