//! Several runs: starting them, their progress, box plot, curves over each other, results as a file.

use leptos::prelude::*;
use petri_data::metric::{self, loss};
use petri_protocol::{ModelSpec, link, order, setting};

use crate::components::bar::bar;
use crate::components::box_plot::box_plot;
use crate::components::whole_number::WholeNumber;
use crate::context::lab;
use crate::download::download;
use crate::drawing::axis::{Axis, label, path};
use crate::state::Model;
use crate::state::history::{RunRecord, csv, labels, with_importance};
use crate::state::results;
use petri_lesson::dish::Runs;

const WIDTH: f32 = 460.0;
const HEIGHT: f32 = 200.0;
/// Single runs whose curves are laid over each other.
const MAX_SINGLE: usize = 12;
/// Most seeds of a comparison.
const MAX_SEEDS: usize = 50;
/// Most values of a setting that are compared.
const MAX_VALUES: usize = 12;

/// The runs of this place that are shown: the newest series, or the single ones.
fn shown() -> Memo<Vec<RunRecord>> {
    let lab = lab();
    let data = Memo::new(move |_| lab.experiment.with(|e| (e.data.source, e.data.target.clone(), e.data.file.clone())));
    let version = Memo::new(move |_| lab.model.with(|m| (m.library.history.version, m.origin.clone())));
    Memo::new(move |_| {
        version.with(|_| ());
        data.with(|_| ());
        lab.model.with_untracked(|m| {
            let newest = m.library.history.newest(&m.origin);
            let newest: Vec<&RunRecord> = if newest.iter().any(|r| r.series > 0) {
                newest
            } else {
                m.library.history.comparable(&m.origin, &m.experiment.data, MAX_SINGLE)
            };
            newest.into_iter().cloned().collect()
        })
    })
}

/// The view. A dish brings its own plan of runs; the lab has controls for one.
#[component]
pub(crate) fn RunsView(
    /// What a dish offers.
    #[prop(into)]
    planned: Signal<Option<Runs>>,
) -> impl IntoView {
    let lab = lab();
    let records = shown();
    // Who comes back finds the plan by which the runs beside it were started.
    let plan = RwSignal::new(lab.model.with_untracked(|m| m.looking.plan.clone()).unwrap_or_else(|| Runs {
        n_seeds: 5,
        metric: "val_accuracy".into(),
        variants: vec![],
        models: vec![ModelSpec::Network],
    }));
    let metric = RwSignal::new(None::<String>);
    // A dish's plan is taken over when the dish changes.
    let current = Memo::new(move |_| planned.get().unwrap_or_else(|| plan.get()));
    let has_plan = Memo::new(move |_| planned.with(Option::is_some));
    let chosen_metric = Memo::new(move |_| {
        let wanted = metric.get().unwrap_or_else(|| current.with(|c| c.metric.clone()));
        let known = metrics_of(&records.get());
        if known.is_empty() || known.contains(&wanted) { wanted } else { known[0].clone() }
    });
    let title = Memo::new(move |_| {
        let target = lab.info.with(|i| i.as_ref().map(|i| i.target.clone())).unwrap_or_default();
        chosen_metric.with(|m| results::titled(m, &target))
    });
    let members = Memo::new(move |_| lab.experiment.with(|e| current.with(|c| c.members(e).len())));
    let running = Memo::new(move |_| lab.model.with(|m| m.library.series.is_running));
    let can_start = Memo::new(move |_| lab.model.with(Model::can_start_series));
    let start = move |_| {
        let members = lab.experiment.with_untracked(|e| current.with_untracked(|c| c.members(e)));
        lab.act(|m| {
            m.looking.plan = Some(plan.get_untracked());
            m.start_series(members)
        });
    };
    view! {
        <section class="panel runs" aria-labelledby="runs-title">
            <h2 id="runs-title">"Several runs"</h2>
            <Show when=move || !has_plan.get()><PlanEditor plan=plan/></Show>
            <div class="row">
                <button type="button" class="primary" data-testid="start-runs" disabled=move || !can_start.get() || members.get() == 0 on:click=start>
                    {move || format!("Start {} run{}", members.get(), if members.get() == 1 { "" } else { "s" })}
                </button>
                <Show when=move || running.get()>
                    <button type="button" data-testid="cancel-runs" on:click=move |_| lab.act(|m| m.cancel_series())>"Cancel"</button>
                </Show>
                <SeriesProgress/>
            </div>
            <Show when=move || !records.with(Vec::is_empty)>
                <label class="inline runs-result">"Result "
                    <select data-testid="metric" prop:value=chosen_metric on:change=move |ev| metric.set(Some(event_target_value(&ev)))>
                        {move || metrics_of(&records.get()).into_iter().map(|m| {
                            let (value, shown) = (m.clone(), metric::result_title(&m));
                            view! { <option value=m prop:selected=move || chosen_metric.get() == value>{shown}</option> }
                        }).collect_view()}
                    </select>
                </label>
                {move || records.with(|r| { let all: Vec<&RunRecord> = r.iter().collect(); box_plot(&all, &labels(&all), &chosen_metric.get(), &title.get()) })}
                <Overlay records=records/>
                <Importances records=records/>
                <ResultTable records=records metric=chosen_metric title=title/>
                <div class="row">
                    <button type="button" data-testid="csv" on:click=move |_| {
                        let text = records.with(|r| csv(&r.iter().collect::<Vec<_>>()));
                        download("petri-runs.csv", "text/csv", &text);
                    }>"Results as CSV"</button>
                    <button type="button" data-testid="forget-runs" on:click=move |_| lab.act(|m| m.clear_runs())>"Forget these runs"</button>
                </div>
            </Show>
        </section>
    }
}

