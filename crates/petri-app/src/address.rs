//! The address of the page: its parts, and going to another one.

use crate::state::route::Route;

/// The part of the address behind the `#`, with it.
pub(crate) fn hash() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Goes to another page.
pub(crate) fn go(route: &Route) {
    if let Some(window) = web_sys::window() {
        // An address of our own making is always taken.
        window.location().set_hash(&route.print()).unwrap_or_default();
    }
}

/// The address without the part behind the `#`.
pub(crate) fn address() -> String {
    let all = web_sys::window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    all.split('#').next().unwrap_or_default().to_owned()
}

/// Identity of the build, written into the page when it is built.
pub(crate) fn build() -> String {
    web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.query_selector("meta[name=petri-build]").ok().flatten())
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}
