//! The data: which set, its parameters, the learner's own file, what is in it.

use leptos::html;
use leptos::prelude::*;
use petri_protocol::{DataInfo, DataSource, Split};

use crate::components::controls::Control;
use crate::components::explained::FieldProblems;
use crate::context::lab;
use crate::state::dish::sample;

/// The panel.
#[component]
pub(crate) fn DataPanel() -> impl IntoView {
    let lab = lab();
    let source = Memo::new(move |_| lab.experiment.with(|e| e.data.source));
    let card = move || source.get().card();
    let has_parts = move || lab.model.with(|m| m.table().is_some()) || source.get() != DataSource::File;
    view! {
        <section class="panel" aria-labelledby="data-title">
            <h2 id="data-title">"Data"</h2>
            <Control key="data.source"/>
            <p class="hint">{move || card().summary}</p>
            <Control key="data.target"/>
            <Control key="data.features"/>
            <Show when=move || card().is_drawn>
                <Control key="data.n_samples"/>
                <Control key="data.noise"/>
                <Show when=move || card().has_balance><Control key="data.balance"/></Show>
            </Show>
            <Show when=has_parts>
                <Control key="data.validation_fraction"/>
                <Control key="data.test_fraction"/>
            </Show>
            <Control key="data.standardise"/>
            <FilePicker/>
            <Facts/>
        </section>
    }
}

/// The button for a file; dropping one on the page does the same.
#[component]
fn FilePicker() -> impl IntoView {
    let lab = lab();
    let input: NodeRef<html::Input> = NodeRef::new();
    let name = Memo::new(move |_| lab.model.with(|m| m.used_file().map(|f| f.file.name.clone())));
    view! {
        <div class="file-picker">
            <label class="button" for="file">"Open a file …"</label>
            <input
                type="file" id="file" class="visually-hidden" accept=".npz,.csv,.tsv,.txt" node_ref=input data-testid="file"
                on:change=move |_| {
                    if let Some(input) = input.get() {
                        if let Some(file) = input.files().and_then(|f| f.get(0)) {
                            lab.open_file(file);
                        }
                        // The same file can be chosen again.
                        input.set_value("");
                    }
                }
            />
            <p class="hint">
                {move || name.get().map_or("or drop it anywhere on the page".to_owned(), |n| format!("Loaded: {n}"))}
            </p>
            <FieldProblems key="data.file"/>
            <FieldProblems key="data.source"/>
        </div>
    }
}

/// What is in the data set.
#[component]
fn Facts() -> impl IntoView {
    let lab = lab();
    move || lab.info.get().map(facts)
}

fn facts(info: DataInfo) -> impl IntoView {
    let total: usize = info.class_counts.iter().sum();
    let classes = info
        .classes
        .iter()
        .zip(&info.class_counts)
        .map(|(name, n)| {
            let share = 100.0 * *n as f64 / total.max(1) as f64;
            view! { <tr><th scope="row">{name.clone()}</th><td>{format!("{share:.0} %")}</td></tr> }
        })
        .collect_view();
    view! {
        <dl class="facts" data-testid="facts">
            <div><dt>"each sample"</dt><dd>{sample(&info)}</dd></div>
            {Split::ALL.map(|s| view! { <div><dt>{s.title()}</dt><dd>{info.sizes.of(s)}</dd></div> }).collect_view()}
        </dl>
        {(!info.target.is_empty()).then(|| view! { <p class="hint">"Predicted: "<strong>{info.target.clone()}</strong></p> })}
        {(!info.classes.is_empty()).then(|| view! { <details>
            <summary>{format!("{} classes", info.classes.len())}</summary>
            <table class="classes"><caption class="visually-hidden">"Share of each class in the training data"</caption>
                <tbody>{classes}</tbody></table>
        </details> })}
        {info.notes.iter().map(|n| view! { <p class="hint">{n.clone()}</p> }).collect_view()}
        {(!info.source.is_empty()).then(|| view! { <p class="hint">"Source: "{info.source.clone()}</p> })}
    }
}
