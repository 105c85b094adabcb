//! The test set: locked until the learner commits to a model, then opened once.

use leptos::prelude::*;
use petri_data::metric;
use petri_protocol::MetricPoint;

use crate::components::focus::focus;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::Model;
use crate::state::results::with_unit;

/// Ids of what the focus goes to where the pressed button is replaced.
const TITLE: &str = "test-title";
const COMMIT: &str = "test-commit";
const SURE: &str = "test-commit-sure";

/// The view.
#[component]
pub(crate) fn TestSet() -> impl IntoView {
    let lab = lab();
    let result = Memo::new(move |_| lab.model.with(|m| m.committed.clone().map(|p| (p, m.curves.validation.last().cloned()))));
    let n = Memo::new(move |_| lab.info.with(|i| i.as_ref().map_or(0, |i| i.sizes.test)));
    let has_seen = Memo::new(move |_| lab.model.with(|m| m.has_seen_test()));
    // The question is about one run: it does not stand when another one begins.
    let run = Memo::new(move |_| lab.model.with(|m| m.run));
    let asked = RwSignal::new(None);
    let is_asked = Memo::new(move |_| asked.get() == Some(run.get()));
    let why_not = Memo::new(move |_| lab.model.with(Model::why_no_commit));
    let ask = move |_| {
        asked.set(Some(run.get_untracked()));
        focus(SURE.into());
    };
    let not_yet = move |_| {
        asked.set(None);
        focus(COMMIT.into());
    };
    let commit = move |_| {
        asked.set(None);
        lab.act(Model::commit);
        // The result comes in place of the button.
        focus(TITLE.into());
    };
    view! {
        <section class="panel" aria-labelledby=TITLE data-testid="test-set">
            <h2 id=TITLE tabindex="-1">"Test set"</h2>
            {move || match result.get() {
                Some((test, validation)) => {
                    let target = lab.info.with_untracked(|i| i.as_ref().map(|i| i.target.clone())).unwrap_or_default();
                    let row = |p: MetricPoint| {
                        let known = p.values().filter_map(|(name, value)| Some((metric::find(name)?, value)));
                        let texts: Vec<String> = known.map(|(card, v)| format!("{} {}", card.title, with_unit(card, f64::from(v), &target))).collect();
                        texts.join(", ")
                    };
                    // Committed in the middle of an epoch, the network has gone on since its last validation.
                    let of_validation = |p: &MetricPoint| if p.step == test.step { "validation".to_owned() } else { format!("validation, epoch {}", label(p.epoch)) };
                    let validation = validation.map(|p| (of_validation(&p), row(p)));
                    view! {
                        <dl class="results">
                            <div><dt>"test"</dt><dd data-testid="test-result">{row(test)}</dd></div>
                            {validation.map(|(of, values)| view! { <div><dt>{of}</dt><dd>{values}</dd></div> })}
                        </dl>
                        <p class="hint">"This model is final. Change a setting or rewind to train another; the test set is locked again then. A model that is chosen by its test result needs new test data."</p>
                    }.into_any()
                }
                None => view! {
                    <p>{move || {
                        let seen = if has_seen.get() { "whose result you know from another model" } else { "that no run has seen" };
                        format!("Locked: {} samples {seen}. They open when you commit to this model.", n.get())
                    }}</p>
                    <div class="row">
                        {move || if is_asked.get() {
                            view! {
                                <button type="button" class="primary" id=SURE data-testid="commit-sure" disabled=move || why_not.get().is_some() on:click=commit>"Yes, this is my model"</button>
                                <button type="button" on:click=not_yet>"Not yet"</button>
                            }.into_any()
                        } else {
                            view! { <button type="button" id=COMMIT data-testid="commit" disabled=move || why_not.get().is_some() on:click=ask>"Commit to this model …"</button> }.into_any()
                        }}
                    </div>
                    {move || why_not.get().map(|why| view! { <p class="hint">{why}</p> })}
                }.into_any(),
            }}
        </section>
    }
}
