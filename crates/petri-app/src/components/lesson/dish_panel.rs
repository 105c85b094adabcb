//! The dish of a lesson: its experiment with the controls and views that the lesson chose.

use leptos::prelude::*;
use petri_protocol::setting;
use petri_protocol::setting::card::Card;

use crate::components::control_bar::{Buttons, Status};
use crate::components::controls::Control;
use crate::components::engine_badge::EngineBadge;
use crate::components::notices::Notices;
use crate::components::view::panel;
use crate::context::lab;
use crate::state::lab_link;
use crate::state::route::Route;
use petri_lesson::Dish;

fn controls(keys: Vec<String>) -> impl IntoView {
    keys.into_iter().map(|key| view! { <Control key=key/> }).collect_view()
}

/// What settings are called, in a list.
fn names(keys: &[String]) -> String {
    let titles: Vec<&str> = keys.iter().filter_map(|key| setting::find(key)).map(Card::plain_title).collect();
    titles.join(", ")
}

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
    let in_lab = move || Route::Lab { link: lab.model.with(|m| lab_link::print(m)) }.print();
    let has_controls = !dish.controls.is_empty();
    let (first, more) = dish.divided_controls();
    view! {
        <section class="dish" aria-label=format!("Dish: {}", dish.title) data-testid="dish">
            <header class="dish-head">
                <h2>{dish.title.clone()}</h2>
                <a class="hint" data-testid="open-in-lab" href=in_lab>"Open in the lab"</a>
            </header>
            <div class="dish-top"><div class="dish-bar"><Buttons/><Status/></div><Notices/></div>
            {has_controls.then(|| view! {
                <div class="dish-controls panel" role="group" aria-label="Settings">
                    {controls(first)}
                    {(!more.is_empty()).then(|| view! {
                        <details class="more-settings" data-testid="more-settings">
                            <summary>{format!("More settings: {}", names(&more))}</summary>
                            <div class="dish-controls">{controls(more)}</div>
                        </details>
                    })}
                </div>
            })}
            <For each=move || views.get() key=|v| *v let:view>{panel(view, planned)}</For>
            <EngineBadge/>
        </section>
    }
}
