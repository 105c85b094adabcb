//! The loss against epochs.

use leptos::prelude::*;

use crate::components::chart::Chart;
use crate::view::loss::CHART;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Chart chart=&CHART/> }.into_any()
}
