//! Loads a lesson: Petri's own, compiled when the site was built, or one from an address that allows it,
//! which a worker reads.

use js_sys::{Array, Promise};
use petri_lesson::{Lesson, MAX_BYTES};
use petri_protocol::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ReferrerPolicy, RequestCredentials, RequestInit, Response, Worker, WorkerOptions, WorkerType};

use crate::address::build;
use crate::vocabulary;

/// How long the worker may take to come and to read a lesson, in milliseconds.
const MOST_MILLIS: i32 = 20_000;

/// What was read: the lesson, if there is one, and what is wrong with it.
pub(crate) type Read = (Option<Lesson>, Vec<String>);

/// A lesson by its id, or the one at an address.
///
/// # Errors
///
/// One sentence for the learner.
pub(crate) async fn load(id: &str, from: Option<&str>) -> Result<Read, String> {
    match from {
        None => own(id).await.map(|lesson| (Some(lesson), vec![])).ok_or_else(|| format!("There is no lesson \"{id}\".")),
        Some(address) => guest(id, address).await,
    }
}

async fn own(id: &str) -> Option<Lesson> {
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    json::read(&text(&compiled(id)).await?).ok()
}

/// Address of what was compiled for a lesson, or for the course.
fn compiled(name: &str) -> String {
    format!("lessons/{name}.json?v={}", build())
}

async fn guest(id: &str, address: &str) -> Result<Read, String> {
    let Some(markdown) = text(address).await else {
        return Err(format!(
            "The lesson could not be loaded from {address}. The address must exist, allow other pages to read it (CORS), and hold at most {MAX_BYTES} bytes."
        ));
    };
    let course = text(&compiled("course")).await.unwrap_or_default();
    let known = json::write(&vocabulary::known());
    let asked: Array = [id, &markdown, &known, &course].into_iter().map(JsValue::from_str).collect();
    let read = read(&asked).await;
    read.ok_or_else(|| format!("The lesson from {address} could not be read: its reader did not load, or took too long."))
}

/// The text at an address, if it is there and not too long.
async fn text(address: &str) -> Option<String> {
    let options = RequestInit::new();
    // Nothing about the learner goes to another address.
    options.set_credentials(RequestCredentials::Omit);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    let window = web_sys::window()?;
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(address, &options)).await.ok()?.dyn_into().ok()?;
    let length = response.headers().get("Content-Length").ok().flatten().and_then(|l| l.parse::<usize>().ok());
    if !response.ok() || length.is_some_and(|l| l > MAX_BYTES) {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Has a worker read a lesson; the worker ends with it.
async fn read(asked: &Array) -> Option<Read> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&format!("static/lesson-worker.js?v={}", build()), &options).ok()?;
    let answer = Promise::new(&mut |resolve, reject| {
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(&reject));
        if let Some(window) = web_sys::window() {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&reject, MOST_MILLIS).map(drop).unwrap_or_default();
        }
    });
    worker.post_message(asked).ok()?;
    let answer = JsFuture::from(answer).await;
    worker.terminate();
    let said: Array = answer.ok()?.dyn_into::<MessageEvent>().ok()?.data().dyn_into().ok()?;
    let lesson = json::read(&said.get(0).as_string()?).ok();
    Some((lesson, said.iter().skip(1).filter_map(|problem| problem.as_string()).collect()))
}
