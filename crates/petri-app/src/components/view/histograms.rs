//! Histograms of the weights of each layer and of their gradients.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::components::drawing::Plot;
use crate::context::lab;
use crate::drawing::histogram::drawing;
use crate::drawing::shape::Drawing;
use crate::view::histograms::of_weights;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Histograms/> }.into_any()
}

#[component]
fn Histograms() -> impl IntoView {
    let lab = lab();
    let of = move |kind: ProbeKind, class: &'static str, what: &'static str| {
        let answer = lab.probed(kind);
        Memo::new(move |_| {
            let all = answer.with(|a| a.as_deref().map_or(vec![], of_weights));
            all.into_iter().map(|(name, h)| (name.clone(), drawing(&h, class, &format!("{what} of {name}")))).collect::<Vec<_>>()
        })
    };
    let weights = of(ProbeKind::Weights, "bar", "Weights");
    let gradients = of(ProbeKind::Gradients, "bar bar-soft", "Gradients");
    let names = Memo::new(move |_| weights.with(|w| w.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>()));
    let find = |all: Memo<Vec<(String, Drawing)>>, name: String| {
        Memo::new(move |_| all.with(|all| all.iter().find(|(n, _)| *n == name).map(|(_, d)| d.clone())).unwrap_or_default())
    };
    view! {
        <section class="panel" aria-labelledby="histograms-title">
            <h2 id="histograms-title">"Weights and gradients"</h2>
            <div class="histograms" data-testid="histograms">
                <For each=move || names.get() key=Clone::clone let:name>
                    <h3><code>{name.clone()}</code></h3>
                    <figure><Plot drawing=find(weights, name.clone())/><figcaption>"weights"</figcaption></figure>
                    <figure><Plot drawing=find(gradients, name.clone())/><figcaption>"gradients of the last batch"</figcaption></figure>
                </For>
            </div>
        </section>
    }
}
