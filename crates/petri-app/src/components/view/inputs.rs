//! Histograms of the inputs, as they come and as the network sees them.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::components::drawing::Plot;
use crate::context::lab;
use crate::view::inputs::{drawing, features, is_scaled};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Inputs/> }.into_any()
}

#[component]
fn Inputs() -> impl IntoView {
    let lab = lab();
    let answer = lab.probed(ProbeKind::Samples);
    let all = Memo::new(move |_| {
        lab.info.with(|info| {
            answer.with(|answer| info.as_ref().zip(answer.as_deref()).map_or(vec![], |(info, answer)| features(info, answer)))
        })
    });
    let of = move |scaled: bool| Memo::new(move |_| all.with(|f| drawing(f, scaled)));
    let (before, after) = (of(false), of(true));
    let note = move || {
        if all.with(|f| is_scaled(f)) {
            "Standardised: of each value the mean of the training data is taken away, and the rest is divided by their standard deviation."
        } else {
            "Not standardised: the network sees the numbers as they come."
        }
    };
    view! {
        <section class="panel" aria-labelledby="inputs-title">
            <h2 id="inputs-title">"Inputs before and after scaling"</h2>
            <div class="small-multiples" data-testid="inputs">
                <figure><figcaption><strong>"As they come"</strong></figcaption><Plot drawing=before test_id="inputs-before" file="inputs-before"/></figure>
                <figure><figcaption><strong>"As the network sees them"</strong></figcaption><Plot drawing=after test_id="inputs-after" file="inputs-after"/></figure>
            </div>
            <p class="hint">{note}" All features share one axis; mean ± standard deviation."</p>
        </section>
    }
}