/// Results that the shown runs have, in the order of the menu.
fn metrics_of(records: &[RunRecord]) -> Vec<String> {
    metric::result_names().into_iter().filter(|m| records.iter().any(|r| r.value(m).is_some())).collect()
}

/// Seeds, values of one setting, and models to compare.
#[component]
fn PlanEditor(plan: RwSignal<Runs>) -> impl IntoView {
    let lab = lab();
    let planned = plan.with_untracked(|p| p.variants.clone());
    let key =
        RwSignal::new(planned.first().and_then(|(_, settings)| settings.first()).map(|(key, _)| key.clone()).unwrap_or_default());
    let values: Vec<String> = planned.into_iter().map(|(name, _)| name).collect();
    // What stands in the field; it belongs to the setting whose values it names.
    let typed = RwSignal::new(values.join("; "));
    let wrong = RwSignal::new(String::new());
    let has_choice = move || lab.info.with(|i| i.as_ref().is_some_and(|i| ModelSpec::ALL.iter().all(|m| m.fits(i))));
    let choose = move |chosen: String| {
        key.set(chosen);
        typed.set(String::new());
        wrong.set(String::new());
        plan.update(|p| p.variants.clear());
    };
    let set_values = move |text: String| {
        let key = key.get_untracked();
        let mut variants = Vec::new();
        wrong.set(String::new());
        for value in text.split(';').map(str::trim).filter(|v| !v.is_empty()).take(MAX_VALUES) {
            let read = setting::find(&key).map_or(Ok(value.to_owned()), |card| card.read(value));
            let tried = read.and_then(|text| {
                lab.experiment.with_untracked(|e| link::set(&mut e.clone(), &key, &text))?;
                Ok(text)
            });
            match tried {
                Ok(text) => variants.push((value.to_owned(), vec![(key.clone(), text)])),
                Err(why) => wrong.set(why),
            }
        }
        plan.update(|p| p.variants = variants);
        typed.set(text);
    };
    view! {
        <div class="row">
            <label>"Seeds "<WholeNumber value=Signal::derive(move || plan.with(|p| p.n_seeds)) max=MAX_SEEDS test_id="seeds"
                on_pick=move |n| plan.update(|p| p.n_seeds = n)/></label>
            <label>"Compare "
                <select data-testid="vary" on:change=move |ev| choose(event_target_value(&ev))>
                    <option value="">"nothing: only seeds"</option>
                    {setting::all().iter().filter(|c| c.key != "seed" && c.key != "engine").map(|c| view! { <option value=c.key selected=move || key.with(|k| k == c.key)>{c.plain_title()}</option> }).collect_view()}
                </select>
            </label>
            <Show when=move || !key.with(String::is_empty)>
                <label>"at the values "<input type="text" placeholder="1; 8; 64" data-testid="vary-values" prop:value=typed on:change=move |ev| set_values(event_target_value(&ev))/></label>
            </Show>
        </div>
        <Show when=move || !wrong.with(String::is_empty)><p class="problem">{wrong}</p></Show>
        <Show when=has_choice>
            <fieldset class="row"><legend class="hint">"Models"</legend>
                {ModelSpec::ALL.into_iter().map(|model| view! {
                    <label class="inline"><input type="checkbox" prop:checked=move || plan.with(|p| p.models.contains(&model))
                        on:change=move |ev| {
                            let on = event_target_checked(&ev);
                            plan.update(|p| { p.models.retain(|m| *m != model); if on { p.models.push(model); } order::sort_by_key(&mut p.models, |m| ModelSpec::ALL.iter().position(|a| a == m)); });
                        }/>{model.title()}</label>
                }).collect_view()}
            </fieldset>
        </Show>
    }
}

