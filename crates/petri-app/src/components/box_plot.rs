//! A box plot of one result for each group of runs, with the runs as points on it.

use leptos::prelude::*;

use crate::drawing::axis::{Axis, label};
use crate::state::history::{RunRecord, five_numbers};

const WIDTH: f32 = 460.0;
const LEFT: f32 = 50.0;
const TOP: f32 = 12.0;
const PLOT: f32 = 190.0;
/// Room for the names below, in one or two lines.
const BOTTOM: f32 = 40.0;

/// The plot.
pub(crate) fn box_plot(records: &[&RunRecord], labels: &[String], metric: &str) -> impl IntoView + use<> {
    let groups: Vec<(String, Vec<f32>)> = labels
        .iter()
        .map(|l| (l.clone(), records.iter().filter(|r| r.label == *l).filter_map(|r| r.value(metric)).collect()))
        .collect();
    let y = Axis::fit(groups.iter().flat_map(|(_, v)| v.iter().copied()), false, TOP + PLOT, TOP);
    let slot = (WIDTH - LEFT - 10.0) / groups.len().max(1) as f32;
    let half = (slot * 0.28).min(34.0);
    let text: Vec<String> = groups
        .iter()
        .filter_map(|(name, values)| {
            five_numbers(values).map(|f| format!("{name}: median {}, {} runs", label(f[2]), values.len()))
        })
        .collect();
    let shown = groups.into_iter().enumerate().map(|(i, (name, values))| {
        let x = LEFT + slot * (i as f32 + 0.5);
        let class = format!("box box-{}", i % 7);
        let at = move |v: f32| y.position(v);
        let drawn = five_numbers(&values).map(|[low, q1, median, q3, high]| {
            view! {
                <line x1=x x2=x y1=at(low) y2=at(q1)/><line x1=x x2=x y1=at(q3) y2=at(high)/>
                <rect x=x - half y=at(q3) width=2.0 * half height=(at(q1) - at(q3)).max(1.0)/>
                <line class="box-median" x1=x - half x2=x + half y1=at(median) y2=at(median)/>
            }
        });
        let points = values.iter().enumerate().map(|(j, v)| {
            // Side by side, so that equal values are all seen.
            let shift = ((j * 7) % 11) as f32 / 11.0 - 0.45;
            view! { <circle class="box-point" cx=x + shift * half cy=at(*v) r="3.2"/> }
        });
        let lines = wrapped(&name, (slot / 6.5) as usize);
        let names = lines.into_iter().enumerate().map(|(k, line)| {
            view! { <text class="tick" x=x y=TOP + PLOT + 16.0 + 13.0 * k as f32 text-anchor="middle">{line}</text> }
        });
        view! { <g class=class>{drawn}{points.collect_view()}{names.collect_view()}</g> }
    });
    view! {
        <svg class="box-plot" viewBox=format!("0 0 {WIDTH} {}", TOP + PLOT + BOTTOM) role="img" aria-label=format!("Box plot of {metric}. {}", text.join("; ")) data-testid="box-plot">
            {y.ticks(5).into_iter().map(|t| view! {
                <line class="grid" x1=LEFT x2=WIDTH - 8.0 y1=y.position(t) y2=y.position(t)/>
                <text class="tick" x=LEFT - 6.0 y=y.position(t) + 4.0 text-anchor="end">{label(t)}</text>
            }).collect_view()}
            {shown.collect_view()}
        </svg>
    }
}

/// A name in at most two lines of about `width` letters.
fn wrapped(name: &str, width: usize) -> Vec<String> {
    let width = width.max(6);
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].chars().count() + word.chars().count() < width || last == 1 {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
        .into_iter()
        .map(|l| if l.chars().count() > width + 4 { l.chars().take(width + 3).chain(['…']).collect() } else { l })
        .collect()
}
