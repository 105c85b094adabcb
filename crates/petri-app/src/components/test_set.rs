//! The test set: locked until the learner commits to a model, then opened once.

use leptos::prelude::*;
use petri_data::metric;
use petri_protocol::MetricPoint;

use crate::context::lab;
use crate::state::Phase;

/// The view.
#[component]
pub(crate) fn TestSet() -> impl IntoView {
    let lab = lab();
    let result = Memo::new(move |_| lab.model.with(|m| m.committed.clone().map(|p| (p, m.curves.validation.last().cloned()))));
    let n = Memo::new(move |_| lab.info.with(|i| i.as_ref().map_or(0, |i| i.sizes.test)));
    let asked = RwSignal::new(false);
    let can_commit =
        move || lab.model.with(|m| m.step > 0) && matches!(lab.phase.get(), Phase::Paused | Phase::Running | Phase::Ended(_));
    view! {
        <section class="panel" aria-labelledby="test-title" data-testid="test-set">
            <h2 id="test-title">"Test set"</h2>
            {move || match result.get() {
                Some((test, validation)) => {
                    let row = |p: MetricPoint| {
                        let known = p.values().filter_map(|(name, value)| Some((metric::find(name)?, value)));
                        let texts: Vec<String> = known.map(|(card, v)| format!("{} {}", card.title, card.text(f64::from(v)))).collect();
                        texts.join(", ")
                    };
                    view! {
                        <dl class="results">
                            <div><dt>"test"</dt><dd data-testid="test-result">{row(test)}</dd></div>
                            {validation.map(|v| view! { <div><dt>"validation"</dt><dd>{row(v)}</dd></div> })}
                        </dl>
                        <p class="hint">"This model is final. Change a setting or rewind to train another; the test set is locked again then. A model that is chosen by its test result needs new test data."</p>
                    }.into_any()
                }
                None => view! {
                    <p>{move || format!("Locked: {} samples that no run has seen. They open when you commit to this model.", n.get())}</p>
                    <div class="row">
                        {move || if asked.get() {
                            view! {
                                <button type="button" class="primary" data-testid="commit-sure" on:click=move |_| { asked.set(false); lab.act(crate::state::Model::commit); }>"Yes, this is my model"</button>
                                <button type="button" on:click=move |_| asked.set(false)>"Not yet"</button>
                            }.into_any()
                        } else {
                            view! { <button type="button" data-testid="commit" disabled=move || !can_commit() on:click=move |_| asked.set(true)>"Commit to this model …"</button> }.into_any()
                        }}
                    </div>
                }.into_any(),
            }}
        </section>
    }
}
