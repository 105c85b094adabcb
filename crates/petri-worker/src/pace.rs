//! Time in the worker: the clock, and giving way to messages.

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::codec::scope;

/// The channel on which the worker writes to itself.
struct Gate {
    channel: MessageChannel,
    /// Called for each message.
    _open: Closure<dyn FnMut()>,
}

thread_local! {
    static GATE: RefCell<Option<Gate>> = const { RefCell::new(None) };
    /// Who waits for a message, in the order in which the messages were sent: more than one may.
    static WAITING: RefCell<VecDeque<Function>> = const { RefCell::new(VecDeque::new()) };
}

impl Gate {
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let open = Closure::<dyn FnMut()>::new(|| {
            let next = WAITING.with_borrow_mut(VecDeque::pop_front);
            if next.is_some_and(|resolve| resolve.call0(&JsValue::NULL).is_err()) {
                log::error!("a promise of the clock could not be resolved");
            }
        });
        channel.port1().set_onmessage(Some(wasm_bindgen::JsCast::unchecked_ref(open.as_ref())));
        Some(Self { channel, _open: open })
    }
}

/// Milliseconds since the worker started.
pub(crate) fn now_millis() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}

/// Lets the browser deliver messages. A message to oneself is the fastest way that does not starve
/// them: `setTimeout` waits at least 4 ms, and promises run before messages.
pub(crate) async fn give_way() {
    let promise = GATE.with_borrow_mut(|gate| {
        let gate = match gate {
            Some(gate) => gate,
            None => gate.insert(Gate::new()?),
        };
        gate.channel.port2().post_message(&JsValue::NULL).ok()?;
        Some(Promise::new(&mut |resolve, _| WAITING.with_borrow_mut(|waiting| waiting.push_back(resolve))))
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