#[component]
fn SeriesProgress() -> impl IntoView {
    let lab = lab();
    // Only of this place: a series of another dish says nothing here.
    let summary = Memo::new(move |_| lab.model.with(|m| m.library.summary(&m.origin)));
    let running = Memo::new(move |_| {
        lab.model.with(|m| m.library.series_at(&m.origin).filter(|s| s.is_running).map(|s| (s.part() * 100.0) as u32))
    });
    let failure =
        Memo::new(move |_| lab.model.with(|m| m.library.series_at(&m.origin).and_then(|s| s.failures.first().cloned())));
    move || {
        summary.get().map(|summary| {
            view! {
                <p class="progress" data-testid="series-progress">
                    {move || running.get().map(|percent| view! { <progress value=percent max="100" aria-label="Runs done"></progress> })}
                    <span>{summary}</span>
                </p>
                {move || failure.get().map(|why| view! { <p class="problem">{why}</p> })}
            }
        })
    }
}

/// Validation curves of all runs over each other, one colour for each label.
#[component]
fn Overlay(records: Memo<Vec<RunRecord>>) -> impl IntoView {
    let curves = Memo::new(move |_| {
        records.with(|r| {
            let all: Vec<&RunRecord> = r.iter().collect();
            let labels = labels(&all);
            let lines = all.iter().filter(|r| !r.validation.of(loss::CARD.id).is_empty()).map(|r| {
                let group = labels.iter().position(|l| *l == r.label).unwrap_or(0);
                (group, finite(r.validation.of(loss::CARD.id)))
            });
            (lines.collect::<Vec<_>>(), labels)
        })
    });
    view! {
        {move || curves.with(|(lines, labels)| (!lines.is_empty()).then(|| {
            let all = || lines.iter().flat_map(|(_, points)| points.iter());
            let last = all().map(|p| p.0).fold(1.0f32, f32::max);
            let x = Axis { low: 0.0, high: last, log: false, from: 50.0, to: WIDTH - 8.0 };
            let y = Axis::fit(all().map(|p| p.1).chain([0.0]), false, HEIGHT - 30.0, 10.0);
            view! {
                <h3>"Validation loss of every run"</h3>
                <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label="Validation loss of every run against epochs" data-testid="overlay">
                    {y.ticks(4).into_iter().map(|t| view! {
                        <line class="grid" x1=x.from x2=x.to y1=y.position(t) y2=y.position(t)/>
                        <text class="tick" x="44" y=y.position(t) + 4.0 text-anchor="end">{label(t)}</text>
                    }).collect_view()}
                    {x.ticks(5).into_iter().map(|t| view! { <text class="tick" x=x.position(t) y=HEIGHT - 15.0 text-anchor="middle">{label(t)}</text> }).collect_view()}
                    <text class="tick" x=WIDTH / 2.0 y=HEIGHT - 2.0 text-anchor="middle">"epochs"</text>
                    {lines.iter().map(|(group, points)| view! { <path class=format!("line run-line run-{}", group % 7) d=path(points, &x, &y)/> }).collect_view()}
                </svg>
                <p class="legend">{labels.iter().enumerate().map(|(i, l)| view! { <span class=format!("legend-item key-run run-{}", i % 7)>{l.clone()}</span> }).collect_view()}</p>
            }
        }))}
    }
}

