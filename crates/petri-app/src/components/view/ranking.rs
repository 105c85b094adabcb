//! ROC and precision-recall curves, and the threshold that moves everything at once.

use leptos::prelude::*;
use petri_data::metric::Ranking;
use petri_protocol::number;

use crate::components::drawing::Plot;
use crate::context::lab;
use crate::drawing::axis::label;
use crate::state::results::Scores;
use crate::view::ranking::drawing;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <RankingView/> }.into_any()
}

#[component]
fn RankingView() -> impl IntoView {
    let lab = lab();
    let scores = lab.scores();
    let curves = Memo::new(move |_| scores.with(|s| s.as_ref().map(Scores::ranking)));
    let threshold = Memo::new(move |_| lab.model.with(|m| m.looking.threshold));
    let here = Memo::new(move |_| {
        scores.with(|s| {
            s.as_ref().map(|s| {
                let m = s.confusion.of_class(1);
                // A share of nothing is none.
                let precision = if s.confusion.n_called(1) == 0 { f32::NAN } else { m.precision as f32 };
                (m.sensitivity as f32, m.specificity as f32, precision)
            })
        })
    });
    let split = move || lab.model.with(|m| m.judged_split().title());
    let area = move |of: fn(&Ranking) -> f64| curves.with(|c| c.as_ref().map_or("—".to_owned(), |c| format!("{:.3}", of(c))));
    let roc = Memo::new(move |_| {
        let points = curves.with(|c| {
            let points = c.iter().flat_map(Ranking::points).map(|p| (p.fall_out as f32, p.recall as f32));
            [(0.0, 0.0)].into_iter().chain(points).collect::<Vec<_>>()
        });
        let now = here.get().map(|(sensitivity, specificity, _)| (1.0 - specificity, sensitivity));
        drawing("ROC curve", ["1 − specificity", "sensitivity"], &points, now)
    });
    let pr = Memo::new(move |_| {
        let of =
            |c: &Option<Ranking>| c.iter().flat_map(Ranking::points).map(|p| (p.recall as f32, p.precision as f32)).collect();
        let points: Vec<(f32, f32)> = curves.with(of);
        let now = here.get().map(|(sensitivity, _, precision)| (sensitivity, precision));
        drawing("Precision-recall curve", ["sensitivity (recall)", "precision"], &points, now)
    });
    view! {
        <section class="panel" aria-labelledby="ranking-title">
            <h2 id="ranking-title">"ROC and precision-recall "<span class="hint">"("{split}" data)"</span></h2>
            <div class="small-multiples">
                <figure>
                    <Plot drawing=roc test_id="roc" file="roc"/>
                    <figcaption>"ROC, area "<span data-testid="roc-auc">{move || area(Ranking::roc_auc)}</span></figcaption>
                </figure>
                <figure>
                    <Plot drawing=pr test_id="pr" file="precision-recall"/>
                    <figcaption>"Precision-recall, area "<span data-testid="pr-auc">{move || area(Ranking::pr_auc)}</span></figcaption>
                </figure>
            </div>
            <div class="threshold">
                <label for="threshold">"Threshold"</label><output for="threshold">{move || format!("{:.2}", threshold.get())}</output>
                <input type="range" id="threshold" min="0" max="1" step="0.01" data-testid="threshold" prop:value=move || threshold.get().to_string()
                    on:input=move |ev| {
                        let value = number::read(&event_target_value(&ev)).map_or(0.5, |t| t as f32);
                        lab.act(|m| m.look(|l| l.threshold = value));
                    }/>
            </div>
            <p class="readout" data-testid="ranking-readout">{move || here.get().map(|(sensitivity, specificity, precision)| {
                format!("sensitivity {} · specificity {} · precision {}", label(sensitivity), label(specificity), label(precision))
            })}</p>
        </section>
    }
}
