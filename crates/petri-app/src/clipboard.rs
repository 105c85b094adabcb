//! Buttons that copy a text and say so, or show it where the browser does not copy.

use gloo::timers::future::TimeoutFuture;
use js_sys::Reflect;
use leptos::html;
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
    #[prop(default = "Copy it by hand")]
    refused: &'static str,
    /// For tests.
    #[prop(default = "")]
    test_id: &'static str,
    /// What is copied.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let said = RwSignal::new(label);
    // What the browser did not copy, to be copied by hand.
    let by_hand = RwSignal::new(None::<String>);
    let area: NodeRef<html::Textarea> = NodeRef::new();
    let copy = move |_| {
        let text = text();
        spawn_local(async move {
            let is_copied = write(&text).await;
            said.set(if is_copied { "Copied" } else { refused });
            by_hand.set((!is_copied).then_some(text));
            TimeoutFuture::new(SAID_MILLIS).await;
            // The page may have been left meanwhile.
            if !said.is_disposed() {
                said.set(label);
            }
        });
    };
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            // An element that is gone again needs neither.
            area.focus().unwrap_or_default();
            area.select();
        }
    });
    view! {
        <button type="button" class="share" data-testid=test_id on:click=copy aria-live="polite">{said}</button>
        {move || by_hand.get().map(|text| view! {
            <textarea node_ref=area class="copy-by-hand" rows="2" readonly aria-label="To be copied by hand" prop:value=text
                on:blur=move |_| by_hand.set(None)></textarea>
        })}
    }
}

/// Copies a text. A page that came over plain http has no clipboard at all, although its type says otherwise.
async fn write(text: &str) -> bool {
    let Some(navigator) = web_sys::window().map(|w| w.navigator()) else { return false };
    let is_there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    is_there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
