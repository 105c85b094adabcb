//! Several runs.

use leptos::prelude::*;

use crate::components::runs::RunsView;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(runs: Signal<Option<Runs>>) -> AnyView {
    view! { <RunsView planned=runs/> }.into_any()
}
