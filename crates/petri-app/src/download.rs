//! Hands a text to the learner as a file.

use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the text is kept for the browser to save it, in milliseconds.
const KEPT_MILLIS: u32 = 60_000;

/// Saves `text` as a file named `name`.
pub(crate) fn download(name: &str, kind: &str, text: &str) {
    // Each of these only fails where the browser has no files at all.
    try_download(name, kind, text).unwrap_or_default();
}

fn try_download(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|w| w.document()).ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // A busy browser begins to save a moment later.
    Timeout::new(KEPT_MILLIS, move || Url::revoke_object_url(&address).unwrap_or_default()).forget();
    Ok(())
}
