//! Buttons that copy a text and say so.

use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long "Copied" stays, in milliseconds.
const SAID_MILLIS: u32 = 2000;

/// A button that copies what `text` gives when it is pressed.
#[component]
pub(crate) fn CopyButton(
    /// What the button says.
    label: &'static str,
    /// What it says when the browser refuses.
    #[prop(default = "Could not be copied")]
    refused: &'static str,
    /// For tests.
    #[prop(default = "")]
    test_id: &'static str,
    /// What is copied.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let said = RwSignal::new(label);
    let copy = move |_| {
        let Some(window) = web_sys::window() else { return };
        let promise = window.navigator().clipboard().write_text(&text());
        spawn_local(async move {
            said.set(if JsFuture::from(promise).await.is_ok() { "Copied" } else { refused });
            TimeoutFuture::new(SAID_MILLIS).await;
            said.set(label);
        });
    };
    view! { <button type="button" class="share" data-testid=test_id on:click=copy aria-live="polite">{said}</button> }
}
