//! One run: steps, reads, validation, early stopping, speed, commit. Nothing in here waits but [`Run::take_turn`], and
//! what that waits for can be taken up again.

mod standing;

use std::rc::Rc;

use petri_protocol::{LiveChange, LiveKey, MetricPoint, RunEnd, RunState, Split};

use super::host::{Host, TURN_MILLIS};
use super::job::{Job, Turn};
use crate::error::EngineError;
use crate::evaluate::Evaluation;
use crate::executor::Outputs;
use crate::moment::Moment;
use crate::session::{Session, Verdict};
use crate::state::StateDict;

/// The device is waited for about this often, in milliseconds.
const READ_MILLIS: f64 = 80.0;
/// Most steps between two reads: each holds its loss on the device.
const MAX_STEPS_PER_READ: usize = 64;

/// What a run tells.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A point of the curves.
    Point(MetricPoint),
    /// It goes on, waits, or is over.
    State(RunState),
    /// It can be taken up again from here.
    Checkpoint(StateDict),
    /// The test set was evaluated.
    Committed(MetricPoint),
}

/// Why something is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// Before the first step, after a single step, or after the best network has come back: only a point.
    Look,
    /// At the end of an epoch: early stopping is judged.
    Epoch,
    /// The test set, when the learner commits.
    Commit,
}

/// What was being waited for.
enum Done {
    Read(Result<Outputs, EngineError>),
    Evaluated(Occasion, Result<MetricPoint, EngineError>, Option<Evaluation>),
    /// The network of the best epoch.
    Best(usize, Result<StateDict, EngineError>),
    Saved(Result<StateDict, EngineError>),
}

/// A run with its state.
pub struct Run {
    host: Rc<dyn Host>,
    session: Session,
    state: RunState,
    job: Option<Job<Done>>,
    /// What the job evaluates, if it does.
    evaluating: Option<Occasion>,
    /// What is evaluated as soon as nothing else is under way.
    wanted: Option<Occasion>,
    /// Single steps that were asked for.
    singles: u32,
    /// A single step is under way: its end is told.
    is_single: bool,
    /// The end that the last step brought; told after its validation.
    ending: Option<RunEnd>,
    steps_per_second: Option<f64>,
    next_step_at: f64,
    millis_per_step: f64,
    steps_started_at: f64,
    steps_in_flight: usize,
    /// The learner has seen the test set with this network: it is not trained further.
    committed: bool,
    /// Least time between two checkpoints, in milliseconds; they are sent after epochs.
    checkpoint_millis: f64,
    next_checkpoint_at: f64,
    wants_checkpoint: bool,
    news: Vec<News>,
}

impl Run {
    /// A run that waits. Its first work is a look at the validation data. Checkpoints are sent after epochs, at most
    /// one in `checkpoint_millis`.
    pub fn new(session: Session, host: Rc<dyn Host>, checkpoint_millis: f64) -> Self {
        let is_new = session.step_count() == 0;
        let next_checkpoint_at = host.now_millis() + checkpoint_millis;
        Self {
            host,
            session,
            state: RunState::Paused,
            job: None,
            evaluating: None,
            wanted: is_new.then_some(Occasion::Look),
            singles: 0,
            is_single: false,
            ending: None,
            steps_per_second: None,
            next_step_at: 0.0,
            millis_per_step: 0.0,
            steps_started_at: 0.0,
            steps_in_flight: 0,
            committed: false,
            checkpoint_millis,
            next_checkpoint_at,
            wants_checkpoint: false,
            news: Vec::new(),
        }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether it goes on, waits, or is over.
    pub fn state(&self) -> RunState {
        self.state
    }

    /// Whether the test set was opened.
    pub fn is_committed(&self) -> bool {
        self.committed
    }

    /// What has happened since the last call.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    fn set_state(&mut self, state: RunState) {
        self.state = state;
        self.news.push(News::State(state));
    }

    fn is_over(&self) -> bool {
        self.committed || matches!(self.state, RunState::Ended { .. })
    }

    /// Starts or goes on, unless the run is over.
    pub fn resume(&mut self) {
        if !self.is_over() {
            self.next_step_at = self.host.now_millis();
            self.set_state(RunState::Running);
        }
    }

    /// Waits, unless the run is over. Answered at once: what is under way is finished, but nothing new is begun.
    pub fn pause(&mut self) {
        if self.state == RunState::Running {
            self.set_state(RunState::Paused);
        }
    }

    /// One step, wanted by the learner.
    pub fn step_once(&mut self) {
        if !self.is_over() {
            self.singles = self.singles.saturating_add(1);
        }
    }

    /// Limits the speed.
    pub fn set_speed(&mut self, steps_per_second: Option<f64>) {
        self.steps_per_second = steps_per_second.filter(|s| s.is_finite() && *s > 0.0);
        self.next_step_at = self.host.now_millis();
    }

