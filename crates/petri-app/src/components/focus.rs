//! Where the focus goes when what had it is taken away.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Puts the focus on the element named `id`, once it is there.
pub(crate) fn focus(id: String) {
    focus_first(vec![id]);
}

/// Puts the focus on the first of some elements that takes it: one that is gone or disabled does not.
pub(crate) fn focus_first(ids: Vec<String>) {
    request_animation_frame(move || {
        let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
        for id in ids {
            if let Some(element) = document.get_element_by_id(&id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
                // What is folded away takes no focus.
                while let Ok(Some(fold)) = element.closest("details:not([open])") {
                    if fold.set_attribute("open", "").is_err() {
                        break;
                    }
                }
                element.focus().unwrap_or_default();
                if document.active_element().is_some_and(|active| active.id() == id) {
                    return;
                }
            }
        }
    });
}
