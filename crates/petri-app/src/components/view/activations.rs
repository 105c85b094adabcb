//! Activation functions with the working points of their neurons on them.

use leptos::prelude::*;
use petri_protocol::OpSpec;
use petri_protocol::command::ProbeKind;

use crate::components::drawing::Plot;
use crate::context::lab;
use crate::state::probes::Answer;
use crate::view::activations::{drawing, layers, summary, sums};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Activations/> }.into_any()
}

#[component]
fn Activations() -> impl IntoView {
    let lab = lab();
    let answer = lab.probed(ProbeKind::Activations);
    let layers = Memo::new(move |_| lab.experiment.with(layers));
    view! {
        <section class="panel" aria-labelledby="activations-title">
            <h2 id="activations-title">"Activation functions"</h2>
            <div class="small-multiples" data-testid="activations">
                {move || layers.get().into_iter().map(|(name, function)| view! { <Curve name=name function=function answer=answer/> }).collect_view()}
            </div>
            <p class="hint">"Each dot is the sum z of one neuron for one training sample."</p>
        </section>
    }
}

#[component]
fn Curve(name: String, function: OpSpec, answer: Memo<Option<Answer>>) -> impl IntoView {
    let (for_drawing, for_words) = (name.clone(), name.clone());
    let (word, drawn_function) = (function.word(), function.clone());
    let drawn = Memo::new(move |_| {
        answer
            .with(|a| drawing(&for_drawing, &drawn_function, a.as_ref().and_then(|a| sums(a, &for_drawing)).map_or(&[], |s| s.0)))
    });
    let words = move || {
        answer.with(|a| a.as_ref().and_then(|a| sums(a, &for_words)).map(|(values, units)| summary(&function, values, units)))
    };
    view! {
        <figure>
            <Plot drawing=drawn/>
            <figcaption><strong>{word}</strong>" behind "<code>{name}</code>". "{words}</figcaption>
        </figure>
    }
}
