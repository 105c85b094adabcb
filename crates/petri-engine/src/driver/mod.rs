//! The run driver: the one loop that trains, evaluates, answers and stops. The worker, tests and the bench use it.
//!
//! Whatever takes long is a [`Job`] that works in turns; between turns the driver looks at what else is wanted, and
//! its [`Budget`] says whose turn it is. So a pause is answered at once, a probe never starves training, and
//! dropping a job cancels it.

mod alone;
mod budget;
mod errors;
mod host;
mod job;
mod prepared;
mod probes;
mod run;
mod series;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use petri_protocol::event::SavedState;
use petri_protocol::{
    ErrorCode, Event, LiveKey, Member, MetricPoint, Probe, RequestId, RunId, RunState, SeriesId, Split, WireError,
};

pub use alone::{Trained, train};
pub use budget::{Budget, Party};
pub use errors::wire_error;
pub use host::{Host, TURN_MILLIS};
pub use job::{Job, Turn};
pub use prepared::{Preparation, Prepare, Prepared};
pub use run::{News, Run};
pub use series::Series;

use crate::error::EngineError;
use crate::session::Session;
use crate::state::StateDict;
use errors::{gpu_fault, no_run};
use probes::Probes;

/// Points of the curves go out at most this often, in milliseconds (20 a second).
const MESSAGE_MILLIS: f64 = 50.0;
/// Least time between two checkpoints on the CPU, in milliseconds.
const CPU_CHECKPOINT_MILLIS: f64 = 2000.0;

/// The state of a run, being read.
type Reading = Job<Result<StateDict, EngineError>>;

/// The run that the learner watches.
struct Watched {
    id: RunId,
    run: Run,
    on_gpu: bool,
    /// Points that wait for the next message.
    points: Vec<MetricPoint>,
    last_message: f64,
    /// The request that waits for the state, and its reading once that has begun.
    saving: Option<(RequestId, Option<Reading>)>,
}

/// Measures a turn, until it goes.
struct Timed {
    host: Rc<dyn Host>,
    spent: Rc<Cell<Option<(Party, f64)>>>,
    party: Party,
    before: f64,
}

impl Drop for Timed {
    fn drop(&mut self) {
        self.spent.set(Some((self.party, self.host.now_millis() - self.before)));
    }
}

/// See the module.
pub struct Driver {
    host: Rc<dyn Host>,
    watched: Option<Watched>,
    probes: Probes,
    series: Option<Series>,
    budget: Budget,
    /// What the turn before took.
    spent: Rc<Cell<Option<(Party, f64)>>>,
    /// Who used the GPU last: a fault that it reports later is theirs.
    on_gpu_last: Option<Party>,
    /// Whose turn it was last.
    #[cfg(test)]
    last_party: Option<Party>,
}

impl Driver {
    /// A driver with nothing to do.
    pub fn new(host: Rc<dyn Host>) -> Self {
        let probes = Probes::new(Rc::clone(&host));
        Self {
            probes,
            host,
            watched: None,
            series: None,
            budget: Budget::default(),
            spent: Rc::default(),
            on_gpu_last: None,
            #[cfg(test)]
            last_party: None,
        }
    }

    /// Puts a run in the place of the one before; it waits for `resume` or `step_once`.
    ///
    /// # Errors
    ///
    /// When the experiment or the state to go on from does not fit.
    pub fn start(&mut self, id: RunId, prepared: Prepared, from: Option<&StateDict>) -> Result<(), WireError> {
        self.stop();
        let Prepared { experiment, dataset, device, on_gpu } = prepared;
        let fail = |e: EngineError| wire_error(&e, on_gpu);
        let mut session = Session::new(experiment, dataset, &device).map_err(fail)?;
        if let Some(state) = from {
            session.set_state(state).map_err(fail)?;
        }
        // A lost GPU goes on from the last epoch. The CPU engine is lost with its worker only, and small networks have
        // many epochs in a second.
        let mut run = Run::new(session, Rc::clone(&self.host), if on_gpu { 0.0 } else { CPU_CHECKPOINT_MILLIS });
        if let Some(state) = from {
            run.stand(state);
        }
        self.watched = Some(Watched { id, run, on_gpu, points: Vec::new(), last_message: 0.0, saving: None });
        Ok(())
    }

    /// Lets the run go. Its probes are answered that there is none.
    pub fn stop(&mut self) {
        if let Some(watched) = self.watched.take() {
            if watched.on_gpu && self.on_gpu_last != Some(Party::Series) {
                // What it leaves behind is nobody's fault.
                self.host.take_fault();
                self.on_gpu_last = None;
            }
            self.probes.refuse_all(watched.id);
            if let Some((request, _)) = watched.saving {
                self.refuse(request, no_run());
            }
        }
    }

    /// Whether the state of the run is being read.
    pub fn is_saving(&self) -> bool {
        self.watched.as_ref().is_some_and(|w| w.saving.is_some())
    }

    /// The session of the run, if it is there.
    pub fn session(&self, id: RunId) -> Option<&Session> {
        self.watched.as_ref().filter(|w| w.id == id).map(|w| w.run.session())
    }

