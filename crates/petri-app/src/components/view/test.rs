//! The test set.

use leptos::prelude::*;

use crate::components::test_set::TestSet;
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <TestSet/> }.into_any()
}
