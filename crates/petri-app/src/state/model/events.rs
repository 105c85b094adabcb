//! What events of the worker change.

use petri_protocol::engine_choice::{Adapter, Calibration, Decision};
use petri_protocol::event::WorkerKind;
use petri_protocol::{DataInfo, ErrorCode, Event, MetricPoint, PROTOCOL_VERSION, RequestId, RunId, RunState, WireError};

use super::{Effect, Model};
use crate::state::checkpoint::Checkpoint;
use crate::state::dish::Phase;
use crate::state::file::{Content, LoadedFile};
use crate::state::notice::{Offer, Topic};
use crate::state::worker::{AfterDeath, Progress};

impl Model {
    /// Takes an event of the worker.
    pub fn apply(&mut self, event: Event, values: &[f32]) -> Vec<Effect> {
        match event {
            Event::Ready { protocol, build: _, worker, adapter } => self.on_ready(protocol, worker, adapter),
            Event::Progress { what, part } => {
                self.worker.progress = Some(Progress { what, part });
                Vec::new()
            }
            Event::FileRead { request, file, info } => self.on_file(request, LoadedFile { file, content: Content::Images(info) }),
            Event::TableRead { request, file, info } => self.on_file(request, LoadedFile { file, content: Content::Table(info) }),
            Event::Started { run, decision, calibration, info, steps_per_epoch } => {
                self.on_started(run, decision, calibration, info, steps_per_epoch)
            }
            Event::Committed { run, columns } => {
                if let Some(dish) = self.dish_of(run) {
                    dish.committed = MetricPoint::decode(&columns, values).pop();
                    dish.seen_test = Some((dish.experiment.data.clone(), dish.experiment.seed));
                    // The views name the test set from now on: answers about validation must not pass for those about it.
                    dish.probes.clear();
                }
                Vec::new()
            }
            Event::SeriesPoints { series, member, columns } if series == self.library.series.id => {
                self.library.series.extend(member, MetricPoint::decode(&columns, values));
                Vec::new()
            }
            Event::MemberEnded { series, member, end, error, parts } if series == self.library.series.id => {
                self.on_member(member, end, error, &parts, values)
            }
            Event::SeriesEnded { series, .. } if series == self.library.series.id => {
                self.library.series.is_running = false;
                self.worker.progress = None;
                Vec::new()
            }
            Event::Metrics { run, columns } => {
                self.on_points(run, MetricPoint::decode(&columns, values));
                Vec::new()
            }
            Event::State { run, state, step } => self.on_state(run, state, step),
            Event::ProbeAnswered { run, request, step, parts, range } => {
                if let Some(dish) = self.dish_of(run) {
                    dish.probes.answered(request, parts, values.to_vec(), range, step);
                }
                Vec::new()
            }
            Event::ProbeFailed { run, request, .. } => {
                if let Some(dish) = self.dish_of(run) {
                    dish.probes.failed(request);
                }
                Vec::new()
            }
            Event::Failed { run, request, error } => self.on_failed(run, request, error),
            Event::Changed { run, request, journal, .. } => {
                let Some(dish) = self.dish_of(run) else { return Vec::new() };
                dish.experiment.journal = journal;
                dish.settle_request(request);
                vec![Effect::WriteLink]
            }
            Event::Checkpoint { run, step, state, .. } => {
                if let Some(dish) = self.dish_of(run) {
                    dish.checkpoint = Checkpoint::new(&dish.experiment, step, state, values);
                }
                Vec::new()
            }
            // Of other series, or answers that only tests and benchmarks ask for.
            Event::SeriesPoints { .. }
            | Event::MemberEnded { .. }
            | Event::SeriesEnded { .. }
            | Event::SelfTested { .. }
            | Event::Benched { .. } => Vec::new(),
        }
    }

    fn on_ready(&mut self, protocol: u32, worker: WorkerKind, adapter: Option<Adapter>) -> Vec<Effect> {
        if protocol != PROTOCOL_VERSION {
            if self.worker.tried_past_cache {
                self.dish.phase = Phase::Failed;
                self.worker.progress = None;
                self.notices.error(WireError::new(
                    ErrorCode::WorkerUnavailable,
                    format!("The worker speaks version {protocol}, this page version {PROTOCOL_VERSION}."),
                ));
                return Vec::new();
            }
            self.worker.tried_past_cache = true;
            return vec![Effect::Spawn { kind: worker, past_cache: true }];
        }
        self.worker.is_up(worker, adapter);
        // A new worker knows nothing: files come first, the run after them.
        let mut effects = self.send_chosen_file();
        if self.is_shown && self.dish.phase == Phase::Loading {
            effects.extend(self.prepare());
        }
        effects
    }

