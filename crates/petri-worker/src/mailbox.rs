//! Messages of the page that wait until the runner has time for them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use petri_protocol::Command;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::MessageEvent;

use crate::codec::{self, Attached};

/// A command with what came with it.
pub(crate) type Letter = (Command, Attached);

#[derive(Default)]
struct Inner {
    letters: VecDeque<Letter>,
    waker: Option<Waker>,
}

/// The queue between `onmessage` and the runner.
pub(crate) struct Mailbox {
    inner: Rc<RefCell<Inner>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Mailbox {
    /// Starts to listen.
    pub(crate) fn open() -> Self {
        let inner = Rc::new(RefCell::new(Inner::default()));
        let for_handler = Rc::clone(&inner);
        let on_message = Closure::new(move |event: MessageEvent| {
            let Some((command, attached)) = codec::receive(&event.data()) else { return };
            // Hooks for tests act at once, whatever the runner is doing.
            if command == Command::Panic {
                panic!("the page asked for a panic");
            }
            let mut inner = for_handler.borrow_mut();
            inner.letters.push_back((command, attached));
            if let Some(waker) = inner.waker.take() {
                waker.wake();
            }
        });
        codec::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self { inner, _on_message: on_message }
    }

    /// The next message, if there is one.
    pub(crate) fn take(&self) -> Option<Letter> {
        self.inner.borrow_mut().letters.pop_front()
    }

    /// Whether a message waits; if not, `context` is woken by the next one.
    pub(crate) fn has_mail(&self, context: &Context<'_>) -> bool {
        let mut inner = self.inner.borrow_mut();
        inner.waker = Some(context.waker().clone());
        !inner.letters.is_empty()
    }

    /// Waits for the next message.
    pub(crate) async fn next(&self) -> Letter {
        std::future::poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            match inner.letters.pop_front() {
                Some(letter) => Poll::Ready(letter),
                None => {
                    inner.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
