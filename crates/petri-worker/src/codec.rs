//! Messages of the worker: `[json, ArrayBuffer]` to the page, `[json, File]` from it.

use js_sys::{Array, Float32Array};
use petri_protocol::{Command, ErrorCode, Event, RunId, WireError};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File};

/// Longest header that is read, in bytes. An experiment of 400 layers needs about 60 KB.
const MAX_HEADER_BYTES: usize = 1 << 20;

/// The global scope of the worker.
pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends an event without values.
pub(crate) fn send(event: &Event) {
    post(event, None);
}

/// Sends an event with values. The buffer is handed over, not copied again.
pub(crate) fn send_values(event: &Event, values: &[f32]) {
    post(event, Some(Float32Array::from(values)));
}

/// Tells the page what is being done.
pub(crate) fn send_progress(what: String) {
    send(&Event::Progress { what, part: None });
}

/// Tells the page that something went wrong.
pub(crate) fn send_error(run: Option<RunId>, error: WireError) {
    send(&Event::Failed { run, request: None, error });
}

fn post(event: &Event, values: Option<Float32Array>) {
    // Events are plain data with string keys: they always become JSON.
    let Ok(header) = serde_json::to_string(event) else { return };
    let sent = match values {
        None => scope().post_message(&Array::of1(&header.into())),
        Some(values) => {
            let buffer = values.buffer();
            scope().post_message_with_transfer(&Array::of2(&header.into(), &buffer), &Array::of1(&buffer))
        }
    };
    if sent.is_err() {
        log::error!("a message could not be sent");
    }
}

/// Reads a message of the page. What is not understood is answered, never executed.
pub(crate) fn receive(data: &JsValue) -> Option<(Command, Option<File>)> {
    let parts: &Array = data.dyn_ref()?;
    let header = parts.get(0).as_string().filter(|h| h.len() <= MAX_HEADER_BYTES)?;
    match serde_json::from_str(&header) {
        Ok(command) => Some((command, parts.get(1).dyn_into().ok())),
        Err(error) => {
            send_error(None, WireError::new(ErrorCode::BadMessage, format!("The worker did not understand a message: {error}")));
            None
        }
    }
}

/// The build that the worker was loaded as: `v` in its address.
pub(crate) fn build() -> String {
    let search = scope().location().search();
    search.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("v=")).unwrap_or("").to_owned()
}
