//! Live curves: training and validation against epochs, with exact values by pointer and keyboard,
//! and a table behind them.

use leptos::html;
use leptos::prelude::*;
use petri_data::metric::{accuracy, balanced_accuracy, loss, mae};
use petri_protocol::Split;

use crate::context::lab;
use crate::drawing::axis::{Axis, label, path};
use crate::state::curves::{Curves, smooth, thin};

/// Size of the drawing in its own units.
const WIDTH: f32 = 440.0;
const HEIGHT: f32 = 230.0;
/// Room for the labels.
const LEFT: f32 = 46.0;
const RIGHT: f32 = 10.0;
const TOP: f32 = 10.0;
const BOTTOM: f32 = 30.0;
/// Columns that a curve is thinned to.
const COLUMNS: usize = 360;
/// Rows of the table: the newest epochs.
const TABLE_ROWS: usize = 200;

/// Which chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChartKind {
    /// Mean loss.
    Loss,
    /// Accuracy, and balanced accuracy of the validation data.
    Accuracy,
    /// Mean absolute error of the validation data, in the unit of the target.
    Errors,
}

impl ChartKind {
    fn title(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Accuracy => "Accuracy",
            Self::Errors => "Error",
        }
    }

    /// Name of the metric that it shows.
    fn metric(self) -> &'static str {
        match self {
            Self::Loss => loss::CARD.id,
            Self::Accuracy => accuracy::CARD.id,
            Self::Errors => mae::CARD.id,
        }
    }
}

/// One curve, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    title: &'static str,
    class: &'static str,
    points: Vec<(f32, f32)>,
}

/// Everything that one drawing needs.
#[derive(Debug, Clone, PartialEq)]
struct Scene {
    lines: Vec<Line>,
    x: Axis,
    y: Axis,
}

fn scene(curves: &Curves, kind: ChartKind, log: bool, smoothing: f32) -> Scene {
    let metric = kind.metric();
    let raw = curves.series(Split::Train, metric);
    let mut lines = Vec::new();
    if smoothing > 0.0 {
        lines.push(Line { title: "training", class: "line line-train line-raw", points: thin(&raw, COLUMNS) });
    }
    lines.push(Line { title: "training", class: "line line-train", points: thin(&smooth(&raw, smoothing), COLUMNS) });
    let validation = curves.series(Split::Validation, metric);
    lines.push(Line { title: "validation", class: "line line-validation", points: thin(&validation, COLUMNS) });
    if kind == ChartKind::Accuracy {
        let balanced = curves.series(Split::Validation, balanced_accuracy::CARD.id);
        lines.push(Line { title: "validation, balanced", class: "line line-balanced", points: thin(&balanced, COLUMNS) });
    }
    let all = || lines.iter().flat_map(|l| l.points.iter());
    let last = all().map(|p| p.0).fold(0.0f32, f32::max).max(1.0);
    let x = Axis { low: 0.0, high: last, log: false, from: LEFT, to: WIDTH - RIGHT };
    let (bottom, top) = (HEIGHT - BOTTOM, TOP);
    let y = match kind {
        ChartKind::Accuracy => Axis { low: 0.0, high: 1.0, log: false, from: bottom, to: top },
        ChartKind::Loss | ChartKind::Errors if all().next().is_none() => {
            Axis { low: 0.0, high: 1.0, log: false, from: bottom, to: top }
        }
        ChartKind::Loss if log => Axis::fit(all().map(|p| p.1), true, bottom, top),
        ChartKind::Loss | ChartKind::Errors => Axis::fit(all().map(|p| p.1).chain([0.0]), false, bottom, top),
    };
    Scene { lines, x, y }
}

