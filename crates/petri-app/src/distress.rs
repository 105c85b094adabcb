//! What is left to do when the page itself fails: say so in plain elements, since nothing else answers any longer,
//! and offer to load it again. The experiment is in the storage of this tab.

use std::sync::atomic::{AtomicBool, Ordering};

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element};

use crate::storage::{self, Kept};

/// Key of how often in a row the page has failed.
const FAILED: &str = "petri.failed";
/// Key of the note that the page before this one has failed.
const JUST_FAILED: &str = "petri.just-failed";
/// A page that has lived so long is well, in milliseconds: what fails later is another failure.
const WELL_MILLIS: u32 = 20_000;
/// Identity of the message.
const MESSAGE: &str = "distress";

/// This page has failed. What still answers then may well fail again, which is the same failure.
static HAS_FAILED: AtomicBool = AtomicBool::new(false);

/// From now on a panic is shown and noted.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        if !HAS_FAILED.swap(true, Ordering::Relaxed) {
            storage::set(Kept::ForThisTab, FAILED, &(in_a_row() + 1).to_string());
            storage::set(Kept::ForThisTab, JUST_FAILED, "yes");
        }
        // A page without a body has nobody to speak to.
        show().unwrap_or_default();
    }));
    Timeout::new(WELL_MILLIS, || {
        if !HAS_FAILED.load(Ordering::Relaxed) {
            storage::forget(Kept::ForThisTab, FAILED);
        }
    })
    .forget();
}

/// How often in a row the page has failed, where it was loaded now because it failed; 0 otherwise. Told once.
pub(crate) fn failures() -> u32 {
    let has_failed = storage::get(Kept::ForThisTab, JUST_FAILED).is_some();
    storage::forget(Kept::ForThisTab, JUST_FAILED);
    if has_failed { in_a_row() } else { 0 }
}

fn in_a_row() -> u32 {
    storage::get(Kept::ForThisTab, FAILED).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn show() -> Option<()> {
    let window = web_sys::window()?;
    let document = window.document()?;
    if document.get_element_by_id(MESSAGE).is_some() {
        return Some(());
    }
    let message = child(&document, "div", "notice notice-error distress", "")?;
    message.set_id(MESSAGE);
    message.set_attribute("role", "alert").ok()?;
    let text = "Something in this page has failed, and it no longer answers. Your experiment is kept.";
    let text = child(&document, "p", "", text)?;
    message.append_child(&text).ok()?;
    let button = child(&document, "button", "primary", "Load the page again")?;
    let reload = Closure::<dyn FnMut()>::new(|| {
        if let Some(window) = web_sys::window() {
            window.location().reload().unwrap_or_default();
        }
    });
    button.add_event_listener_with_callback("click", reload.as_ref().unchecked_ref()).ok()?;
    // As long as the page lives.
    reload.forget();
    message.append_child(&button).ok()?;
    document.body()?.prepend_with_node_1(&message).ok()
}

fn child(document: &Document, tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(Some(text));
    Some(element)
}