    fn on_started(
        &mut self,
        run: RunId,
        decision: Decision,
        calibration: Option<Calibration>,
        info: DataInfo,
        steps_per_epoch: usize,
    ) -> Vec<Effect> {
        let Some(dish) = self.dish_of(run) else { return Vec::new() };
        dish.decision = Some(decision);
        dish.steps_per_epoch = steps_per_epoch;
        dish.made = Some(info);
        let experiment = dish.experiment.clone();
        let mut effects = Vec::new();
        if run == self.dish.run {
            self.notices.settle(Topic::Run);
            effects = self.watch();
        }
        if let (Some(calibration), Some(key)) = (calibration, self.worker.calibration_key(&experiment)) {
            self.worker.calibrations.add(Calibration { key, ..calibration });
            effects.push(Effect::StoreCalibrations);
        }
        effects
    }

    fn on_points(&mut self, run: RunId, points: Vec<MetricPoint>) {
        let Some(dish) = self.dish_of(run) else { return };
        let last = points.last().map_or(0, |p| p.step as usize);
        dish.step = dish.step.max(last);
        dish.curves.extend(run, points);
        if last > 0 {
            self.worker.is_well();
            self.notices.settle(Topic::Worker);
        }
    }

    fn on_state(&mut self, run: RunId, state: RunState, step: usize) -> Vec<Effect> {
        self.worker.progress = None;
        let Some(dish) = self.dish_of(run) else { return Vec::new() };
        dish.step = step;
        dish.is_recorded &= state != RunState::Running;
        dish.phase = match state {
            RunState::Paused => Phase::Paused,
            RunState::Running => Phase::Running,
            RunState::Ended { end } => Phase::Ended(end),
        };
        if let RunState::Ended { end } = state {
            let (link, seed) = (dish.link(), dish.experiment.seed);
            return self.keep_run(run, link, seed, Some(end));
        }
        if run == self.dish.run && self.dish.phase == Phase::Paused && std::mem::take(&mut self.dish.train_when_ready) {
            return self.train();
        }
        Vec::new()
    }

    fn on_failed(&mut self, run: Option<RunId>, request: Option<RequestId>, error: WireError) -> Vec<Effect> {
        let code = error.code;
        if code == ErrorCode::WorkerCrashed {
            return self.on_crash(Some(error));
        }
        if let Some(request) = request {
            std::iter::once(&mut self.dish).chain(&mut self.others).for_each(|dish| dish.settle_request(request));
        }
        if run.is_some() && run == self.worker.live {
            self.worker.live = None;
        }
        if run.is_some_and(|r| r != self.dish.run) {
            return Vec::new();
        }
        if code == ErrorCode::GpuLost {
            // What was trained is not lost: it goes on from the last state that was sent.
            self.dish.train_when_ready |= self.dish.phase == Phase::Running && self.dish.resumable().is_some();
        }
        self.say_error(error);
        if request.is_some_and(|r| self.worker.files.failed(r)) {
            self.worker.progress = None;
            return Vec::new();
        }
        match code {
            // Only the request was refused: the run goes on as it did.
            _ if run.is_none() && request.is_some() && code != ErrorCode::GpuLost => Vec::new(),
            ErrorCode::GpuLost => {
                self.worker.gpu_failed = Some("the GPU stopped working".into());
                // The same adapter cannot be started twice in one worker.
                vec![self.spawn(WorkerKind::Cpu)]
            }
            ErrorCode::InvalidExperiment | ErrorCode::FileMissing => {
                self.dish.phase = Phase::Incomplete;
                self.worker.progress = None;
                Vec::new()
            }
            _ if run.is_some() => {
                self.dish.phase = Phase::Failed;
                self.worker.progress = None;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The worker ended. The curves stay; a new worker is started, on the CPU if the GPU was starting, but not for
    /// ever.
    pub fn on_crash(&mut self, error: Option<WireError>) -> Vec<Effect> {
        if self.worker.kind.is_none() {
            return Vec::new();
        }
        let message =
            error.unwrap_or_else(|| WireError::new(ErrorCode::WorkerCrashed, "The training worker stopped unexpectedly."));
        self.say_error(message);
        self.lose_series();
        match self.worker.died(self.dish.phase == Phase::Preparing) {
            AfterDeath::Start(kind) => vec![self.spawn(kind)],
            AfterDeath::GiveUp => {
                self.dish.phase = Phase::Failed;
                let message = "The engine does not come up with this experiment, so it is not started again by itself.";
                // It says what the crash said, and more. Of the run: in another dish its button would do something else.
                self.notices.settle(Topic::Worker);
                self.notices.offer(Topic::Run, message, Offer::TryAgain);
                Vec::new()
            }
        }
    }

    /// Shows an error, with advice for what happens now: nobody need press Train for what trains by itself.
    fn say_error(&mut self, error: WireError) {
        let ends_worker = matches!(error.code, ErrorCode::GpuLost | ErrorCode::WorkerCrashed);
        if !ends_worker || !self.dish.train_when_ready {
            self.notices.error(error);
            return;
        }
        let by = if error.code == ErrorCode::GpuLost { " with the CPU engine" } else { "" };
        let from = if self.dish.resumable().is_some() { "from the last state that was kept" } else { "from its start" };
        self.notices.recovered(error, format!("The curves are kept. Training goes on by itself{by}, {from}."));
    }
}
