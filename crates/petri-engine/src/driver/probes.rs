//! Questions of the page, answered one after the other from the run as it was when their turn began.

use std::collections::VecDeque;
use std::rc::Rc;

use petri_protocol::{Event, Probe, RequestId, RunId};

use super::errors::{no_run, wire_error};
use super::host::{Host, TURN_MILLIS};
use super::job::Job;
use crate::error::EngineError;
use crate::probe::{self, Answer};
use crate::session::Session;

/// The question that is being answered.
struct Current {
    run: RunId,
    request: RequestId,
    step: usize,
    job: Job<Result<Answer, EngineError>>,
}

/// The queue.
pub(super) struct Probes {
    host: Rc<dyn Host>,
    waiting: VecDeque<(RunId, RequestId, Probe)>,
    current: Option<Current>,
}

impl Probes {
    pub(super) fn new(host: Rc<dyn Host>) -> Self {
        Self { host, waiting: VecDeque::new(), current: None }
    }

    pub(super) fn push(&mut self, run: RunId, request: RequestId, probe: Probe) {
        self.waiting.push_back((run, request, probe));
    }

    pub(super) fn has_work(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Answers that the run is over.
    pub(super) fn refuse_all(&mut self, run: RunId) {
        let current = self.current.take().map(|c| (c.run, c.request));
        let waiting = std::mem::take(&mut self.waiting).into_iter().map(|(run, request, _)| (run, request));
        for (of, request) in current.into_iter().chain(waiting) {
            debug_assert_eq!(of, run, "there is one run");
            self.host.send(&Event::ProbeFailed { run: of, request, error: no_run() }, &[]);
        }
    }

    /// Works for about a turn on behalf of a run; returns the error of a device that has failed.
    pub(super) async fn take_turn(&mut self, run: RunId, session: &Session, on_gpu: bool) -> Option<EngineError> {
        if self.current.is_none() {
            let (run, request, probe) = self.waiting.pop_front()?;
            let moment = session.moment();
            let step = moment.step();
            let job =
                Job::new(&self.host, |turn| async move { probe::answer(&moment, &probe, async || turn.pause().await).await });
            self.current = Some(Current { run, request, step, job });
        }
        let current = self.current.as_mut()?;
        let outcome = current.job.take_turn(self.host.now_millis() + TURN_MILLIS).await?;
        let Current { request, step, .. } = self.current.take()?;
        match outcome {
            Ok(answer) => {
                let Answer { parts, values, range } = answer;
                self.host.send(&Event::ProbeAnswered { run, request, step, parts, range }, &values);
                None
            }
            Err(error) => {
                let is_lost = matches!(error, EngineError::Device { .. });
                self.host.send(&Event::ProbeFailed { run, request, error: wire_error(&error, on_gpu) }, &[]);
                is_lost.then_some(error)
            }
        }
    }
}
