//! ROC and precision-recall curves, and the threshold that moves everything at once.

use leptos::prelude::*;
use petri_data::metric::Ranking;

use crate::context::lab;
use crate::drawing::axis::{Axis, label, path};
use crate::state::results::Scores;

const SIDE: f32 = 230.0;
const LEFT: f32 = 38.0;
const BOTTOM: f32 = 34.0;
const TOP: f32 = 20.0;

/// The view.
#[component]
pub(crate) fn RankingView() -> impl IntoView {
    let lab = lab();
    let scores = Memo::new(move |_| lab.model.with(crate::state::Model::scores));
    let curves = Memo::new(move |_| scores.with(|s| s.as_ref().map(Scores::ranking)));
    let threshold = Memo::new(move |_| lab.model.with(|m| m.looking.threshold));
    let here = Memo::new(move |_| {
        scores.with(|s| {
            s.as_ref().map(|s| {
                let m = s.confusion.of_class(1);
                (m.sensitivity as f32, m.specificity as f32, m.precision as f32)
            })
        })
    });
    let split = move || lab.model.with(|m| m.judged_split().title());
    let area = move |of: fn(&Ranking) -> f64| curves.with(|c| c.as_ref().map_or("—".to_owned(), |c| format!("{:.3}", of(c))));
    view! {
        <section class="panel" aria-labelledby="ranking-title">
            <h2 id="ranking-title">"ROC and precision-recall "<span class="hint">"("{split}" data)"</span></h2>
            <div class="small-multiples">
                <figure>
                    <Plot title="ROC curve" x_name="1 − specificity" y_name="sensitivity" test_id="roc"
                        points=Signal::derive(move || curves.with(|c| c.as_ref().map_or(vec![], |c| {
                            let mut points = vec![(0.0, 0.0)];
                            points.extend(c.points().iter().map(|p| (p.fall_out as f32, p.recall as f32)));
                            points
                        })))
                        now=Signal::derive(move || here.get().map(|(sensitivity, specificity, _)| (1.0 - specificity, sensitivity)))/>
                    <figcaption>"ROC, area "<span data-testid="roc-auc">{move || area(Ranking::roc_auc)}</span></figcaption>
                </figure>
                <figure>
                    <Plot title="Precision-recall curve" x_name="sensitivity (recall)" y_name="precision" test_id="pr"
                        points=Signal::derive(move || curves.with(|c| c.as_ref().map_or(vec![], |c| {
                            c.points().iter().map(|p| (p.recall as f32, p.precision as f32)).collect()
                        })))
                        now=Signal::derive(move || here.get().map(|(sensitivity, _, precision)| (sensitivity, precision)))/>
                    <figcaption>"Precision-recall, area "<span data-testid="pr-auc">{move || area(Ranking::pr_auc)}</span></figcaption>
                </figure>
            </div>
            <label class="threshold">"Threshold "<output>{move || format!("{:.2}", threshold.get())}</output>
                <input type="range" min="0" max="1" step="0.01" data-testid="threshold" prop:value=move || threshold.get().to_string()
                    on:input=move |ev| {
                        let value = event_target_value(&ev).parse().unwrap_or(0.5);
                        lab.act(|m| m.look(|l| l.threshold = value));
                    }/>
            </label>
            <p class="readout" data-testid="ranking-readout">{move || here.get().map(|(sensitivity, specificity, precision)| {
                format!("sensitivity {} · specificity {} · precision {}", label(sensitivity), label(specificity), label(precision))
            })}</p>
        </section>
    }
}

#[component]
fn Plot(
    title: &'static str,
    x_name: &'static str,
    y_name: &'static str,
    test_id: &'static str,
    points: Signal<Vec<(f32, f32)>>,
    now: Signal<Option<(f32, f32)>>,
) -> impl IntoView {
    let x = Axis { low: 0.0, high: 1.0, log: false, from: LEFT, to: SIDE - 8.0 };
    let y = Axis { low: 0.0, high: 1.0, log: false, from: SIDE - BOTTOM, to: TOP };
    let finite = move || points.get().into_iter().filter(|(a, b)| a.is_finite() && b.is_finite()).collect::<Vec<_>>();
    let name = move || {
        now.get().map_or(title.to_owned(), |(a, b)| format!("{title}; at the threshold {x_name} {a:.2}, {y_name} {b:.2}"))
    };
    view! {
        <svg viewBox=format!("0 0 {SIDE} {SIDE}") role="img" aria-label=name data-testid=test_id>
            {[0.0f32, 0.5, 1.0].map(|t| view! {
                <line class="grid" x1=x.from x2=x.to y1=y.position(t) y2=y.position(t)/>
                <text class="tick" x=LEFT - 5.0 y=y.position(t) + 4.0 text-anchor="end">{label(t)}</text>
                <text class="tick" x=x.position(t) y=SIDE - BOTTOM + 14.0 text-anchor="middle">{label(t)}</text>
            }).collect_view()}
            <text class="tick" x=(x.from + x.to) / 2.0 y=SIDE - 4.0 text-anchor="middle">{x_name}</text>
            <text class="tick" x="4" y="11" text-anchor="start">{y_name}</text>
            <path class="line line-validation line-solid" d=move || path(&finite(), &x, &y)/>
            {move || now.get().filter(|(a, b)| a.is_finite() && b.is_finite())
                .map(|(a, b)| view! { <circle class="curve-now" cx=x.position(a) cy=y.position(b) r="6"/> })}
        </svg>
    }
}
