//! Messages of the worker: `[json, ArrayBuffer]` to the page, `[json, File]` from it.

use js_sys::{Array, ArrayBuffer, Float32Array};
use petri_protocol::{Command, ErrorCode, Event, RequestId, RunId, WireError, json};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File};

/// Longest header that is read, in bytes. An experiment of 400 layers needs about 60 KB, a series has up to 200 of them.
const MAX_HEADER_BYTES: usize = 32 << 20;

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
    let header = json::write(event);
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

/// Answers a request that it failed.
pub(crate) fn send_failure(request: RequestId, error: WireError) {
    send(&Event::Failed { run: None, request: Some(request), error });
}

/// What came with a command.
pub(crate) enum Attached {
    /// Nothing.
    Nothing,
    /// A file that the learner chose.
    File(File),
    /// The values of a saved state.
    Values(Vec<f32>),
}

/// Reads a message of the page. What is not understood is answered, never executed.
pub(crate) fn receive(data: &JsValue) -> Option<(Command, Attached)> {
    let parts: &Array = data.dyn_ref()?;
    let header = parts.get(0).as_string()?;
    let refuse = |Asked { run, request }: Asked, why: String| {
        send(&Event::Failed { run, request, error: WireError::new(ErrorCode::BadMessage, why) });
    };
    if header.len() > MAX_HEADER_BYTES {
        refuse(Asked::default(), format!("A message of {} MB is too long for the worker.", header.len() >> 20));
        return None;
    }
    match json::read(&header) {
        Ok(command) => Some((command, attached(&parts.get(1)))),
        Err(error) => {
            // Whoever asked is told, where that much can be read.
            let asked = json::read::<Asked>(&header).unwrap_or_default();
            refuse(asked, format!("The worker did not understand a message: {error}"));
            None
        }
    }
}

/// The part of a message that says who waits for an answer.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    run: Option<RunId>,
    request: Option<RequestId>,
}

fn attached(value: &JsValue) -> Attached {
    if let Some(file) = value.dyn_ref::<File>() {
        return Attached::File(file.clone());
    }
    match value.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Attached::Values(Float32Array::new(buffer).to_vec()),
        None => Attached::Nothing,
    }
}

/// The build that the worker was loaded as: `v` in its address.
pub(crate) fn build() -> String {
    let search = scope().location().search();
    search.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("v=")).unwrap_or("").to_owned()
}