/// A chart.
#[component]
pub(crate) fn Chart(
    /// Which one.
    kind: ChartKind,
) -> impl IntoView {
    let lab = lab();
    let log = RwSignal::new(false);
    let smoothing = RwSignal::new(if kind == ChartKind::Accuracy { 0.8f32 } else { 0.6 });
    let cursor = RwSignal::new(None::<f32>);
    // Read with `with`, not only tracked: a memo that nobody reads never runs.
    let version = Memo::new(move |_| lab.model.with(|m| m.curves.version));
    let scene = Memo::new(move |_| {
        version.with(|_| ());
        lab.model.with_untracked(|m| scene(&m.curves, kind, log.get(), smoothing.get()))
    });
    let id = format!("chart-title-{}", kind.title().to_lowercase());
    let labelled_by = id.clone();
    view! {
        <section class="panel chart" aria-labelledby=labelled_by>
            <div class="chart-head">
                <h2 id=id>{kind.title()}</h2>
                {(kind == ChartKind::Loss).then(|| view! {
                    <label class="inline"><input type="checkbox" prop:checked=log on:change=move |ev| log.set(event_target_checked(&ev))/>" log scale"</label>
                })}
                {(kind != ChartKind::Errors).then(|| view! { <label class="inline">"smoothing "
                    <input type="range" min="0" max="0.95" step="0.05" prop:value=move || smoothing.get().to_string()
                        on:input=move |ev| smoothing.set(event_target_value(&ev).parse().unwrap_or(0.0))/>
                </label> })}
            </div>
            <Plot kind=kind scene=scene cursor=cursor/>
            <Legend kind=kind/>
            <Readout kind=kind cursor=cursor version=version/>
            <ValueTable kind=kind version=version/>
        </section>
    }
}

/// The drawing itself, with a cursor that pointer and keyboard move.
#[component]
fn Plot(kind: ChartKind, scene: Memo<Scene>, cursor: RwSignal<Option<f32>>) -> impl IntoView {
    let svg: NodeRef<leptos::svg::Svg> = NodeRef::new();
    let at_pointer = move |client_x: f64| {
        let Some(svg) = svg.get() else { return };
        let bounds = svg.get_bounding_client_rect();
        let inside = (client_x - bounds.left()) / bounds.width().max(1.0) * f64::from(WIDTH);
        scene.with(|s| {
            let t = (inside as f32 - s.x.from) / (s.x.to - s.x.from);
            cursor.set(Some((s.x.low + t * (s.x.high - s.x.low)).clamp(s.x.low, s.x.high)));
        });
    };
    let by_key = move |ev: leptos::ev::KeyboardEvent| {
        let (low, high) = scene.with(|s| (s.x.low, s.x.high));
        let step = (high - low) / 50.0;
        let now = cursor.get().unwrap_or(high);
        let next = match ev.key().as_str() {
            "ArrowLeft" => now - step,
            "ArrowRight" => now + step,
            "Home" => low,
            "End" => high,
            _ => return,
        };
        ev.prevent_default();
        cursor.set(Some(next.clamp(low, high)));
    };
    let name = format!("{} against epochs. Arrow keys move a cursor that reads exact values.", kind.title());
    view! {
        <svg
            node_ref=svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") tabindex="0" role="group" aria-label=name
            data-testid=format!("chart-{}", kind.title().to_lowercase())
            on:pointermove=move |ev| at_pointer(f64::from(ev.client_x()))
            on:pointerdown=move |ev| at_pointer(f64::from(ev.client_x()))
            on:pointerleave=move |_| cursor.set(None)
            on:keydown=by_key
            on:blur=move |_| cursor.set(None)
        >
            {move || scene.with(axes)}
            {move || scene.with(|s| s.lines.iter().map(|l| view! { <path class=l.class d=path(&l.points, &s.x, &s.y)/> }).collect_view())}
            {move || cursor.get().map(|epoch| {
                let x = scene.with(|s| s.x.position(epoch));
                view! { <line class="cursor" x1=x x2=x y1=TOP y2=HEIGHT - BOTTOM/> }
            })}
        </svg>
    }
}