    /// Steps done and state of the run, if it is there.
    pub fn progress(&self, id: RunId) -> Option<(usize, RunState)> {
        self.watched.as_ref().filter(|w| w.id == id).map(|w| (w.run.session().step_count(), w.run.state()))
    }

    /// Whether the run uses the GPU.
    pub fn run_on_gpu(&self) -> bool {
        self.watched.as_ref().is_some_and(|w| w.on_gpu)
    }

    /// Does something to the run, if it is there; what it tells goes out at once.
    pub fn with_run(&mut self, id: RunId, act: impl FnOnce(&mut Run)) {
        if let Some(watched) = self.watched.as_mut().filter(|w| w.id == id) {
            act(&mut watched.run);
        }
        self.tell();
    }

    /// Changes a setting while the run goes on. Always answered.
    pub fn change(&mut self, id: RunId, request: RequestId, key: LiveKey, value: f64) {
        let Some(watched) = self.watched.as_mut().filter(|w| w.id == id) else {
            self.refuse(request, no_run());
            return;
        };
        match watched.run.change(key, value) {
            Ok(_) => {
                let session = watched.run.session();
                let journal = session.journal().to_vec();
                self.host.send(&Event::Changed { run: id, request, journal, n_epochs: session.n_epochs() }, &[]);
                self.tell();
            }
            Err(error) => {
                let error = wire_error(&error, watched.on_gpu);
                self.refuse(request, error);
            }
        }
    }

    /// Sends the state of the run. Always answered.
    pub fn save(&mut self, id: RunId, request: RequestId) {
        let Some(watched) = self.watched.as_mut().filter(|w| w.id == id) else {
            self.refuse(request, no_run());
            return;
        };
        if let Some((older, _)) = watched.saving.replace((request, None)) {
            self.refuse(older, WireError::new(ErrorCode::BadMessage, "A newer request took its place."));
        }
    }

    /// Answers a probe, now or later. Always answered.
    pub fn probe(&mut self, id: RunId, request: RequestId, probe: Probe) {
        let watched = self.watched.as_ref().filter(|w| w.id == id);
        let refusal = match watched {
            None => Some(no_run()),
            Some(w) if probe.split() == Some(Split::Test) && !w.run.is_committed() => {
                Some(WireError::new(ErrorCode::BadProbe, "The test set is locked until you commit to a model."))
            }
            Some(_) => None,
        };
        match refusal {
            Some(error) => self.host.send(&Event::ProbeFailed { run: id, request, error }, &[]),
            None => self.probes.push(id, request, probe),
        }
    }

    /// Puts a series in the place of the one before.
    pub fn start_series(&mut self, id: SeriesId, members: Vec<Member>, on_gpu: bool, prepare: Prepare) {
        self.end_series(true);
        self.series = Some(Series::new(id, members, Rc::clone(&self.host), on_gpu, prepare));
    }

    /// Cancels a series. Always answered, also when there is no such series any more.
    pub fn cancel_series(&mut self, id: SeriesId) {
        if self.series.as_ref().is_some_and(|s| s.id == id) {
            self.end_series(true);
        } else {
            self.host.send(&Event::SeriesEnded { series: id, cancelled: true }, &[]);
        }
    }

    fn end_series(&mut self, cancelled: bool) {
        if let Some(series) = self.series.take() {
            self.host.send(&Event::SeriesEnded { series: series.id, cancelled }, &[]);
        }
    }

    fn refuse(&self, request: RequestId, error: WireError) {
        self.host.send(&Event::Failed { run: None, request: Some(request), error }, &[]);
    }

    /// Whether there is something to do now.
    pub fn has_work(&self) -> bool {
        [Party::Run, Party::Probes, Party::Series].into_iter().any(|party| self.wants(party))
    }

    /// Milliseconds until a slow run wants its next step; `None` when nothing is planned.
    pub fn wait_millis(&self) -> Option<f64> {
        self.watched.as_ref().and_then(|w| w.run.wait_millis())
    }

    fn wants(&self, party: Party) -> bool {
        // The comparison of a member on both engines takes every fault of the GPU for its own: nobody else uses it then.
        let waits = self.is_comparing() && self.run_on_gpu();
        match party {
            Party::Run => self.watched.as_ref().is_some_and(|w| w.saving.is_some() || (!waits && w.run.has_work())),
            Party::Probes => !waits && self.probes.has_work(),
            Party::Series => self.series.is_some(),
        }
    }

    /// One turn of work. It may be abandoned at any time and goes on with the next call.
    pub async fn work(&mut self) {
        // A turn that was abandoned may have left a fault behind.
        self.settle_fault();
        if let Some((party, millis)) = self.spent.take() {
            self.budget.note(party, millis);
        }
        let wants = [Party::Run, Party::Probes, Party::Series].map(|party| (party, self.wants(party)));
        let next = self.budget.next(|party| wants.contains(&(party, true)));
        let Some(party) = next else {
            self.tell();
            return;
        };
        // Counted also when a message cuts the turn short.
        let timed = Timed { host: Rc::clone(&self.host), spent: Rc::clone(&self.spent), party, before: self.host.now_millis() };
        if self.uses_gpu(party) {
            self.on_gpu_last = Some(party);
        }
        #[cfg(test)]
        {
            self.last_party = Some(party);
        }
        match party {
            Party::Run => self.work_on_run().await,
            Party::Probes => self.work_on_probes().await,
            Party::Series => self.work_on_series().await,
        }
        drop(timed);
        self.settle_fault();
        self.tell();
    }

