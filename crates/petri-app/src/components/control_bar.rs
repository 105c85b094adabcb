//! Train, pause, one step, rewind; speed and learning rate; what is going on; the engine and why.

use leptos::prelude::*;
use petri_protocol::RunEnd;
use petri_protocol::link;

use crate::components::controls::FieldProblems;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::curves::Quantity;
use crate::state::{Model, Phase};

/// Epochs between two announcements to screen readers.
const EPOCHS_PER_ANNOUNCEMENT: usize = 10;

/// What the lab is doing, in words.
fn status(model: &Model) -> String {
    let epoch = format!("epoch {:.1}", model.epoch());
    match model.phase {
        Phase::Loading | Phase::Preparing => "Getting ready".into(),
        Phase::Incomplete => "Something is missing: see the marked settings".into(),
        Phase::Paused if model.step == 0 => "Ready".into(),
        Phase::Paused => format!("Paused at {epoch}"),
        Phase::Running => format!("Training, {epoch}"),
        Phase::Ended(RunEnd::Finished) => format!("Finished after {epoch}"),
        Phase::Ended(RunEnd::Diverged { step }) => {
            format!("Diverged at step {step}: the loss is no longer a number. Try a smaller learning rate.")
        }
        Phase::Failed => "Stopped. Press Train to start again.".into(),
    }
}

/// The bar.
#[component]
pub(crate) fn ControlBar() -> impl IntoView {
    let lab = lab();
    let running = Memo::new(move |_| lab.phase.get() == Phase::Running);
    let ready = Memo::new(move |_| !matches!(lab.phase.get(), Phase::Incomplete));
    let status = Memo::new(move |_| lab.model.with(status));
    let step = Memo::new(move |_| lab.model.with(|m| m.step));
    let toggle = move |_| lab.act(|m| if m.phase == Phase::Running { m.pause() } else { m.train() });
    view! {
        <div class="control-bar">
            <div class="control-buttons">
                <button type="button" class="primary" data-testid="train" disabled=move || !ready.get() on:click=toggle>
                    {move || if running.get() { "❚❚ Pause" } else { "▶ Train" }}
                </button>
                <button type="button" data-testid="step" disabled=move || !ready.get() on:click=move |_| lab.act(Model::step_once)>
                    "One step"
                </button>
                <button type="button" data-testid="rewind" disabled=move || !ready.get() on:click=move |_| lab.act(Model::rewind)>
                    "↺ Rewind"
                </button>
            </div>
            <LearningRate/>
            <label class="control-field">
                <span>"Speed"</span>
                <select on:change=move |ev| {
                    let speed = event_target_value(&ev).parse().ok();
                    lab.act(|m| m.set_speed(speed));
                }>
                    <option value="">"as fast as possible"</option>
                    <option value="30">"30 steps a second"</option>
                    <option value="5">"5 steps a second"</option>
                    <option value="1">"1 step a second"</option>
                </select>
            </label>
            <div class="control-status">
                <p data-testid="status" data-step=move || step.get()>{status}</p>
                <ProgressLine/>
            </div>
            <Announcer/>
        </div>
    }
}

/// The learning rate, which changes while the run goes on. The slider is logarithmic.
#[component]
fn LearningRate() -> impl IntoView {
    const KEY: &str = "training.learning_rate";
    let lab = lab();
    let value = Memo::new(move |_| lab.experiment.with(|e| link::get(e, KEY)).unwrap_or_default());
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
                    lab.act(|m| m.set(KEY, &text));
                }/>
            <input type="number" id="learning-rate" step="any" min="0" prop:value=value
                on:change=move |ev| { let text = event_target_value(&ev); lab.act(|m| m.set(KEY, &text)); }/>
            <FieldProblems key=KEY/>
        </div>
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
                    let accuracy = point.map(|p| format!(", validation accuracy {}", label(Quantity::Accuracy.of(p))));
                    format!("Training, epoch {epoch}{}", accuracy.unwrap_or_default())
                }
                _ => status(m),
            }
        })
    });
    view! { <p class="visually-hidden" role="status" aria-live="polite">{text}</p> }
}
