//! A grid of validation images with what the network says and how sure it is.

use leptos::prelude::*;
use petri_protocol::Task;
use petri_protocol::command::ProbeKind;

use crate::components::canvas::PictureCanvas;
use crate::context::lab;
use crate::state::probes::GRID_IMAGES;
use crate::view::predictions::{picture, predicted_mask, said, true_mask};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Predictions/> }.into_any()
}

#[component]
fn Predictions() -> impl IntoView {
    let lab = lab();
    let samples = lab.probed(ProbeKind::Samples);
    let predictions = lab.probed(ProbeKind::Predictions);
    let count = Memo::new(move |_| samples.with(|s| s.as_ref().and_then(|s| s.range).map_or(0, |r| r.count)));
    let chosen = Memo::new(move |_| lab.model.with(|m| m.looking.sample));
    let is_segmentation = Memo::new(move |_| lab.info.with(|i| i.as_ref().is_some_and(|i| i.task == Task::Segmentation)));
    let cell = move |i: usize| {
        let shown = Memo::new(move |_| {
            let info = lab.info.get()?;
            samples.with(|s| {
                predictions.with(|p| {
                    let mask = p.as_ref().filter(|_| is_segmentation.get()).and_then(|p| predicted_mask(&info, p, i));
                    picture(&info, s.as_ref()?, i, mask)
                })
            })
        });
        let truth = Memo::new(move |_| {
            let info = lab.info.get()?;
            samples.with(|s| picture(&info, s.as_ref()?, i, Some(true_mask(&info, s.as_ref()?, i)?)))
        });
        let said = Memo::new(move |_| {
            let info = lab.info.get()?;
            samples.with(|s| predictions.with(|p| said(&info, s.as_ref()?, p.as_ref()?, i)))
        });
        let text = move || said.get().map_or(String::new(), |s| s.text);
        let name = move || {
            said.get().map_or(format!("Validation image {}", i + 1), |s| {
                let mark = s.is_right.map_or("", |r| if r { ", right" } else { ", wrong" });
                format!("Validation image {}: network says {}, truth {}{mark}", i + 1, s.text, s.truth)
            })
        };
        view! {
            <button type="button" class="prediction" aria-pressed=move || (chosen.get() == i).to_string() aria-label=name
                class:right=move || said.get().and_then(|s| s.is_right) == Some(true)
                class:wrong=move || said.get().and_then(|s| s.is_right) == Some(false)
                on:click=move |_| lab.act(|m| { m.looking.sample = i; vec![] })>
                <span class="prediction-pictures">
                    <span><PictureCanvas picture=shown label="" test_id="prediction-image"/></span>
                    <Show when=move || is_segmentation.get()><span><PictureCanvas picture=truth label="" test_id="truth-image"/></span></Show>
                </span>
                <span class="prediction-text">
                    {move || said.get().and_then(|s| s.is_right).map(|r| if r { "✓ " } else { "✗ " })}{text}
                </span>
            </button>
        }
    };
    let overlap = move || {
        let class = lab.info.with(|i| i.as_ref().and_then(|i| i.classes.get(1).cloned())).unwrap_or_default();
        format!(
            "Left: what the network says. Right: the truth. IoU: pixels that both the network and the truth call {class}, \
             divided by pixels that at least one of them calls {class}. Dice: twice the former, divided by the pixels that \
             the network calls {class} plus those that the truth does. "
        )
    };
    view! {
        <section class="panel" aria-labelledby="predictions-title">
            <h2 id="predictions-title">"Validation images and what the network says"</h2>
            <div class="predictions" class:predictions-large=is_segmentation data-testid="predictions">
                {(0..GRID_IMAGES).map(|i| view! { <Show when=move || i < count.get()>{cell(i)}</Show> }).collect_view()}
            </div>
            <p class="hint">
                <Show when=move || is_segmentation.get()>{overlap}</Show>
                "Choose an image to see its feature maps below."
            </p>
        </section>
    }
}
