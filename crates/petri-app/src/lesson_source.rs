//! Loads a lesson: Petri's own, compiled when the site was built, or one from an address that allows it,
//! which a worker reads.

use gloo::timers::callback::Timeout;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use petri_lesson::{Course, Lesson, MAX_BYTES};
use petri_protocol::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, MessageEvent, ReadableStreamDefaultReader, ReferrerPolicy, RequestCredentials, RequestInit,
    Response, Worker, WorkerOptions, WorkerType,
};

use crate::address::build;
use crate::vocabulary;

/// Most bytes of what was compiled when the site was built, which is longer than what it was made from.
const MAX_OWN_BYTES: usize = 16 * MAX_BYTES;
/// How long another address may take to send a lesson, and the worker to come and read it, in milliseconds each.
const MOST_MILLIS: i32 = 20_000;

/// What was read: the lesson, if there is one, and what is wrong with it.
pub(crate) type Read = (Option<Lesson>, Vec<String>);

/// Why there is no lesson.
#[derive(Clone)]
pub(crate) struct Missing {
    /// One sentence for the learner.
    pub(crate) why: String,
    /// Ids and titles of lessons that may be meant.
    pub(crate) similar: Vec<(String, String)>,
}

/// A lesson by its id, or the one at an address. What is under way ends when `stop` is told to.
///
/// # Errors
///
/// Why it is not there.
pub(crate) async fn load(id: &str, from: Option<&str>, stop: &AbortController) -> Result<Read, Missing> {
    if let Some(address) = from {
        return guest(id, address, stop).await.map_err(|why| Missing { why, similar: vec![] });
    }
    if let Some(lesson) = own(id, stop).await {
        return Ok((Some(lesson), vec![]));
    }
    let course = text(&compiled("course"), MAX_OWN_BYTES, stop).await;
    let course: Option<Course> = course.and_then(|text| json::read(&text).ok());
    Err(match course {
        Some(course) if course.find(id).is_none() => Missing {
            why: format!("There is no lesson \"{id}\"."),
            similar: course.similar(id).map(|entry| (entry.id.clone(), entry.title.clone())).collect(),
        },
        _ => Missing { why: format!("The lesson \"{id}\" could not be loaded. Is there a connection?"), similar: vec![] },
    })
}

async fn own(id: &str, stop: &AbortController) -> Option<Lesson> {
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    json::read(&text(&compiled(id), MAX_OWN_BYTES, stop).await?).ok()
}

/// Address of what was compiled for a lesson, or for the course.
fn compiled(name: &str) -> String {
    format!("lessons/{name}.json?v={}", build())
}

async fn guest(id: &str, address: &str, stop: &AbortController) -> Result<Read, String> {
    let loaded = {
        // Dropped with this block: what comes in time is not ended later.
        let stop_late = stop.clone();
        let _timeout = Timeout::new(MOST_MILLIS.unsigned_abs(), move || stop_late.abort());
        text(address, MAX_BYTES, stop).await
    };
    let Some(markdown) = loaded else {
        // What is too long need not come to its end.
        stop.abort();
        return Err(format!(
            "The lesson could not be loaded from {address}. The address must exist, answer within {} seconds, allow other pages to read it (CORS), and hold at most {MAX_BYTES} bytes.",
            MOST_MILLIS / 1000
        ));
    };
    let course = text(&compiled("course"), MAX_OWN_BYTES, stop).await.unwrap_or_default();
    let known = json::write(&vocabulary::known());
    let asked: Array = [id, &markdown, &known, &course].into_iter().map(JsValue::from_str).collect();
    let read = read(&asked, &stop.signal()).await;
    read.ok_or_else(|| format!("The lesson from {address} could not be read: its reader did not load, or took too long."))
}

/// The text at an address, if it is there and has at most so many bytes.
async fn text(address: &str, most: usize, stop: &AbortController) -> Option<String> {
    let options = RequestInit::new();
    // Nothing about the learner goes to another address.
    options.set_credentials(RequestCredentials::Omit);
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    options.set_signal(Some(&stop.signal()));
    let window = web_sys::window()?;
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(address, &options)).await.ok()?.dyn_into().ok()?;
    let length = response.headers().get("Content-Length").ok().flatten().and_then(|l| l.parse::<usize>().ok());
    if !response.ok() || length.is_some_and(|l| l > most) {
        return None;
    }
    let bytes = bytes(&response, most).await?;
    // As a response's own `text` does: without the mark at the beginning that some editors write.
    Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

/// The body of a response, read part by part: an address need not say how much it will send.
async fn bytes(response: &Response, most: usize) -> Option<Vec<u8>> {
    let reader: ReadableStreamDefaultReader = response.body()?.get_reader().dyn_into().ok()?;
    let mut bytes = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await.ok()?;
        if Reflect::get(&part, &"done".into()).ok()?.is_truthy() {
            return Some(bytes);
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into()).ok()?.dyn_into().ok()?;
        if bytes.len() + part.length() as usize > most {
            return None;
        }
        bytes.extend(part.to_vec());
    }
}

/// Has a worker read a lesson; the worker ends with it, or when the signal is given.
async fn read(asked: &Array, stopped: &AbortSignal) -> Option<Read> {
    // Who comes too late hears no signal.
    if stopped.aborted() {
        return None;
    }
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&format!("static/lesson-worker.js?v={}", build()), &options).ok()?;
    let answer = Promise::new(&mut |resolve, reject| {
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(&reject));
        stopped.set_onabort(Some(&reject));
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
