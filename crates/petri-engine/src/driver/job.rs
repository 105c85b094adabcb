//! Long work in turns: a future that is polled until its turn is over, and dropped to cancel it.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use super::host::Host;

/// When a turn ends, shared between a job and whoever gives it turns.
pub struct Turn {
    host: Rc<dyn Host>,
    ends_at: Cell<f64>,
    gave_way: Cell<bool>,
}

impl Turn {
    /// Awaited by long work as often as possible: gives way when its turn is over.
    pub async fn pause(&self) {
        if self.host.now_millis() < self.ends_at.get() {
            return;
        }
        self.gave_way.set(true);
        let mut has_waited = false;
        poll_fn(|_| if std::mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Work under way.
pub struct Job<T> {
    turn: Rc<Turn>,
    work: Pin<Box<dyn Future<Output = T>>>,
}

impl<T> Job<T> {
    /// Nothing is done before the first turn.
    pub fn new<F: Future<Output = T> + 'static>(host: &Rc<dyn Host>, work: impl FnOnce(Rc<Turn>) -> F) -> Self {
        let turn = Rc::new(Turn { host: Rc::clone(host), ends_at: Cell::new(0.0), gave_way: Cell::new(false) });
        Self { work: Box::pin(work(Rc::clone(&turn))), turn }
    }

    /// Works until the clock says `until`, or until it is done. It waits for the device where it must; such a wait may
    /// be abandoned and taken up in the next turn.
    pub async fn take_turn(&mut self, until: f64) -> Option<T> {
        self.turn.ends_at.set(until);
        self.turn.gave_way.set(false);
        poll_fn(|context| match self.work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.turn.gave_way.take() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestHost;
    use super::*;

    #[test]
    fn work_is_done_in_turns_and_dropping_it_cancels_it() {
        let test_host = TestHost::new(1.0);
        let host: Rc<dyn Host> = Rc::clone(&test_host) as Rc<dyn Host>;
        let done = Rc::new(Cell::new(0));
        let count = Rc::clone(&done);
        let mut job = Job::new(&host, |turn| async move {
            for _ in 0..100 {
                count.set(count.get() + 1);
                turn.pause().await;
            }
        });
        // The clock of the test goes on by one with each look at it.
        let until = host.now_millis() + 10.0;
        assert!(pollster::block_on(job.take_turn(until)).is_none());
        let after_one = done.get();
        assert!((5..=12).contains(&after_one), "{after_one}");
        drop(job);
        assert_eq!(done.get(), after_one);
    }
}
