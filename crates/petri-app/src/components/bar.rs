//! A bar in a row of a table.

use leptos::prelude::*;

/// A bar as long as a value is large beside the largest.
pub(crate) fn bar(value: f32, largest: f32) -> impl IntoView + use<> {
    let width = if largest > 0.0 { (100.0 * value / largest).clamp(0.0, 100.0) } else { 0.0 };
    view! { <svg class="importance-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="1" width=width height="8"/></svg> }
}
