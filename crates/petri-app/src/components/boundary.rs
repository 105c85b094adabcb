//! The decision boundary of a network over the plane, with the points on it.

use leptos::html;
use leptos::prelude::*;
use petri_data::generators::EXTENT;
use petri_data::metric::accuracy;
use petri_protocol::command::ProbeKind;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::components::canvas::{context_2d, put};
use crate::context::lab;
use crate::drawing::axis::label;
use crate::drawing::colormap;
use crate::drawing::picture::regions;
use crate::state::probes::ProbeAnswer;

/// Side of the canvas in its own pixels; twice the usual size on the page, for sharp points.
const SIDE: u32 = 960;
/// Radius of a point in canvas pixels.
const RADIUS: f64 = 9.0;

/// The view.
#[component]
pub(crate) fn BoundaryView() -> impl IntoView {
    let lab = lab();
    let answer = move |kind| Memo::new(move |_| lab.model.with(|m| m.probes.answer(kind).cloned()));
    let boundary = answer(ProbeKind::Boundary);
    let samples = answer(ProbeKind::Samples);
    let canvas: NodeRef<html::Canvas> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            boundary.with(|b| samples.with(|s| draw(&canvas, b.as_ref(), s.as_ref())));
        }
    });
    let text = Memo::new(move |_| {
        lab.model.with(|m| {
            let accuracy = m.curves.validation.last().map_or(String::new(), |p| {
                format!(" It answers {} of the validation points rightly.", label(p.get(accuracy::CARD.id)))
            });
            format!("Decision regions after {} steps.{accuracy}", m.step)
        })
    });
    let classes = move || lab.info.with(|i| i.as_ref().map(|i| i.classes.clone()).unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="boundary-title">
            <h2 id="boundary-title">"Decision boundary"</h2>
            <canvas class="boundary" node_ref=canvas width=SIDE height=SIDE role="img" aria-label=text data-testid="boundary"></canvas>
            <p class="legend">
                {move || classes().into_iter().enumerate().map(|(i, name)| view! {
                    <span class=format!("legend-item class-{i}")>{if i == 0 { "● " } else { "■ " }}{name}</span>
                }).collect_view()}
                <span class="hint">"The background is the network's answer; pale means unsure. The points are the training data."</span>
            </p>
        </section>
    }
}

fn draw(canvas: &HtmlCanvasElement, boundary: Option<&ProbeAnswer>, samples: Option<&ProbeAnswer>) {
    let Some(context) = context_2d(canvas) else { return };
    let side = f64::from(SIDE);
    context.clear_rect(0.0, 0.0, side, side);
    if let Some(answer) = boundary
        && let Some(part) = answer.parts.first()
        && let [k, cells, _] = part.shape[..]
    {
        background(&context, answer.part(0), k, cells);
    }
    let Some(answer) = samples else { return };
    let (points, classes) = (answer.part(0), answer.part(1));
    context.set_line_width(2.0);
    context.set_stroke_style_str("#ffffff");
    for (point, class) in points.as_chunks::<2>().0.iter().zip(classes) {
        let at = |v: f32| f64::from((v / EXTENT + 1.0) / 2.0) * side;
        let (x, y) = (at(point[0]), side - at(point[1]));
        let [r, g, b] = colormap::class(*class as usize);
        context.set_fill_style_str(&format!("rgb({r} {g} {b})"));
        context.begin_path();
        // Shape and colour both say the class.
        if *class == 0.0 {
            context.arc(x, y, RADIUS, 0.0, std::f64::consts::TAU).unwrap_or_default();
        } else {
            context.rect(x - 0.9 * RADIUS, y - 0.9 * RADIUS, 1.8 * RADIUS, 1.8 * RADIUS);
        }
        context.fill();
        context.stroke();
    }
}

/// Draws the regions enlarged and smoothed.
fn background(context: &CanvasRenderingContext2d, values: &[f32], k: usize, cells: usize) {
    let document = web_sys::window().and_then(|w| w.document());
    let small = document.and_then(|d| d.create_element("canvas").ok()).and_then(|e| e.dyn_into::<HtmlCanvasElement>().ok());
    if let Some(small) = small {
        put(&small, &regions(values, k, cells));
        let side = f64::from(SIDE);
        context.draw_image_with_html_canvas_element_and_dw_and_dh(&small, 0.0, 0.0, side, side).unwrap_or_default();
    }
}