fn axes(scene: &Scene) -> impl IntoView + use<> {
    let horizontal = scene.y.ticks(5).into_iter().map(|t| {
        let y = scene.y.position(t);
        view! {
            <line class="grid" x1=LEFT x2=WIDTH - RIGHT y1=y y2=y/>
            <text class="tick" x=LEFT - 6.0 y=y + 4.0 text-anchor="end">{label(t)}</text>
        }
    });
    let vertical = scene.x.ticks(6).into_iter().map(|t| {
        let x = scene.x.position(t);
        view! { <text class="tick" x=x y=HEIGHT - BOTTOM + 15.0 text-anchor="middle">{label(t)}</text> }
    });
    view! {
        {horizontal.collect_view()}
        {vertical.collect_view()}
        <text class="tick" x=(LEFT + WIDTH - RIGHT) / 2.0 y=HEIGHT - 2.0 text-anchor="middle">"epochs"</text>
    }
}

#[component]
fn Legend(kind: ChartKind) -> impl IntoView {
    view! {
        <p class="legend" aria-hidden="true">
            {(kind != ChartKind::Errors).then(|| view! { <span class="legend-item key-train">"training"</span> })}
            <span class="legend-item key-validation">{if kind == ChartKind::Errors { "validation: mean absolute error" } else { "validation" }}</span>
            {(kind == ChartKind::Accuracy).then(|| view! { <span class="legend-item key-balanced">"validation, balanced"</span> })}
        </p>
    }
}

/// Exact values at the cursor, or the newest ones.
#[component]
fn Readout(kind: ChartKind, cursor: RwSignal<Option<f32>>, version: Memo<u64>) -> impl IntoView {
    let lab = lab();
    let text = move || {
        version.with(|_| ());
        lab.model.with_untracked(|m| {
            let mut parts = Vec::new();
            let mut epoch_shown = None;
            let mut lines = vec![(Split::Train, kind.metric(), "training"), (Split::Validation, kind.metric(), "validation")];
            if kind == ChartKind::Accuracy {
                lines.push((Split::Validation, balanced_accuracy::CARD.id, "balanced"));
            }
            for (split, metric, name) in lines {
                let points = m.curves.of(split);
                let point = match cursor.get() {
                    Some(epoch) => {
                        let i = points.partition_point(|p| p.epoch < epoch);
                        points.get(i).or(points.last())
                    }
                    None => points.last(),
                };
                if let Some(point) = point.filter(|p| p.get(metric).is_finite()) {
                    epoch_shown.get_or_insert(point.epoch);
                    parts.push(format!("{name} {:.4}", point.get(metric)));
                }
            }
            match epoch_shown {
                Some(epoch) => format!("epoch {epoch:.2}: {}", parts.join(" · ")),
                None => "Press Train to see the curve grow.".to_owned(),
            }
        })
    };
    let polite = move || if cursor.get().is_some() { "polite" } else { "off" };
    view! { <p class="readout" aria-live=polite data-testid=format!("readout-{}", kind.title().to_lowercase())>{text}</p> }
}

/// The values of each epoch as a table.
#[component]
fn ValueTable(kind: ChartKind, version: Memo<u64>) -> impl IntoView {
    let lab = lab();
    let open = RwSignal::new(false);
    let details: NodeRef<html::Details> = NodeRef::new();
    let rows = move || {
        version.with(|_| ());
        let metric = kind.metric();
        lab.model.with_untracked(|m| {
            let validation = &m.curves.validation;
            let newest = &validation[validation.len().saturating_sub(TABLE_ROWS)..];
            newest
                .iter()
                .rev()
                .map(|p| {
                    let train = m
                        .curves
                        .train
                        .iter()
                        .rev()
                        .find(|t| t.step <= p.step)
                        .map_or("—".to_owned(), |t| format!("{:.4}", t.get(metric)));
                    view! { <tr><td>{label(p.epoch)}</td><td>{train}</td><td>{format!("{:.4}", p.get(metric))}</td></tr> }
                })
                .collect_view()
        })
    };
    view! {
        <details node_ref=details on:toggle=move |_| open.set(details.get().is_some_and(|d| d.open()))>
            <summary>"Table of values"</summary>
            // Built only while it is open: 200 rows at each message would be work for nobody.
            <Show when=move || open.get()>
                <div class="table-scroll"><table>
                    <thead><tr><th scope="col">"epoch"</th><th scope="col">"training (last batch)"</th><th scope="col">"validation"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            </Show>
        </details>
    }
}
