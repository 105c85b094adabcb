//! The decision boundary of a network over the plane, with the points on it.

use leptos::prelude::*;
use petri_data::metric::accuracy;
use petri_protocol::command::ProbeKind;

use crate::components::canvas::PictureCanvas;
use crate::components::drawing::Plot;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::drawing::plane::sign;
use crate::drawing::shape::Drawing;
use crate::view::boundary::{background, drawing};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <BoundaryView/> }.into_any()
}

#[component]
fn BoundaryView() -> impl IntoView {
    let lab = lab();
    let boundary = lab.probed(ProbeKind::Boundary);
    let samples = lab.probed(ProbeKind::Samples);
    let threshold = Memo::new(move |_| lab.model.with(|m| m.looking.threshold));
    let picture = Memo::new(move |_| boundary.with(|b| background(b.as_ref()?, threshold.get())));
    let text = Memo::new(move |_| {
        lab.model.with(|m| {
            let accuracy = m.curves.validation.last().map_or(String::new(), |p| {
                format!(" It answers {} of the validation points rightly.", label(p.get(accuracy::CARD.id)))
            });
            format!("Decision regions after {} steps.{accuracy}", m.step)
        })
    });
    let drawn = Memo::new(move |_| {
        lab.info.with(|info| {
            info.as_ref().map_or_else(Drawing::default, |info| {
                boundary.with(|b| samples.with(|s| drawing(info, b.as_deref(), s.as_deref(), threshold.get(), String::new())))
            })
        })
    });
    let classes = move || lab.info.with(|i| i.as_ref().map(|i| i.classes.clone()).unwrap_or_default());
    let of_threshold = move || {
        let t = threshold.get();
        if t == 0.5 { String::new() } else { format!(" Dark line: threshold {t:.2}.") }
    };
    view! {
        <section class="panel" aria-labelledby="boundary-title">
            <h2 id="boundary-title">"Decision boundary"</h2>
            <div class="plane">
                <PictureCanvas picture=picture label=text test_id="boundary"/>
                <Plot drawing=drawn is_silent=true test_id="plane" file="boundary"/>
            </div>
            <p class="legend">
                {move || classes().into_iter().enumerate().map(|(i, name)| view! {
                    <span class="legend-item"><span class=format!("class-sign class-{}", i % 7) aria-hidden="true">{sign(i)}</span>{name}</span>
                }).collect_view()}
                <span class="hint">"The background is the network's answer; pale means unsure. The points are the training data."{of_threshold}</span>
            </p>
        </section>
    }
}
