//! How the network is trained: loss, optimizer, schedule, regularisation, batches, seed, engine.

use leptos::prelude::*;

use crate::components::controls::Control;

/// Settings of the panel, in order.
const KEYS: [&str; 18] = [
    "training.loss",
    "training.class_weights",
    "training.optimizer.kind",
    "training.optimizer.momentum",
    "training.optimizer.nesterov",
    "training.optimizer.alpha",
    "training.optimizer.beta1",
    "training.optimizer.beta2",
    "training.schedule.kind",
    "training.schedule.every_epochs",
    "training.schedule.factor",
    "training.weight_decay",
    "training.clip_norm",
    "training.patience",
    "training.batch_size",
    "training.epochs",
    "seed",
    "engine",
];

/// The panel.
#[component]
pub(crate) fn TrainingPanel() -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="training-title">
            <h2 id="training-title">"Training"</h2>
            {KEYS.map(|key| view! { <Control key=key/> }).collect_view()}
        </section>
    }
}
