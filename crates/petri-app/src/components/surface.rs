//! The loss over two parameters as a map, with the path of the optimizer on it.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::components::canvas::PictureCanvas;
use crate::context::lab;
use crate::drawing::axis::{Axis, label, path};
use crate::drawing::colormap::viridis;
use crate::drawing::picture::Picture;
use crate::state::probes::ProbeAnswer;
use crate::state::wanted::{SurfaceChoice, parameters};

/// Side of the map in the units of its drawing.
const SIDE: f32 = 300.0;
/// Points of the path that are marked.
const MAX_DOTS: usize = 300;

/// The view.
#[component]
pub(crate) fn Surface() -> impl IntoView {
    let lab = lab();
    let answer = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::LossSurface).cloned()));
    let choice = Memo::new(move |_| lab.model.with(|m| m.looking.surface.clone()));
    let names = Memo::new(move |_| {
        let all = lab.info.with(|i| lab.experiment.with(|e| i.as_ref().map_or(vec![], |i| parameters(e, i))));
        all.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    });
    let picture = Memo::new(move |_| answer.with(|a| a.as_ref().map(draw)));
    let text =
        Memo::new(move |_| answer.with(|a| a.as_ref().map_or_else(|| "The map comes with the first answer.".into(), describe)));
    let set = move |change: &dyn Fn(&mut SurfaceChoice)| lab.act(|m| m.look(|l| change(&mut l.surface)));
    let select = move |which: usize, title: &'static str| {
        view! {
            <label>{title}" "
                <select prop:value=move || choice.with(|c| c.parameters[which]).to_string()
                    on:change=move |ev| { let i = event_target_value(&ev).parse().unwrap_or(0); set(&move |c| c.parameters[which] = i); }>
                    {move || names.get().into_iter().enumerate().map(|(i, name)| {
                        view! { <option value=i.to_string() selected=move || choice.with(|c| c.parameters[which]) == i>{name}</option> }
                    }).collect_view()}
                </select>
            </label>
        }
    };
    view! {
        <section class="panel surface" aria-labelledby="surface-title">
            <h2 id="surface-title">"Loss surface"</h2>
            <div class="surface-map">
                <PictureCanvas picture=picture label=text test_id="surface"/>
                <svg viewBox=format!("0 0 {SIDE} {SIDE}") aria-hidden="true">
                    {move || answer.with(|a| choice.with(|c| overlay(a.as_ref(), c)))}
                </svg>
            </div>
            <p class="readout" data-testid="surface-readout">{text}</p>
            <div class="surface-controls">
                {select(0, "Across")}{select(1, "Up")}
                <label class="inline"><input type="radio" name="surface-batch" data-testid="surface-full" prop:checked=move || choice.with(|c| c.full_batch)
                    on:change=move |_| set(&|c| c.full_batch = true)/>" all training samples"</label>
                <label class="inline"><input type="radio" name="surface-batch" data-testid="surface-batch" prop:checked=move || !choice.with(|c| c.full_batch)
                    on:change=move |_| set(&|c| c.full_batch = false)/>" current batch"</label>
                <label class="inline">"reach "<input type="range" min="1" max="12" step="1" prop:value=move || choice.with(|c| c.extent.to_string())
                    on:change=move |ev| { let e = event_target_value(&ev).parse().unwrap_or(4.0); set(&move |c| c.extent = e); }/></label>
            </div>
            <p class="hint">"Dark is a low loss. All other parameters stay as they are now."</p>
        </section>
    }
}

/// Colours by the root of the loss above its lowest: valleys keep their shape beside high walls.
fn draw(answer: &ProbeAnswer) -> Picture {
    let values = answer.part(0);
    let side = answer.parts.first().and_then(|p| p.shape.first()).copied().unwrap_or(0);
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f32::INFINITY, f32::min);
    let span = (finite().fold(f32::NEG_INFINITY, f32::max) - low).max(1e-9);
    let mut picture = Picture::new(side, side);
    for (i, v) in values.iter().enumerate() {
        picture.set(i % side.max(1), i / side.max(1), viridis(((v - low) / span).max(0.0).sqrt()));
    }
    picture
}

fn describe(answer: &ProbeAnswer) -> String {
    let finite = || answer.part(0).iter().copied().filter(|v| v.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    let at = answer
        .part(1)
        .as_chunks::<2>()
        .0
        .last()
        .map_or(String::new(), |[a, b]| format!(" Now at ({}, {}).", label(*a), label(*b)));
    let n = answer.part(2).first().copied().unwrap_or(0.0);
    format!("Loss of {n} samples between {} and {}.{at}", label(low), label(high))
}

fn overlay(answer: Option<&ProbeAnswer>, choice: &SurfaceChoice) -> impl IntoView + use<> {
    let x =
        Axis { low: choice.centre[0] - choice.extent, high: choice.centre[0] + choice.extent, log: false, from: 0.0, to: SIDE };
    let y =
        Axis { low: choice.centre[1] - choice.extent, high: choice.centre[1] + choice.extent, log: false, from: SIDE, to: 0.0 };
    let points: Vec<(f32, f32)> = answer.map_or(vec![], |a| a.part(1).as_chunks::<2>().0.iter().map(|[a, b]| (*a, *b)).collect());
    let newest = &points[points.len().saturating_sub(MAX_DOTS)..];
    let dots: String = newest.iter().map(|(a, b)| format!("M{:.1} {:.1}h0", x.position(*a), y.position(*b))).collect();
    let now = points.last().copied();
    // Not at the very edge, where a number would be cut off.
    let inside = |at: f32| (14.0..SIDE - 14.0).contains(&at);
    let ticks = |axis: Axis| axis.ticks(4).into_iter().filter(|t| inside(axis.position(*t))).collect::<Vec<_>>();
    view! {
        {ticks(x).into_iter().map(|t| view! { <text class="map-tick" x=x.position(t) y=SIDE - 4.0 text-anchor="middle">{label(t)}</text> }).collect_view()}
        {ticks(y).into_iter().map(|t| view! { <text class="map-tick" x=3.0 y=y.position(t) + 4.0>{label(t)}</text> }).collect_view()}
        <path class="descent-path" d=path(&points, &x, &y)/>
        <path class="descent-dots" d=dots/>
        {now.map(|(a, b)| view! { <circle class="descent-now" cx=x.position(a) cy=y.position(b) r="6"/> })}
    }
}
