//! Histograms of the weights of each layer and of their gradients.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::context::lab;
use crate::drawing::axis::label;
use crate::drawing::histogram::{Histogram, histogram};

const WIDTH: f32 = 220.0;
const HEIGHT: f32 = 90.0;
const BINS: usize = 31;

/// The view.
#[component]
pub(crate) fn Histograms() -> impl IntoView {
    let lab = lab();
    let of = move |kind: ProbeKind| {
        Memo::new(move |_| {
            lab.model.with(|m| {
                m.probes.answer(kind).map_or(vec![], |answer| {
                    let weights = answer.parts.iter().enumerate().filter(|(_, p)| p.name.ends_with(".weight") && !p.is_empty());
                    weights
                        .map(|(i, p)| (p.name.trim_end_matches(".weight").to_owned(), histogram(answer.part(i), BINS)))
                        .collect::<Vec<_>>()
                })
            })
        })
    };
    let (weights, gradients) = (of(ProbeKind::Weights), of(ProbeKind::Gradients));
    view! {
        <section class="panel" aria-labelledby="histograms-title">
            <h2 id="histograms-title">"Weights and gradients"</h2>
            <div class="histograms" data-testid="histograms">
                {move || weights.get().into_iter().map(|(name, h)| {
                    let gradient = gradients.with(|g| g.iter().find(|(n, _)| *n == name).map(|(_, h)| h.clone()));
                    view! {
                        <h3><code>{name.clone()}</code></h3>
                        <figure>{bars(&h, "bar-weight", &format!("Weights of {name}"))}<figcaption>"weights"</figcaption></figure>
                        <figure>{gradient.map(|g| bars(&g, "bar-gradient", &format!("Gradients of {name}")))}<figcaption>"gradients of the last batch"</figcaption></figure>
                    }
                }).collect_view()}
            </div>
        </section>
    }
}

fn bars(histogram: &Histogram, class: &'static str, name: &str) -> impl IntoView + use<> {
    let most = histogram.counts.iter().copied().max().unwrap_or(1).max(1) as f32;
    let n = histogram.counts.len() as f32;
    let d: String = histogram
        .counts
        .iter()
        .enumerate()
        .map(|(i, count)| {
            let (x, h) = (WIDTH * i as f32 / n, (HEIGHT - 18.0) * *count as f32 / most);
            format!("M{x:.1} {:.1}h{:.1}v{h:.1}h-{:.1}z", HEIGHT - 16.0 - h, WIDTH / n - 0.8, WIDTH / n - 0.8)
        })
        .collect();
    let (low, high) = (label(-histogram.reach), label(histogram.reach));
    let name = format!("{name}, from {low} to {high}");
    let invalid = (histogram.n_invalid > 0).then(|| format!(" {} are no numbers.", histogram.n_invalid));
    view! {
        <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=format!("{name}.{}", invalid.unwrap_or_default())>
            <path class=class d=d/>
            <text class="tick" x="0" y=HEIGHT - 3.0>{low}</text>
            <text class="tick" x=WIDTH / 2.0 y=HEIGHT - 3.0 text-anchor="middle">"0"</text>
            <text class="tick" x=WIDTH y=HEIGHT - 3.0 text-anchor="end">{high}</text>
        </svg>
    }
}
