//! What events of the worker change.

use petri_protocol::engine_choice::{Adapter, Calibration};
use petri_protocol::event::WorkerKind;
use petri_protocol::{ErrorCode, Event, MetricPoint, PROTOCOL_VERSION, RequestId, RunId, RunState, WireError};

use super::{Content, Effect, LoadedFile, Model, Phase, Progress};

impl Model {
    /// Takes an event of the worker.
    pub fn apply(&mut self, event: Event, values: &[f32]) -> Vec<Effect> {
        match event {
            Event::Ready { protocol, build: _, worker, adapter } => self.on_ready(protocol, worker, adapter),
            Event::Progress { what, part } => {
                self.progress = Some(Progress { what, part });
                Vec::new()
            }
            Event::FileRead { request, file, info } => self.on_file(request, LoadedFile { file, content: Content::Images(info) }),
            Event::TableRead { request, file, info } => self.on_file(request, LoadedFile { file, content: Content::Table(info) }),
            Event::Started { run, decision, calibration, info, steps_per_epoch } if run == self.run => {
                self.decision = Some(decision);
                self.steps_per_epoch = steps_per_epoch;
                self.made = Some(info);
                let mut effects = self.watch();
                if let (Some(calibration), Some(key)) = (calibration, self.calibration_key()) {
                    let calibration = Calibration { key: key.clone(), ..calibration };
                    self.calibrations.insert(key, calibration.clone());
                    effects.push(Effect::Store(calibration));
                }
                effects
            }
            Event::Committed { run, columns } if run == self.run => {
                self.committed = MetricPoint::decode(&columns, values).pop();
                Vec::new()
            }
            Event::SeriesPoints { series, member, columns } if series == self.series.id => {
                self.series.extend(member, MetricPoint::decode(&columns, values));
                Vec::new()
            }
            Event::MemberEnded { series, member, end, error, parts } if series == self.series.id => {
                self.on_member(member, end, error, &parts, values)
            }
            Event::SeriesEnded { series, .. } if series == self.series.id => {
                self.series.is_running = false;
                self.progress = None;
                Vec::new()
            }
            Event::Metrics { run, columns } if run == self.run => {
                let points = MetricPoint::decode(&columns, values);
                if let Some(last) = points.last() {
                    self.step = self.step.max(last.step as usize);
                }
                self.curves.extend(run, points);
                Vec::new()
            }
            Event::State { run, state, step } if run == self.run => self.on_state(state, step),
            Event::ProbeAnswered { run, request, step, parts, range } if run == self.run => {
                self.probes.answered(request, parts, values.to_vec(), range, step);
                Vec::new()
            }
            Event::ProbeFailed { run, request, .. } if run == self.run => {
                self.probes.failed(request);
                Vec::new()
            }
            Event::Failed { run, request, error } => self.on_failed(run, request, error),
            // Of runs that are not current, or answers that only tests and benchmarks ask for.
            Event::Started { .. }
            | Event::Committed { .. }
            | Event::SeriesPoints { .. }
            | Event::MemberEnded { .. }
            | Event::SeriesEnded { .. }
            | Event::Metrics { .. }
            | Event::State { .. }
            | Event::ProbeAnswered { .. }
            | Event::ProbeFailed { .. }
            | Event::SelfTested { .. }
            | Event::Benched { .. } => Vec::new(),
        }
    }

    fn on_ready(&mut self, protocol: u32, worker: WorkerKind, adapter: Option<Adapter>) -> Vec<Effect> {
        if protocol != PROTOCOL_VERSION {
            if self.tried_past_cache {
                self.phase = Phase::Failed;
                self.progress = None;
                self.notices.error(WireError::new(
                    ErrorCode::WorkerUnavailable,
                    format!("The worker speaks version {protocol}, this page version {PROTOCOL_VERSION}."),
                ));
                return Vec::new();
            }
            self.tried_past_cache = true;
            return vec![Effect::Spawn { kind: worker, past_cache: true }];
        }
        self.worker = Some(worker);
        self.worker_ready = true;
        self.adapter = adapter;
        self.progress = None;
        // A new worker knows nothing: the file comes first, the run after it.
        let mut effects = Vec::new();
        if self.has_file_to_send {
            effects.push(self.send_file());
        }
        effects.extend(self.prepare());
        effects
    }

