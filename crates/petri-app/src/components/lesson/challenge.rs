//! A challenge: a goal that is reached by training, and ticked when it comes true.

use leptos::prelude::*;

use super::prose::{inline, prose};
use crate::context::lab;
use crate::drawing::axis::label;
use petri_lesson::Challenge;

/// A challenge.
#[component]
pub(crate) fn ChallengeView(
    /// The challenge.
    challenge: Challenge,
    /// Key of the lesson's progress.
    lesson: String,
    /// Where the runs of its dish are kept.
    origin: String,
    /// Puts its dish into the panel.
    load: Callback<()>,
) -> impl IntoView {
    let lab = lab();
    let id = challenge.id.clone();
    // Whether it is done, and the epoch at which it was, where that was noted.
    let when = Memo::new(move |_| {
        let progress = lab.progress.with(|p| p.of(&lesson));
        progress.challenges.contains(&id).then(|| progress.reached.get(&id).copied())
    });
    let done = Memo::new(move |_| when.with(Option::is_some));
    let is_open = Memo::new(move |_| lab.model.with(|m| m.origin == origin));
    // A dish with other data wins nothing until its own are back.
    let is_here = Memo::new(move |_| is_open.get() && lab.model.with(|m| m.has_own_data()));
    let conditions = challenge.goal.conditions.clone();
    let states = Memo::new(move |_| {
        let values = |c: &petri_lesson::goal::Condition| lab.model.with(|m| m.result(c.quantity)).filter(|_| is_here.get());
        // What was reached once stays reached, whatever the dish is at now.
        let one = |c: &petri_lesson::goal::Condition| {
            let now = values(c).filter(|_| !done.get());
            (c.words(), now, done.get() || c.holds(now))
        };
        conditions.iter().map(one).collect::<Vec<_>>()
    });
    let hint =
        (!challenge.hint.is_empty()).then(|| view! { <details><summary>"Hint"</summary>{prose(&challenge.hint)}</details> });
    view! {
        <section class="block challenge" class:challenge-done=done data-testid=format!("challenge-{}", challenge.id)>
            <p class="block-kind">{move || match when.get() {
                None => "Challenge".to_owned(),
                Some(None) => "✓ Challenge, done".to_owned(),
                Some(Some(epoch)) => format!("✓ Challenge, done: reached at epoch {}", label(epoch as f32)),
            }}</p>
            <p>{inline(&challenge.text)}</p>
            <ul class="goal">{move || states.get().into_iter().map(|(text, value, holds)| view! {
                <li class:goal-holds=holds>{if holds { "✓ " } else { "○ " }}{text}
                    {value.map(|v| view! { <span class="hint">{format!(", now {}", label(v as f32))}</span> })}</li>
            }).collect_view()}</ul>
            <p class="visually-hidden" role="status">{move || done.get().then_some("Challenge done")}</p>
            // The button stays where it is: it may have the focus.
            <button type="button" aria-disabled=move || is_here.get().to_string() on:click=move |_| if !is_here.get_untracked() { load.run(()) }>
                {move || match (is_here.get(), is_open.get()) {
                    (true, _) => "Its dish is open",
                    (false, true) => "Load its dish with its own data",
                    (false, false) => "Load its dish",
                }}
            </button>
            {hint}
        </section>
    }
}
