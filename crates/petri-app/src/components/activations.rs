//! Activation functions with the working points of their neurons on them.

use std::fmt::Write as _;

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::op::Curve;
use petri_protocol::{Experiment, OpSpec};

use crate::context::lab;
use crate::drawing::axis::{Axis, path};
use crate::state::probes::ProbeAnswer;
use crate::state::wanted::before_activations;

const WIDTH: f32 = 260.0;
const HEIGHT: f32 = 150.0;
/// The curve is drawn from −REACH to REACH.
const REACH: f32 = 6.0;
/// Most dots in one drawing.
const MAX_DOTS: usize = 1200;
/// A neuron is saturated where its slope is below this part of its largest.
const FLAT: f32 = 0.05;

/// Slope of a function, as a part of its largest.
fn relative_slope(function: &Curve, z: f32) -> f32 {
    (function.slope)(z) / function.steepest
}

/// What the working points of one layer say.
fn summary(function: &Curve, sums: &[f32], units: usize) -> String {
    let neurons =
        |flat: &dyn Fn(f32) -> bool| (0..units).filter(|u| sums.iter().skip(*u).step_by(units).all(|z| flat(*z))).count();
    let dead = neurons(&|z| relative_slope(function, z) < FLAT);
    let flat = sums.iter().filter(|z| relative_slope(function, **z) < FLAT).count();
    let part = 100.0 * flat as f32 / sums.len().max(1) as f32;
    match function.range {
        (low, f32::INFINITY) if low.is_finite() => {
            format!("{dead} of {units} neurons are dead; {part:.0} % of the sums are negative.")
        }
        _ => format!(
            "{part:.0} % of the sums lie where the curve is flat; {dead} of {units} neurons are saturated for every sample."
        ),
    }
}

/// The activation layers: name of the node before, and the function behind it.
fn layers(experiment: &Experiment) -> Vec<(String, OpSpec)> {
    let names = before_activations(experiment);
    names
        .into_iter()
        .filter_map(|name| {
            let at = experiment.network.nodes.iter().position(|n| n.name == name)?;
            Some((name, experiment.network.nodes.get(at + 1)?.op.clone()))
        })
        .collect()
}

/// The view.
#[component]
pub(crate) fn Activations() -> impl IntoView {
    let lab = lab();
    let answer = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Activations).cloned()));
    let layers = Memo::new(move |_| lab.experiment.with(layers));
    view! {
        <section class="panel" aria-labelledby="activations-title">
            <h2 id="activations-title">"Activation functions"</h2>
            <div class="small-multiples" data-testid="activations">
                {move || layers.get().into_iter().map(|(name, function)| view! { <FunctionCurve name=name function=function answer=answer/> }).collect_view()}
            </div>
            <p class="hint">"Each dot is the sum z of one neuron for one training sample."</p>
        </section>
    }
}

#[component]
fn FunctionCurve(name: String, function: OpSpec, answer: Memo<Option<ProbeAnswer>>) -> impl IntoView {
    let word = function.word();
    let Some(function) = function.operation().curve() else { return ().into_any() };
    let x = Axis { low: -REACH, high: REACH, log: false, from: 24.0, to: WIDTH - 8.0 };
    let (low, high) = match function.range {
        (low, high) if high.is_finite() => (low - 0.05 * (high - low), high + 0.05 * (high - low)),
        _ => (-1.0, REACH),
    };
    let y = Axis { low, high, log: false, from: HEIGHT - 18.0, to: 8.0 };
    let points: Vec<(f32, f32)> =
        (0..=120).map(|i| -REACH + 2.0 * REACH * i as f32 / 120.0).map(|z| (z, (function.value)(z))).collect();
    let curve = path(&points, &x, &y);
    let wanted = name.clone();
    let sums = Memo::new(move |_| {
        answer.with(|a| {
            let answer = a.as_ref()?;
            let idx = answer.parts.iter().position(|p| p.name == wanted)?;
            Some((answer.part(idx).to_vec(), *answer.parts[idx].shape.last()?))
        })
    });
    let (dot_x, dot_y) = (x, y);
    let dots = move || {
        let mut d = String::new();
        sums.with(|s| {
            for z in s.iter().flat_map(|(v, _)| v).take(MAX_DOTS) {
                let z = z.clamp(-REACH, REACH);
                // A line of no length with round ends is a dot. Writing to a String cannot fail.
                write!(d, "M{:.1} {:.1}h0", dot_x.position(z), dot_y.position((function.value)(z))).unwrap_or_default();
            }
        });
        d
    };
    let text = move || sums.with(|s| s.as_ref().map_or(String::new(), |(v, units)| summary(&function, v, (*units).max(1))));
    view! {
        <figure>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=format!("{} behind {name}", word)>
                <line class="grid" x1=x.from x2=x.to y1=y.position(0.0) y2=y.position(0.0)/>
                <line class="grid" x1=x.position(0.0) x2=x.position(0.0) y1=y.from y2=y.to/>
                <path class="line line-function" d=curve/>
                <path class="working-points" d=dots/>
                <text class="tick" x=x.to y=HEIGHT - 4.0 text-anchor="end">{format!("{REACH}")}</text>
                <text class="tick" x=x.from y=HEIGHT - 4.0>{format!("−{REACH}")}</text>
            </svg>
            <figcaption><strong>{word}</strong>" behind "<code>{name}</code>". "{text}</figcaption>
        </figure>
    }
    .into_any()
}
