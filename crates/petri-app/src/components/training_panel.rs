//! How the network is trained: loss, optimizer, schedule, regularisation, batches, seed, engine.

use leptos::prelude::*;
use petri_protocol::setting;
use petri_protocol::setting::card::Panel;

use crate::components::controls::Control;

/// The panel: every setting whose card belongs here.
#[component]
pub(crate) fn TrainingPanel() -> impl IntoView {
    let cards = setting::all().iter().filter(|card| card.panel == Panel::Training);
    view! {
        <section class="panel" aria-labelledby="training-title">
            <h2 id="training-title">"Training"</h2>
            {cards.map(|card| view! { <Control key=card.key/> }).collect_view()}
        </section>
    }
}
