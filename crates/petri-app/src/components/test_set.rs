//! The test set: locked until the learner commits to a model, then opened once.

use leptos::prelude::*;
use petri_protocol::Task;

use crate::context::lab;
use crate::state::Phase;

/// The view.
#[component]
pub(crate) fn TestSet() -> impl IntoView {
    let lab = lab();
    let result = Memo::new(move |_| lab.model.with(|m| m.committed.map(|p| (p, m.curves.validation.last().copied()))));
    let n = Memo::new(move |_| lab.info.with(|i| i.as_ref().map_or(0, |i| i.sizes.test)));
    let asked = RwSignal::new(false);
    let can_commit =
        move || lab.model.with(|m| m.step > 0) && matches!(lab.phase.get(), Phase::Paused | Phase::Running | Phase::Ended(_));
    let is_number = move || lab.info.with(|i| i.as_ref().is_some_and(|i| i.task == Task::Regression));
    view! {
        <section class="panel" aria-labelledby="test-title" data-testid="test-set">
            <h2 id="test-title">"Test set"</h2>
            {move || match result.get() {
                Some((test, validation)) => {
                    let row = move |p: petri_protocol::MetricPoint| if is_number() {
                        format!("mean absolute error {:.4}, RMSE {:.4}, R² {:.3}", p.mae, p.rmse, p.r2)
                    } else {
                        format!("accuracy {:.3}, balanced {:.3}, loss {:.4}", p.accuracy, p.balanced_accuracy, p.loss)
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
