//! Fetches the text of a lesson: Petri's own, or one from an address that allows it.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReferrerPolicy, RequestCredentials, RequestInit, Response};

use crate::address::build;
use crate::lesson::parse::MAX_BYTES;

/// The text of a lesson.
///
/// # Errors
///
/// One sentence for the learner.
pub(crate) async fn fetch(id: &str, from: Option<&str>) -> Result<String, String> {
    let address = from.map_or_else(|| format!("static/lessons/{id}.md?v={}", build()), str::to_owned);
    let failed = || match from {
        Some(address) => format!(
            "The lesson could not be loaded from {address}. The address must exist and allow other pages to read it (CORS)."
        ),
        None => format!("There is no lesson \"{id}\"."),
    };
    let options = RequestInit::new();
    // Nothing about the learner goes to the other address.
    options.set_credentials(RequestCredentials::Omit);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    let window = web_sys::window().ok_or_else(failed)?;
    let response = JsFuture::from(window.fetch_with_str_and_init(&address, &options)).await.ok().ok_or_else(failed)?;
    let response: Response = response.dyn_into().ok().ok_or_else(failed)?;
    let length = response.headers().get("Content-Length").ok().flatten().and_then(|l| l.parse::<usize>().ok());
    if !response.ok() {
        return Err(failed());
    }
    if length.is_some_and(|l| l > MAX_BYTES) {
        return Err(format!("The lesson is larger than {MAX_BYTES} bytes."));
    }
    let text = JsFuture::from(response.text().ok().ok_or_else(failed)?).await.ok().ok_or_else(failed)?;
    text.as_string().ok_or_else(failed)
}
