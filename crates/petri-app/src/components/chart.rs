//! Live curves: training and validation against epochs, with exact values by pointer and keyboard,
//! and a table behind them.

use leptos::html;
use leptos::prelude::*;
use petri_protocol::{DataInfo, number};

use crate::components::drawing::Plot;
use crate::context::lab;
use crate::drawing::chart::LineChart;
use crate::state::results;
use crate::view::curve_chart::CurveChart;

/// A chart.
#[component]
pub(crate) fn Chart(
    /// Which one.
    chart: &'static CurveChart,
) -> impl IntoView {
    let lab = lab();
    let log = RwSignal::new(false);
    let smoothing = RwSignal::new(chart.smoothing.unwrap_or(0.0));
    let cursor = RwSignal::new(None::<f32>);
    // Read with `with`, not only tracked: a memo that nobody reads never runs.
    let version = Memo::new(move |_| lab.model.with(|m| m.curves.version));
    let scene = Memo::new(move |_| {
        version.with(|_| ());
        lab.model.with_untracked(|m| chart.scene(&m.curves, log.get(), smoothing.get()))
    });
    let unit = Memo::new(move |_| {
        let unit = |i: &Option<DataInfo>| i.as_ref().map(|i| results::unit(&i.target).to_owned());
        if chart.has_unit { lab.info.with(unit).unwrap_or_default() } else { String::new() }
    });
    let id = format!("chart-title-{}", chart.id);
    let labelled_by = id.clone();
    let readout = move || {
        version.with(|_| ());
        lab.model.with_untracked(|m| chart.readout(&m.curves, cursor.get(), &unit.get()))
    };
    let polite = move || if cursor.get().is_some() { "polite" } else { "off" };
    view! {
        <section class="panel chart" aria-labelledby=labelled_by>
            <div class="chart-head">
                <h2 id=id>{chart.title}{move || unit.with(|u| (!u.is_empty()).then(|| format!(" ({u})")))}</h2>
                {chart.has_log.then(|| view! {
                    <label class="inline"><input type="checkbox" prop:checked=log on:change=move |ev| log.set(event_target_checked(&ev))/>" log scale"</label>
                })}
                {chart.smoothing.map(|_| view! { <label class="inline">"smoothing "
                    <input type="range" min="0" max="0.95" step="0.05" prop:value=move || smoothing.get().to_string()
                        on:input=move |ev| smoothing.set(number::read(&event_target_value(&ev)).map_or(0.0, |s| s as f32))/>
                </label> })}
            </div>
            <ReadPlot chart=chart scene=scene cursor=cursor/>
            <p class="legend" aria-hidden="true">
                {chart.lines.iter().map(|l| view! { <span class=format!("legend-item key-{}", l.style)>{l.name}</span> }).collect_view()}
            </p>
            <p class="readout" aria-live=polite data-testid=format!("readout-{}", chart.id)>{readout}</p>
            <ValueTable chart=chart version=version/>
        </section>
    }
}

/// The drawing itself, with a cursor that pointer and keyboard move.
#[component]
fn ReadPlot(chart: &'static CurveChart, scene: Memo<LineChart>, cursor: RwSignal<Option<f32>>) -> impl IntoView {
    let svg: NodeRef<leptos::svg::Svg> = NodeRef::new();
    let at_pointer = move |client_x: f64| {
        let Some(svg) = svg.get() else { return };
        let bounds = svg.get_bounding_client_rect();
        let part = (client_x - bounds.left()) / bounds.width().max(1.0);
        cursor.set(Some(scene.with(|s| s.place(part as f32 * s.size[0]))));
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
        cursor.set(Some(next.min(high).max(low)));
    };
    let title = format!("{} against epochs. Arrow keys move a cursor that reads exact values.", chart.title);
    let drawn = Memo::new(move |_| scene.with(|s| s.drawing(&title, cursor.get())));
    view! {
        <div class="drawing"
            on:pointermove=move |ev| at_pointer(f64::from(ev.client_x()))
            on:pointerdown=move |ev| at_pointer(f64::from(ev.client_x()))
            on:pointerleave=move |_| cursor.set(None)
            on:keydown=by_key
            on:focusout=move |_| cursor.set(None)
        >
            <Plot drawing=drawn node=svg takes_keys=true test_id=format!("chart-{}", chart.id) file=chart.id/>
        </div>
    }
}

/// The values of each epoch as a table.
#[component]
fn ValueTable(chart: &'static CurveChart, version: Memo<u64>) -> impl IntoView {
    let lab = lab();
    let open = RwSignal::new(false);
    let details: NodeRef<html::Details> = NodeRef::new();
    let columns = Memo::new(move |_| {
        version.with(|_| ());
        lab.model.with_untracked(|m| chart.columns(&m.curves))
    });
    let rows = move || {
        version.with(|_| ());
        let rows = lab.model.with_untracked(|m| chart.rows(&m.curves));
        rows.into_iter()
            .map(|row| view! { <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> })
            .collect_view()
    };
    view! {
        <details node_ref=details prop:open=open on:toggle=move |_| open.set(details.get().is_some_and(|d| d.open()))>
            <summary>"Table of values"</summary>
            // Built only while it is open: 200 rows at each message would be work for nobody.
            <Show when=move || open.get()>
                <div class="table-scroll"><table>
                    <thead><tr>{move || columns.get().into_iter().map(|c| view! { <th scope="col">{c}</th> }).collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
            </Show>
        </details>
    }
}