    /// Notes two parameters at each step from now on.
    ///
    /// # Errors
    ///
    /// When there is no such parameter.
    pub fn watch(&mut self, parameters: Option<[petri_protocol::ParameterRef; 2]>) -> Result<(), EngineError> {
        self.session.watch(parameters)
    }

    /// Changes a setting from the next step on. More epochs let a finished run go on.
    ///
    /// # Errors
    ///
    /// When the value is not possible, or the run is over for good.
    pub fn change(&mut self, key: LiveKey, value: f64) -> Result<LiveChange, EngineError> {
        if self.committed {
            return Err(EngineError::Probe { why: "this run is over: its test set was opened".into() });
        }
        let change = self.session.change(key, value)?;
        if (self.state == RunState::Ended { end: RunEnd::Finished }) && !self.session.is_finished() {
            self.set_state(RunState::Paused);
        }
        Ok(change)
    }

    /// The learner is done: the test set is evaluated and opened, and training is over.
    pub fn commit(&mut self) {
        if !self.committed {
            self.pause();
            self.committed = true;
            self.singles = 0;
            // An epoch that has ended is judged first; then follows the commit.
            if self.wanted != Some(Occasion::Epoch) {
                self.wanted = Some(Occasion::Commit);
            }
        }
    }

    /// Whether there is something to do now.
    pub fn has_work(&self) -> bool {
        self.job.is_some() || self.wants_evaluation() || self.wants_checkpoint || self.wait_millis().is_some_and(|w| w <= 0.0)
    }

    /// Whether something is to be evaluated now. The look before the first step waits for that step: until then the page
    /// still shows the curves of the run before.
    fn wants_evaluation(&self) -> bool {
        let is_early = self.session.step_count() == 0 && self.state == RunState::Paused && self.singles == 0;
        self.wanted.is_some_and(|occasion| occasion != Occasion::Look || !is_early)
    }

    /// Milliseconds until the next step may be done; `None` when no step is wanted.
    pub fn wait_millis(&self) -> Option<f64> {
        if self.singles > 0 {
            return Some(0.0);
        }
        let is_due = |_: &f64| self.state == RunState::Running && !self.committed;
        let wait = if self.steps_per_second.is_some() { self.next_step_at - self.host.now_millis() } else { 0.0 };
        Some(wait).filter(is_due)
    }

    /// Works for about a turn.
    ///
    /// # Errors
    ///
    /// When the device fails. The run is then of no use.
    pub async fn take_turn(&mut self) -> Result<(), EngineError> {
        if self.job.is_none() {
            self.begin();
        }
        let Some(job) = &mut self.job else { return Ok(()) };
        let until = self.host.now_millis() + TURN_MILLIS;
        let Some(done) = job.take_turn(until).await else { return Ok(()) };
        self.job = None;
        self.evaluating = None;
        self.finish(done)
    }

    /// Begins the next piece of work.
    fn begin(&mut self) {
        if self.wants_evaluation()
            && let Some(occasion) = self.wanted.take()
        {
            self.evaluating = Some(occasion);
            self.job = Some(evaluation(&self.host, self.session.moment(), occasion));
        } else if std::mem::take(&mut self.wants_checkpoint) {
            self.next_checkpoint_at = self.host.now_millis() + self.checkpoint_millis;
            if let Some(state) = self.save() {
                self.job = Some(Job::new(&self.host, |_| async move { Done::Saved(state.await) }));
            }
        } else if self.wait_millis().is_some_and(|wait| wait <= 0.0) {
            self.advance();
        }
    }

    /// Up to a reading interval of steps, not across the end of an epoch; then their losses are asked for.
    fn advance(&mut self) {
        let before = self.host.now_millis();
        let wanted = if self.singles > 0 || self.steps_per_second.is_some() || self.millis_per_step <= 0.0 {
            1
        } else {
            ((READ_MILLIS / self.millis_per_step) as usize).clamp(1, MAX_STEPS_PER_READ)
        };
        let mut done = 0;
        while done < wanted {
            let step = self.session.step();
            done += 1;
            if step.ends_run {
                self.ending = Some(RunEnd::Finished);
            }
            if step.ends_epoch {
                self.wanted = Some(Occasion::Epoch);
                break;
            }
            // On the CPU a step is done when it returns: long ones must not pile up.
            if self.host.now_millis() - before > READ_MILLIS {
                break;
            }
        }
        if self.singles > 0 {
            self.singles -= 1;
            self.is_single = true;
            // A single step shows its effect on validation at once, without counting as an epoch.
            self.wanted = self.wanted.or(Some(Occasion::Look));
        }
        if let Some(rate) = self.steps_per_second {
            // Behind by more than a step: start counting anew instead of hurrying after.
            self.next_step_at = (self.next_step_at + 1000.0 / rate).max(self.host.now_millis() - 1000.0 / rate);
        }
        (self.steps_started_at, self.steps_in_flight) = (before, done);
        let read = self.session.read();
        self.job = Some(Job::new(&self.host, |_| async move { Done::Read(read.await) }));
    }

