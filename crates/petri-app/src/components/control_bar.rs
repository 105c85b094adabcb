//! Train, pause, one step, rewind; speed and learning rate; what is going on; the engine and why.

use leptos::prelude::*;
use petri_data::metric::accuracy;
use petri_protocol::RunEnd;

use crate::components::controls::LearningRate;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::diagnosis::diagnose;
use crate::state::{Model, Phase};

/// Epochs between two announcements to screen readers.
const EPOCHS_PER_ANNOUNCEMENT: usize = 10;

/// What the lab is doing, in words.
fn status(model: &Model) -> String {
    let epoch = format!("epoch {:.1}", model.epoch());
    let remark = || diagnose(&model.curves.validation).map_or(String::new(), |d| format!(". {}", d.text()));
    if model.committed.is_some() {
        return format!("Committed after {epoch}: the test set is open");
    }
    match model.phase {
        Phase::Loading | Phase::Preparing => "Getting ready".into(),
        Phase::Incomplete => "Something is missing: see the marked settings".into(),
        Phase::Paused if model.step == 0 => "Ready".into(),
        Phase::Paused => format!("Paused at {epoch}"),
        Phase::Running => format!("Training, {epoch}{}", remark()),
        Phase::Ended(RunEnd::Finished) => format!("Finished after {epoch}{}", remark()),
        Phase::Ended(RunEnd::StoppedEarly { best_epoch, .. }) => {
            format!("Stopped early after {epoch}: the weights of epoch {best_epoch} are back")
        }
        Phase::Ended(RunEnd::Diverged { step }) => {
            format!("Diverged at step {step}: the loss is no longer a number. Try a smaller learning rate.")
        }
        Phase::Failed => "Stopped. Press Train to start again.".into(),
    }
}

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
    let running = Memo::new(move |_| lab.phase.get() == Phase::Running);
    let ready = Memo::new(move |_| !matches!(lab.phase.get(), Phase::Incomplete) && lab.model.with(|m| m.committed.is_none()));
    let speed = Memo::new(move |_| lab.model.with(|m| m.speed.map_or(String::new(), |s| s.to_string())));
    let toggle = move |_| lab.act(|m| if m.phase == Phase::Running { m.pause() } else { m.train() });
    view! {
        <div class="control-buttons">
            <button type="button" class="primary" data-testid="train" disabled=move || !ready.get() on:click=toggle>
                {move || if running.get() { "❚❚ Pause" } else { "▶ Train" }}
            </button>
            <button type="button" data-testid="step" disabled=move || !ready.get() on:click=move |_| lab.act(Model::step_once)>
                "One step"
            </button>
            <button type="button" data-testid="rewind" disabled=move || lab.phase.get() == Phase::Incomplete on:click=move |_| lab.act(Model::rewind)>
                "↺ Rewind"
            </button>
        </div>
        <label class="control-field">
            <span>"Speed"</span>
            <select prop:value=speed on:change=move |ev| {
                let speed = event_target_value(&ev).parse().ok();
                lab.act(|m| m.set_speed(speed));
            }>
                {[("", "as fast as possible"), ("30", "30 steps a second"), ("5", "5 steps a second"), ("1", "1 step a second")]
                    .map(|(value, text)| view! { <option value=value selected=move || speed.get() == value>{text}</option> }).collect_view()}
            </select>
        </label>
    }
}

/// What the lab is doing, also for screen readers.
#[component]
pub(crate) fn Status() -> impl IntoView {
    let lab = lab();
    let status = Memo::new(move |_| lab.model.with(status));
    let step = Memo::new(move |_| lab.model.with(|m| m.step));
    view! {
        <div class="control-status">
            <p data-testid="status" data-step=move || step.get()>{status}</p>
            <ProgressLine/>
        </div>
        <Announcer/>
    }
}

/// Long work in the worker.
#[component]
fn ProgressLine() -> impl IntoView {
    let lab = lab();
    let progress = Memo::new(move |_| lab.model.with(|m| m.progress.clone()));
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
    let text = Memo::new(move |_| {
        lab.model.with(|m| {
            let epoch = m.epoch() as usize / EPOCHS_PER_ANNOUNCEMENT * EPOCHS_PER_ANNOUNCEMENT;
            match m.phase {
                Phase::Running => {
                    let point = m.curves.validation.iter().rev().find(|p| p.epoch as usize <= epoch);
                    let accuracy = point.map(|p| format!(", validation accuracy {}", label(p.get(accuracy::CARD.id))));
                    format!("Training, epoch {epoch}{}", accuracy.unwrap_or_default())
                }
                _ => status(m),
            }
        })
    });
    view! { <p class="visually-hidden" role="status" aria-live="polite">{text}</p> }
}
