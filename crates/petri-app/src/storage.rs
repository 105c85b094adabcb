//! What the browser keeps for this page, by key. A browser that forbids it (a sandboxed frame) or has no room left
//! keeps it as long as the page lives.

use petri_protocol::SortedMap;
use std::cell::RefCell;

use web_sys::Storage;

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// For later visits.
    ForLater,
    /// Until the tab is closed; a reload keeps it.
    ForThisTab,
}

thread_local! {
    static MEMORY: RefCell<SortedMap<(Kept, String), String>> = const { RefCell::new(SortedMap::new()) };
}

/// The browser's own storage. Asking for it throws where it is forbidden.
fn of_browser(kept: Kept) -> Option<Storage> {
    let window = web_sys::window()?;
    match kept {
        Kept::ForLater => window.local_storage(),
        Kept::ForThisTab => window.session_storage(),
    }
    .ok()
    .flatten()
}

/// What is kept by a key.
pub(crate) fn get(kept: Kept, key: &str) -> Option<String> {
    // What could not be stored is newer than what the browser still holds.
    let in_memory = MEMORY.with_borrow(|m| m.get(&(kept, key.to_owned())).cloned());
    in_memory.or_else(|| of_browser(kept)?.get_item(key).ok().flatten())
}

/// Keeps a text by a key.
pub(crate) fn set(kept: Kept, key: &str, text: &str) {
    let is_stored = of_browser(kept).is_some_and(|s| s.set_item(key, text).is_ok());
    MEMORY.with_borrow_mut(|m| {
        if is_stored {
            m.remove(&(kept, key.to_owned()));
        } else {
            m.insert((kept, key.to_owned()), text.to_owned());
        }
    });
}

/// Forgets what is kept by a key.
pub(crate) fn forget(kept: Kept, key: &str) {
    if let Some(storage) = of_browser(kept) {
        // What cannot be removed could not be kept either.
        storage.remove_item(key).unwrap_or_default();
    }
    MEMORY.with_borrow_mut(|m| m.remove(&(kept, key.to_owned())));
}
