//! The run that the worker is at: its session, its speed, its points that wait to be sent.

use std::rc::Rc;

use petri_data::Dataset;
use petri_engine::device::Device;
use petri_engine::{EngineError, Session};
use petri_protocol::{Event, Experiment, MetricPoint, ParameterRef, RunEnd, RunId, RunState, Split};

use crate::codec;
use crate::pace::{give_way_if_due, now_millis};

/// Messages with points go out at most this often, in milliseconds (20 a second).
const MESSAGE_MILLIS: f64 = 50.0;
/// The device is waited for about this often, in milliseconds.
const READ_MILLIS: f64 = 80.0;
/// Most steps between two reads: each holds its loss on the device.
const MAX_STEPS_PER_READ: usize = 64;

/// One run.
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) session: Session,
    pub(crate) on_gpu: bool,
    state: RunState,
    steps_per_second: Option<f64>,
    next_step_at: f64,
    millis_per_step: f64,
    waiting: Vec<MetricPoint>,
    last_message: f64,
    started: bool,
    wants_evaluation: bool,
    /// The learner has seen the test set with this network: it is not trained further.
    committed: bool,
}

impl Run {
    /// Prepares a run; nothing is trained yet.
    pub(crate) fn new(
        id: RunId,
        experiment: Experiment,
        dataset: Rc<Dataset>,
        device: &Device,
        on_gpu: bool,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            id,
            session: Session::new(experiment, dataset, device)?,
            on_gpu,
            state: RunState::Paused,
            steps_per_second: None,
            next_step_at: 0.0,
            millis_per_step: 0.0,
            waiting: Vec::new(),
            last_message: 0.0,
            started: false,
            wants_evaluation: true,
            committed: false,
        })
    }

    pub(crate) fn is_running(&self) -> bool {
        self.state == RunState::Running
    }

    /// Changes the state and tells the page, after the points that belong before it.
    pub(crate) fn set_state(&mut self, state: RunState) {
        self.flush(true);
        self.state = state;
        codec::send(&Event::State { run: self.id, state, step: self.session.step_count() });
    }

    /// Starts or goes on, unless the run is over.
    pub(crate) fn resume(&mut self) {
        if !self.committed && !matches!(self.state, RunState::Ended { .. }) {
            self.next_step_at = now_millis();
            self.set_state(RunState::Running);
        }
    }

    /// Waits, unless the run is over.
    pub(crate) fn pause(&mut self) {
        if self.is_running() {
            self.set_state(RunState::Paused);
        }
    }

    /// Limits the speed.
    pub(crate) fn set_speed(&mut self, steps_per_second: Option<f64>) {
        self.steps_per_second = steps_per_second.filter(|s| s.is_finite() && *s > 0.0);
        self.next_step_at = now_millis();
    }

    /// Milliseconds until the next step may be done.
    pub(crate) fn wait_millis(&self) -> f64 {
        if self.steps_per_second.is_some() { self.next_step_at - now_millis() } else { 0.0 }
    }

    /// One step, wanted by the learner, with its points.
    pub(crate) async fn step_once(&mut self) -> Result<(), EngineError> {
        if self.committed || matches!(self.state, RunState::Ended { .. }) {
            return Ok(());
        }
        self.evaluate_if_wanted().await?;
        let mut ended = self.advance(1).await?;
        if self.wants_evaluation {
            ended = ended.or(self.evaluate_if_wanted().await?);
        } else {
            // A single step shows its effect on validation at once, without counting as an epoch.
            self.add_validation().await?;
        }
        self.set_state(ended.map_or(RunState::Paused, |end| RunState::Ended { end }));
        Ok(())
    }

    /// Trains for about one reading interval.
    pub(crate) async fn slice(&mut self) -> Result<(), EngineError> {
        self.evaluate_if_wanted().await?;
        let steps = if self.steps_per_second.is_some() {
            1
        } else if self.millis_per_step > 0.0 {
            ((READ_MILLIS / self.millis_per_step) as usize).clamp(1, MAX_STEPS_PER_READ)
        } else {
            1
        };
        let mut ended = self.advance(steps).await?;
        if let Some(rate) = self.steps_per_second {
            // Behind by more than a step: start counting anew instead of hurrying after.
            self.next_step_at = (self.next_step_at + 1000.0 / rate).max(now_millis() - 1000.0 / rate);
        }
        let stopped = self.evaluate_if_wanted().await?;
        if !matches!(ended, Some(RunEnd::Diverged { .. })) {
            ended = stopped.or(ended);
        }
        self.flush(false);
        if let Some(end) = ended {
            self.set_state(RunState::Ended { end });
        }
        Ok(())
    }

    /// Up to `steps` steps, not across the end of an epoch, and their points.
    async fn advance(&mut self, steps: usize) -> Result<Option<RunEnd>, EngineError> {
        let before = now_millis();
        let mut done = 0;
        let mut ended = None;
        while done < steps && ended.is_none() {
            let step = self.session.step();
            done += 1;
            if step.ends_run {
                ended = Some(RunEnd::Finished);
            }
            if step.ends_epoch {
                self.wants_evaluation = true;
                break;
            }
            // On the CPU a step is done when it returns: long ones must not pile up.
            if !self.on_gpu && now_millis() - before > READ_MILLIS {
                break;
            }
        }
        for point in self.session.metrics().await? {
            if !point.loss().is_finite() && !matches!(ended, Some(RunEnd::Diverged { .. })) {
                ended = Some(RunEnd::Diverged { step: point.step as usize });
            }
            self.waiting.push(point);
        }
        let millis = (now_millis() - before) / done as f64;
        // The first step compiles shaders: it says nothing about the next ones.
        if self.started {
            self.millis_per_step = if self.millis_per_step == 0.0 { millis } else { 0.7 * self.millis_per_step + 0.3 * millis };
        }
        self.started = true;
        Ok(ended)
    }

    /// Validation, when an epoch has ended (or before the first step). It may end the run.
    async fn evaluate_if_wanted(&mut self) -> Result<Option<RunEnd>, EngineError> {
        if !std::mem::take(&mut self.wants_evaluation) {
            return Ok(None);
        }
        let (point, end) = self.session.end_epoch(give_way_if_due).await?;
        self.waiting.push(point);
        if end.is_some() {
            // The weights of the best epoch are back: the last point is theirs.
            self.add_validation().await?;
        }
        Ok(end)
    }

    /// A point of the validation data for the network as it is now.
    async fn add_validation(&mut self) -> Result<(), EngineError> {
        let evaluation = self.session.evaluate(Split::Validation, give_way_if_due).await?;
        let point: MetricPoint = self.session.point(Split::Validation, &evaluation);
        self.waiting.push(point);
        Ok(())
    }

    /// Notes two parameters at each step; a wrong name only means that there is no path.
    pub(crate) fn watch(&mut self, parameters: Option<[ParameterRef; 2]>) {
        if self.session.watch(parameters).is_err() {
            log::warn!("there is no such parameter to be watched");
        }
    }

    /// The learner is done: the test set is evaluated and opened, and training is over.
    pub(crate) async fn commit(&mut self) -> Result<(), EngineError> {
        self.pause();
        self.committed = true;
        self.flush(true);
        let evaluation = self.session.evaluate(Split::Test, give_way_if_due).await?;
        let point = self.session.point(Split::Test, &evaluation);
        let (columns, values) = MetricPoint::encode(&[point]);
        codec::send_values(&Event::Committed { run: self.id, columns }, &values);
        Ok(())
    }

    pub(crate) fn is_committed(&self) -> bool {
        self.committed
    }

    /// Sends the points that wait, when it is time or when `now`.
    pub(crate) fn flush(&mut self, now: bool) {
        if !self.waiting.is_empty() && (now || now_millis() - self.last_message >= MESSAGE_MILLIS) {
            let (columns, values) = MetricPoint::encode(&self.waiting);
            codec::send_values(&Event::Metrics { run: self.id, columns }, &values);
            self.waiting.clear();
            self.last_message = now_millis();
        }
    }
}
