//! Dropping a file anywhere on the page.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::DragEvent;

use crate::context::lab;

/// Listens to the whole window and shows where the file will go.
#[component]
pub(crate) fn DropTarget() -> impl IntoView {
    let lab = lab();
    let over = RwSignal::new(false);
    let active = EventListenerOptions::enable_prevent_default();
    let listen = |name: &'static str, act: fn(&DragEvent, RwSignal<bool>) -> Option<web_sys::File>| {
        web_sys::window().map(|window| {
            EventListener::new_with_options(&window, name, active, move |event| {
                if let Some(event) = event.dyn_ref::<DragEvent>() {
                    // Without this the browser would open the file in place of the page.
                    event.prevent_default();
                    if let Some(file) = act(event, over) {
                        lab.open_file(file);
                    }
                }
            })
        })
    };
    let listeners = StoredValue::new_local([
        listen("dragover", |_, over| {
            over.set(true);
            None
        }),
        listen("dragleave", |event, over| {
            // Only when the pointer leaves the window, not when it enters a child.
            over.set(event.related_target().is_some());
            None
        }),
        listen("drop", |event, over| {
            over.set(false);
            event.data_transfer().and_then(|d| d.files()).and_then(|files| files.get(0))
        }),
    ]);
    on_cleanup(move || listeners.dispose());
    view! {
        <div class="drop-target" class:drop-target-over=over aria-hidden="true">
            <p>"Drop the file (.npz or .csv) to train on it"</p>
        </div>
    }
}
