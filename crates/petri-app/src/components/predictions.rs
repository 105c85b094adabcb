//! A grid of validation images with what the network says and how sure it is.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::{DataInfo, Task, TensorShape};

use crate::components::canvas::PictureCanvas;
use crate::context::lab;
use crate::drawing::picture::{Picture, image, overlay};
use crate::state::probes::{GRID_IMAGES, ProbeAnswer};

/// What the network says about one image.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    text: String,
    truth: String,
    is_right: Option<bool>,
}

/// The view.
#[component]
pub(crate) fn Predictions() -> impl IntoView {
    let lab = lab();
    let samples = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Samples).cloned()));
    let predictions = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Predictions).cloned()));
    let count = Memo::new(move |_| samples.with(|s| s.as_ref().and_then(|s| s.range).map_or(0, |r| r.count)));
    let chosen = Memo::new(move |_| lab.model.with(|m| m.looking.sample));
    let is_segmentation = Memo::new(move |_| lab.info.with(|i| i.as_ref().is_some_and(|i| i.task == Task::Segmentation)));
    let cell = move |i: usize| {
        let picture = Memo::new(move |_| {
            let info = lab.info.get()?;
            samples.with(|s| predictions.with(|p| picture(&info, s.as_ref()?, p.as_ref(), i)))
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
                <PictureCanvas picture=picture label="" test_id="prediction-image"/>
                <span class="prediction-text">
                    {move || said.get().and_then(|s| s.is_right).map(|r| if r { "✓ " } else { "✗ " })}{text}
                </span>
            </button>
        }
    };
    view! {
        <section class="panel" aria-labelledby="predictions-title">
            <h2 id="predictions-title">"Validation images and what the network says"</h2>
            <div class="predictions" class:predictions-large=is_segmentation data-testid="predictions">
                {(0..GRID_IMAGES).map(|i| view! { <Show when=move || i < count.get()>{cell(i)}</Show> }).collect_view()}
            </div>
            <p class="hint">"Choose an image to see its feature maps below."</p>
        </section>
    }
}

fn picture(info: &DataInfo, samples: &ProbeAnswer, predictions: Option<&ProbeAnswer>, i: usize) -> Option<Picture> {
    let TensorShape::Image { channels, height, width } = info.input else { return None };
    let len = info.input.len();
    let mut picture = image(samples.part(0).get(i * len..(i + 1) * len)?, channels, height, width);
    if info.task == Task::Segmentation
        && let Some(predictions) = predictions
    {
        let (k, area) = (info.n_classes(), height * width);
        let second = predictions.part(0).get((i * k + 1) * area..(i * k + 2) * area)?;
        overlay(&mut picture, second);
    }
    Some(picture)
}

fn said(info: &DataInfo, samples: &ProbeAnswer, predictions: &ProbeAnswer, i: usize) -> Option<Said> {
    let k = info.n_classes();
    match info.task {
        Task::MultiClass => {
            let p = predictions.part(0).get(i * k..(i + 1) * k)?;
            let best = (0..k).fold(0, |best, c| if p[c] > p[best] { c } else { best });
            let truth = *samples.part(1).get(i)? as usize;
            Some(Said {
                text: format!("{} {:.0} %", info.classes[best], 100.0 * p[best]),
                truth: info.classes.get(truth)?.clone(),
                is_right: Some(best == truth),
            })
        }
        Task::MultiLabel => {
            let names = |values: &[f32]| {
                let names: Vec<&str> =
                    info.classes.iter().zip(values).filter(|(_, v)| **v > 0.5).map(|(n, _)| n.as_str()).collect();
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
            };
            let p = names(predictions.part(0).get(i * k..(i + 1) * k)?);
            let truth = names(samples.part(1).get(i * k..(i + 1) * k)?);
            Some(Said { is_right: Some(p == truth), text: p, truth })
        }
        // The grid is of images, which have classes.
        Task::Regression => None,
        Task::Segmentation => {
            let area = info.input.area();
            let p = predictions.part(0).get((i * k + 1) * area..(i * k + 2) * area)?;
            let truth = samples.part(1).get(i * area..(i + 1) * area)?;
            let right = p.iter().zip(truth).filter(|(p, t)| (**p > 0.5) == (**t > 0.5)).count();
            let share = 100.0 * right as f64 / area as f64;
            Some(Said { text: format!("{share:.0} % of pixels right"), truth: "the drawn mask".into(), is_right: None })
        }
    }
}
