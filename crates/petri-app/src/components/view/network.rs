//! The layers.

use leptos::prelude::*;

use crate::components::network_panel::NetworkPanel;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <NetworkPanel/> }.into_any()
}
