//! Train, pause, one step, rewind; speed and learning rate; what is going on; the engine and why.

use gloo::timers::callback::Interval;
use leptos::prelude::*;

use crate::components::controls::{LearningRate, control_id};
use crate::components::explained::problem_id;
use crate::components::focus::{focus, focus_first};
use crate::context::lab;
use crate::state::announcer::{self, announcement};
use crate::state::speed::{CHOICES, Speed};
use crate::state::status::{MainButton, can_step, status};
use crate::state::{Model, Phase};

/// How often the announcer looks whether there is something to say, in milliseconds.
const LISTEN_MILLIS: u32 = 250;

/// Id of the main button.
pub(crate) const TRAIN: &str = "train-button";

/// The bar of the lab.
#[component]
pub(crate) fn ControlBar() -> impl IntoView {
    view! {
        <div class="control-bar">
            <Buttons/>
            <LearningRate/>
            <Status/>
        </div>
    }
}

/// Train or pause, one step, rewind, and the speed.
#[component]
pub(crate) fn Buttons() -> impl IntoView {
    let lab = lab();
    let ready = Memo::new(move |_| !matches!(lab.phase.get(), Phase::Incomplete) && lab.model.with(|m| m.committed.is_none()));
    let steps = Memo::new(move |_| lab.model.with(|m| can_step(m)));
    let speed = Memo::new(move |_| lab.model.with(|m| m.speed.id()));
    let main = Memo::new(move |_| lab.model.with(|m| MainButton::of(m)));
    view! {
        <div class="control-buttons">
            <button type="button" class="primary" id=TRAIN data-testid="train" disabled=move || !ready.get() on:click=move |_| lab.act(Model::press_main)>
                {move || main.get().title()}
            </button>
            <button type="button" data-testid="step" disabled=move || !steps.get() on:click=move |_| lab.act(Model::step_once)>
                "One step"
            </button>
            <button type="button" data-testid="rewind" disabled=move || lab.phase.get() == Phase::Incomplete on:click=move |_| lab.act(Model::rewind)>
                "↺ Rewind"
            </button>
            <Show when=move || main.get() == MainButton::TrainFurther>
                <button type="button" data-testid="start-over" disabled=move || !ready.get() on:click=move |_| {
                    lab.act(Model::start_over);
                    // This button goes with the run that is over.
                    focus(TRAIN.into());
                }>
                    "Start over"
                </button>
            </Show>
        </div>
        <label class="control-field">
            <span>"Speed"</span>
            <select prop:value=speed on:change=move |ev| {
                let speed = Speed::find(&event_target_value(&ev));
                lab.act(|m| m.set_speed(speed));
            }>
                {CHOICES.map(|(choice, text)| {
                    let (id, value) = (choice.id(), choice.id());
                    view! { <option value=value selected=move || speed.get() == id>{text}</option> }
                }).collect_view()}
            </select>
        </label>
    }
}

/// What the lab is doing, also for screen readers.
#[component]
pub(crate) fn Status() -> impl IntoView {
    let lab = lab();
    let status = Memo::new(move |_| lab.model.with(|m| status(m)));
    let step = Memo::new(move |_| lab.model.with(|m| m.step));
    view! {
        <div class="control-status">
            <p data-testid="status" data-step=move || step.get()>{status}</p>
            <Show when=move || lab.phase.get() == Phase::Incomplete>
                <button type="button" class="quiet go-there" data-testid="go-to-problem" on:click=move |_| {
                    let field = lab.problems.with_untracked(|all| all.first().map(|p| p.field.clone())).unwrap_or_default();
                    focus_first(places_of(&field));
                }>"Show me where"</button>
            </Show>
            <ProgressLine/>
        </div>
        <Announcer/>
    }
}

/// Ids of what belongs to a setting, the best first: its control, or what is said below it.
fn places_of(field: &str) -> Vec<String> {
    let place = match field {
        "training.learning_rate" => "learning-rate".to_owned(),
        "data.file" | "data.source" => "file".to_owned(),
        _ => control_id(field),
    };
    vec![place, problem_id(field), problem_id("network")]
}

/// Long work in the worker.
#[component]
fn ProgressLine() -> impl IntoView {
    let lab = lab();
    let progress = Memo::new(move |_| lab.model.with(|m| m.worker.progress.clone()));
    move || {
        progress.get().map(|p| {
            let percent = p.part.map(|part| format!(" {:.0} %", 100.0 * part));
            view! {
                <p class="progress" data-testid="progress">
                    <progress value=p.part max="1" aria-label=p.what.clone()></progress>
                    <span>{p.what}{percent}{" …"}</span>
                </p>
            }
        })
    }
}

/// Tells screen readers, politely and not too often, how training goes.
#[component]
fn Announcer() -> impl IntoView {
    let lab = lab();
    let announcer = StoredValue::new(announcer::Announcer::default());
    let said = RwSignal::new(String::new());
    // By the clock rather than by the state: what came too soon is said a little later.
    let every = StoredValue::new_local(Interval::new(LISTEN_MILLIS, move || {
        let text = lab.model.with_untracked(|m| announcement(m, status));
        let now = web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now());
        let now_said = announcer.try_update_value(|a| a.say(&text, now).to_owned()).unwrap_or_default();
        if said.with_untracked(|s| *s != now_said) {
            said.set(now_said);
        }
    }));
    on_cleanup(move || every.dispose());
    view! { <p class="visually-hidden" role="status" aria-live="polite">{said}</p> }
}