    fn uses_gpu(&self, party: Party) -> bool {
        match party {
            Party::Run | Party::Probes => self.run_on_gpu(),
            Party::Series => self.series.as_ref().is_some_and(Series::on_gpu),
        }
    }

    fn is_comparing(&self) -> bool {
        self.series.as_ref().is_some_and(Series::is_comparing)
    }

    /// Ends whoever used the GPU last, where it has reported a fault: only the log tells of some. The others are
    /// innocent.
    fn settle_fault(&mut self) {
        if self.is_comparing() || !self.host.take_fault() {
            return;
        }
        match self.on_gpu_last {
            Some(Party::Series) => {
                if let Some(series) = self.series.as_mut().filter(|s| s.on_gpu()) {
                    series.fail_current(gpu_fault());
                }
            }
            Some(Party::Run | Party::Probes) if self.run_on_gpu() => self.fail_run(gpu_fault()),
            _ => {}
        }
    }

    async fn work_on_run(&mut self) {
        let Some(watched) = &mut self.watched else { return };
        if let Some((_, reading @ None)) = &mut watched.saving {
            *reading = watched.run.save().map(|state| Job::new(&self.host, |_| state));
        }
        let outcome = match &mut watched.saving {
            Some((request, Some(reading))) => match reading.take_turn(f64::INFINITY).await {
                None => Ok(()),
                Some(outcome) => {
                    let request = Some(*request);
                    watched.saving = None;
                    outcome.map(|state| send_state(&self.host, watched, request, state))
                }
            },
            // Also where the state waits for something that is on its way.
            Some((_, None)) | None => watched.run.take_turn().await,
        };
        self.check_run(outcome);
    }

    async fn work_on_probes(&mut self) {
        let Some(watched) = &self.watched else { return };
        let lost = self.probes.take_turn(watched.id, watched.run.session(), watched.on_gpu).await;
        self.check_run(lost.map_or(Ok(()), Err));
    }

    async fn work_on_series(&mut self) {
        let Some(series) = &mut self.series else { return };
        if series.take_turn().await {
            self.end_series(false);
        }
        if self.uses_gpu(Party::Series) {
            self.on_gpu_last = Some(Party::Series);
        }
    }

    /// Ends the run when something went wrong.
    fn check_run(&mut self, outcome: Result<(), EngineError>) {
        if let Err(error) = outcome {
            self.fail_run(wire_error(&error, self.run_on_gpu()));
        }
    }

    fn fail_run(&mut self, error: WireError) {
        self.tell();
        self.flush(true);
        let run = self.watched.as_ref().map(|w| w.id);
        self.stop();
        self.host.send(&Event::Failed { run, request: None, error }, &[]);
    }

    /// Passes on what the run has told.
    fn tell(&mut self) {
        let Some(watched) = &mut self.watched else { return };
        for news in watched.run.take_news() {
            match news {
                News::Point(point) => watched.points.push(point),
                News::State(state) => {
                    // After the points that belong before it.
                    flush(&self.host, watched, true);
                    let step = watched.run.session().step_count();
                    self.host.send(&Event::State { run: watched.id, state, step }, &[]);
                }
                News::Checkpoint(state) => send_state(&self.host, watched, None, state),
                News::Committed(point) => {
                    flush(&self.host, watched, true);
                    let (columns, values) = MetricPoint::encode(&[point]);
                    self.host.send(&Event::Committed { run: watched.id, columns }, &values);
                }
            }
        }
        self.flush(false);
    }

    fn flush(&mut self, now: bool) {
        if let Some(watched) = &mut self.watched {
            // Nothing follows that could take the last points along.
            let is_idle = !watched.run.has_work() && watched.run.state() != RunState::Running;
            flush(&self.host, watched, now || is_idle);
        }
    }
}

/// Sends the points that wait, when it is time or when `now`.
fn flush(host: &Rc<dyn Host>, watched: &mut Watched, now: bool) {
    let time = host.now_millis();
    if !watched.points.is_empty() && (now || time - watched.last_message >= MESSAGE_MILLIS) {
        let (columns, values) = MetricPoint::encode(&watched.points);
        host.send(&Event::Metrics { run: watched.id, columns }, &values);
        watched.points.clear();
        watched.last_message = time;
    }
}

fn send_state(host: &Rc<dyn Host>, watched: &mut Watched, request: Option<RequestId>, state: StateDict) {
    // After the points that it covers.
    flush(host, watched, true);
    // Counters are far below the 2^53 that f64 holds exactly.
    let step = state.numbers.get("step").copied().unwrap_or_default() as usize;
    let (numbers, parts, values) = state.into_payload();
    host.send(&Event::Checkpoint { run: watched.id, request, step, state: SavedState { numbers, parts } }, &values);
}