    fn on_file(&mut self, request: RequestId, loaded: LoadedFile) -> Vec<Effect> {
        if self.file_request != Some(request) {
            return Vec::new();
        }
        self.file_request = None;
        self.progress = None;
        let known = self.file.as_ref().is_some_and(|f| f.file.fingerprint == loaded.file.fingerprint);
        self.file = Some(loaded.clone());
        let used = self.experiment.data.file.as_ref().is_some_and(|f| f.fingerprint == loaded.file.fingerprint);
        if known && used {
            // The same file again, for a new worker: the run was prepared behind it.
            return if self.phase == Phase::Incomplete { self.prepare() } else { Vec::new() };
        }
        if !used || !self.problems().is_empty() {
            loaded.adapt(&mut self.experiment);
        }
        self.changed()
    }

    fn on_state(&mut self, state: RunState, step: usize) -> Vec<Effect> {
        self.step = step;
        self.progress = None;
        self.phase = match state {
            RunState::Paused => Phase::Paused,
            RunState::Running => Phase::Running,
            RunState::Ended { end } => Phase::Ended(end),
        };
        match self.phase {
            Phase::Paused if std::mem::take(&mut self.train_when_ready) => self.train(),
            Phase::Ended(end) => self.keep_run(end),
            _ => Vec::new(),
        }
    }

    fn on_failed(&mut self, run: Option<RunId>, request: Option<RequestId>, error: WireError) -> Vec<Effect> {
        if run.is_some_and(|r| r != self.run) {
            return Vec::new();
        }
        let code = error.code;
        if code == ErrorCode::WorkerCrashed {
            return self.on_crash(Some(error));
        }
        self.notices.error(error);
        if request.is_some() && request == self.file_request {
            self.file_request = None;
            self.progress = None;
            // What the worker had is gone only if this was its first file.
            self.has_file_to_send = self.file.is_some();
            return Vec::new();
        }
        match code {
            ErrorCode::GpuLost => {
                self.gpu_failed = Some("the GPU stopped working".into());
                // The same adapter cannot be started twice in one worker.
                vec![self.spawn(WorkerKind::Cpu)]
            }
            ErrorCode::InvalidExperiment | ErrorCode::FileMissing => {
                self.phase = Phase::Incomplete;
                self.progress = None;
                Vec::new()
            }
            _ if run.is_some() => {
                self.phase = Phase::Failed;
                self.progress = None;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The worker ended. The curves stay; a new worker is started, on the CPU if the GPU was starting.
    pub fn on_crash(&mut self, error: Option<WireError>) -> Vec<Effect> {
        if !self.worker_ready && self.phase == Phase::Failed {
            return Vec::new();
        }
        let message =
            error.unwrap_or_else(|| WireError::new(ErrorCode::WorkerCrashed, "The training worker stopped unexpectedly."));
        self.notices.error(message);
        self.series.is_running = false;
        let was = self.worker;
        if !self.worker_ready {
            // It never came up: trying the same again would not help.
            self.worker = None;
            if was == Some(WorkerKind::Gpu) {
                self.gpu_failed = Some("the GPU engine could not be loaded".into());
                return vec![self.spawn(WorkerKind::Cpu)];
            }
            self.phase = Phase::Failed;
            self.progress = None;
            return Vec::new();
        }
        if was == Some(WorkerKind::Gpu) && self.phase == Phase::Preparing {
            self.gpu_failed = Some("the GPU engine stopped while it was starting".into());
            return vec![self.spawn(WorkerKind::Cpu)];
        }
        vec![self.spawn(was.unwrap_or(WorkerKind::Cpu))]
    }
}
