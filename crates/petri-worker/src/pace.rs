//! Time in the worker: the clock, and giving way to messages.

use std::cell::RefCell;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::codec::scope;

thread_local! {
    static CHANNEL: RefCell<Option<MessageChannel>> = const { RefCell::new(None) };
}

/// Milliseconds since the worker started.
pub(crate) fn now_millis() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}

/// Lets the browser deliver messages. A message to oneself is the fastest way that does not starve
/// them: `setTimeout` waits at least 4 ms, and promises run before messages.
pub(crate) async fn give_way() {
    let promise = CHANNEL.with_borrow_mut(|channel| {
        let channel = match channel {
            Some(channel) => channel,
            None => channel.insert(MessageChannel::new().ok()?),
        };
        let promise = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
        channel.port2().post_message(&JsValue::NULL).ok()?;
        Some(promise)
    });
    if let Some(promise) = promise {
        resolved(promise).await;
    }
}

/// Waits at least so many milliseconds.
pub(crate) async fn sleep(millis: f64) {
    let promise = Promise::new(&mut |resolve, _| {
        if scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis.max(0.0) as i32).is_err() {
            log::error!("no timer");
        }
    });
    resolved(promise).await;
}

/// Waits for a promise that only resolves.
async fn resolved(promise: Promise) {
    if JsFuture::from(promise).await.is_err() {
        log::error!("a promise of the clock was rejected");
    }
}
