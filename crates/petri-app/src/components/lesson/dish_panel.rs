//! The dish of a lesson: its experiment with the controls and views that the lesson chose.

use leptos::prelude::*;

use crate::components::control_bar::{Buttons, Status};
use crate::components::controls::Control;
use crate::components::engine_badge::EngineBadge;
use crate::components::notices::Notices;
use crate::components::view::panel;
use crate::context::lab;
use crate::state::route::Route;
use petri_lesson::Dish;

/// The panel.
#[component]
pub(crate) fn DishPanel(
    /// The dish.
    dish: Dish,
) -> impl IntoView {
    let lab = lab();
    let runs = dish.runs.clone();
    let planned = Signal::derive(move || runs.clone());
    let views = Memo::new(move |_| lab.model.with(|m| m.views()));
    let in_lab = move || Route::Lab { link: lab.model.with(|m| m.link()) }.print();
    let has_controls = !dish.controls.is_empty();
    view! {
        <section class="dish" aria-label=format!("Dish: {}", dish.title) data-testid="dish">
            <header class="dish-head">
                <h2>{dish.title.clone()}</h2>
                <a class="hint" data-testid="open-in-lab" href=in_lab>"Open in the lab"</a>
            </header>
            <div class="dish-bar"><Buttons/><Status/></div>
            <Notices/>
            {has_controls.then(|| view! {
                <div class="dish-controls panel" role="group" aria-label="Settings">
                    {dish.controls.iter().map(|key| view! { <Control key=key.clone()/> }).collect_view()}
                </div>
            })}
            <For each=move || views.get() key=|v| *v let:view>{panel(view, planned)}</For>
            <EngineBadge/>
        </section>
    }
}
