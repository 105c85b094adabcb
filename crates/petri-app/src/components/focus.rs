//! Where the focus goes when what had it is taken away.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Puts the focus on the element named `id`, once it is there.
pub(crate) fn focus(id: String) {
    request_animation_frame(move || {
        let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id(&id));
        if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            // An element that is gone again needs no focus.
            element.focus().unwrap_or_default();
        }
    });
}