    fn finish(&mut self, done: Done) -> Result<(), EngineError> {
        match done {
            Done::Read(outputs) => self.note(&outputs?),
            Done::Evaluated(occasion, point, evaluation) => self.evaluated(occasion, point?, evaluation.as_ref()),
            Done::Best(best_epoch, state) => {
                self.session.set_network(&state?)?;
                // The weights of the best epoch are back: the last point is theirs.
                self.ending = Some(RunEnd::StoppedEarly { step: self.session.step_count(), best_epoch });
                // Where the learner has committed meanwhile, the test set is wanted first.
                self.wanted = self.wanted.or(Some(Occasion::Look));
            }
            Done::Saved(state) => self.news.push(News::Checkpoint(state?)),
        }
        self.end_if_over();
        Ok(())
    }

    /// The points of the steps that were read.
    fn note(&mut self, outputs: &Outputs) {
        let is_first = self.millis_per_step == 0.0 && self.session.step_count() <= self.steps_in_flight;
        let millis = (self.host.now_millis() - self.steps_started_at) / self.steps_in_flight.max(1) as f64;
        // The first step compiles shaders: it says nothing about the next ones.
        if !is_first {
            self.millis_per_step = if self.millis_per_step == 0.0 { millis } else { 0.7 * self.millis_per_step + 0.3 * millis };
        }
        for point in self.session.note(outputs) {
            if !point.loss().is_finite() && !matches!(self.ending, Some(RunEnd::Diverged { .. })) {
                self.ending = Some(RunEnd::Diverged { step: point.step as usize });
            }
            self.news.push(News::Point(point));
        }
    }

    fn evaluated(&mut self, occasion: Occasion, point: MetricPoint, evaluation: Option<&Evaluation>) {
        if occasion == Occasion::Commit {
            self.news.push(News::Committed(point));
            // Whoever goes on from a state must find the test set opened.
            self.wants_checkpoint = true;
            return;
        }
        self.news.push(News::Point(point));
        if self.committed {
            // Only one occasion waits at a time, and a saved state holds only one.
            self.wanted = Some(Occasion::Commit);
        }
        let (Occasion::Epoch, Some(evaluation)) = (occasion, evaluation) else { return };
        self.wants_checkpoint = self.host.now_millis() >= self.next_checkpoint_at;
        // A network that the learner has committed to stays as it is.
        if self.committed || matches!(self.ending, Some(RunEnd::Diverged { .. })) {
            return;
        }
        if let Verdict::Stop { best_epoch, best } = self.session.end_epoch(evaluation) {
            self.wants_checkpoint = false;
            self.job = Some(Job::new(&self.host, |_| async move { Done::Best(best_epoch, best.state().await) }));
        }
    }

    /// Tells the end of the run or of a single step, once everything that belongs before it is done.
    fn end_if_over(&mut self) {
        if self.job.is_some() || self.wanted.is_some() {
            return;
        }
        if let Some(end) = self.ending.take() {
            self.singles = 0;
            self.is_single = false;
            self.set_state(RunState::Ended { end });
        } else if std::mem::take(&mut self.is_single) {
            self.set_state(self.state);
        }
    }
}

/// A point of the validation (or test) data; at the end of an epoch with the metrics of the training data, as
/// `train_loss` and so on: of the network as it is, with dropout off, unlike the points of the steps.
fn evaluation(host: &Rc<dyn Host>, moment: Moment, occasion: Occasion) -> Job<Done> {
    Job::new(host, |turn: Rc<Turn>| async move {
        let split = if occasion == Occasion::Commit { Split::Test } else { Split::Validation };
        let pause = async || turn.pause().await;
        let evaluation = match moment.evaluate(split, pause).await {
            Ok(evaluation) => evaluation,
            Err(error) => return Done::Evaluated(occasion, Err(error), None),
        };
        let point = evaluation.point(split, moment.step as u32, moment.step as f32 / moment.steps_per_epoch as f32);
        if occasion == Occasion::Commit {
            return Done::Evaluated(occasion, Ok(point), Some(evaluation));
        }
        let point = moment.evaluate_training(async || turn.pause().await).await.map(|training| {
            training.values.iter().fold(point, |point, (name, value)| point.with(&format!("train_{name}"), *value as f32))
        });
        Done::Evaluated(occasion, point, Some(evaluation))
    })
}