fn finite(curve: &[(f32, Option<f32>)]) -> Vec<(f32, f32)> {
    curve.iter().filter_map(|(x, y)| y.map(|y| (*x, y))).collect()
}

/// Mean importance of each feature for each kind of model, side by side.
#[component]
fn Importances(records: Memo<Vec<RunRecord>>) -> impl IntoView {
    const SHOWN: usize = 8;
    move || {
        records.with(|records| {
            let (features, with) = with_importance(records)?;
            let labels = labels(&with);
            let mean = |label: &str, i: usize| {
                let values: Vec<f32> = with.iter().filter(|r| r.label == label).filter_map(|r| r.importance.get(i)).copied().collect();
                values.iter().sum::<f32>() / values.len().max(1) as f32
            };
            let columns: Vec<Vec<f32>> = labels.iter().map(|l| (0..features.len()).map(|i| mean(l, i)).collect()).collect();
            // The features that matter most to any of the models, each by its own measure; bars by one for all.
            let largest: Vec<f32> = columns.iter().map(|c| c.iter().copied().fold(0.0, f32::max)).collect();
            let longest = largest.iter().copied().fold(0.0, f32::max);
            let weight = |i: usize| columns.iter().zip(&largest).map(|(c, m)| if *m > 0.0 { c[i] / m } else { 0.0 }).fold(0.0f32, f32::max);
            let mut order: Vec<usize> = (0..features.len()).collect();
            order::sort_by(&mut order, |a, b| weight(*b).total_cmp(&weight(*a)));
            let rows = order.into_iter().take(SHOWN).map(|i| {
                let cells = columns.iter().map(|c| view! { <td class="number">{label(c[i])}{bar(c[i], longest)}</td> });
                view! { <tr><th scope="row">{features[i].clone()}</th>{cells.collect_view()}</tr> }
            });
            Some(view! {
                <h3>"Permutation importance, mean over the runs"</h3>
                <div class="table-scroll" tabindex="0" role="group" aria-label="Permutation importance"><table class="importance" data-testid="importances">
                    <thead><tr><th scope="col">"feature"</th>{labels.iter().map(|l| view! { <th scope="col" class="number">{l.clone()}</th> }).collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table></div>
            })
        })
    }
}

/// Every run with its result and a link to its experiment.
#[component]
fn ResultTable(records: Memo<Vec<RunRecord>>, metric: Memo<String>, title: Memo<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let details: NodeRef<leptos::html::Details> = NodeRef::new();
    view! {
        <details node_ref=details prop:open=open on:toggle=move |_| open.set(details.get().is_some_and(|d| d.open()))>
            <summary>"Every run"</summary>
            <Show when=move || open.get()>
                <div class="table-scroll" tabindex="0" role="group" aria-label="Every run"><table>
                    <thead><tr><th scope="col">"run"</th><th scope="col">"seed"</th><th scope="col">{title}</th><th scope="col">"experiment"</th></tr></thead>
                    <tbody>{move || records.get().into_iter().map(|r| {
                        let value = r.value(&metric.get()).map_or("—".to_owned(), |v| format!("{v:.4}"));
                        let network = r.model == ModelSpec::Network;
                        view! { <tr><td>{r.label.clone()}</td><td>{r.seed}</td><td>{value}</td>
                            <td>{network.then(|| view! { <a href=format!("#/lab?{}", r.link)>"open in the lab"</a> })}</td></tr> }
                    }).collect_view()}</tbody>
                </table></div>
            </Show>
        </details>
    }
}
