//! What the page knows about its worker: which one it is, what it holds, what it is asked, how often it died.

use petri_protocol::engine_choice::{Adapter, Decision, Engine, Plan, calibration_key, plan, step_flops};
use petri_protocol::event::WorkerKind;
use petri_protocol::{DataInfo, EngineChoice, Experiment, RequestId, RunId, notation};

use super::calibrations::Calibrations;
use super::file::Files;

/// So often in a row a worker may die before it has trained anything; then the learner is asked.
const MAX_DEATHS: u32 = 2;

/// Long work that goes on in the worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub what: String,
    /// Part that is done, where that is known.
    pub part: Option<f32>,
}

/// What becomes of a worker that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterDeath {
    /// Another one is started.
    Start(WorkerKind),
    /// It never came up, or dies again and again: the learner decides.
    GiveUp,
}

/// The worker as the page knows it.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    /// Long work that goes on.
    pub progress: Option<Progress>,
    /// Graphics adapter, as far as known.
    pub adapter: Option<Adapter>,
    /// Calibrations of this visit and of earlier ones.
    pub calibrations: Calibrations,
    /// Files that the learner has opened.
    pub files: Files,
    /// Which one runs.
    pub(super) kind: Option<WorkerKind>,
    /// It has spoken, so it can be spoken to.
    pub(super) is_ready: bool,
    /// A worker of another version has been asked for past the cache.
    pub(super) tried_past_cache: bool,
    /// Why the GPU is not used until the learner chooses again.
    pub(super) gpu_failed: Option<String>,
    /// The run that it holds.
    pub(super) live: Option<RunId>,
    deaths: u32,
    last_run: RunId,
    last_request: u32,
}

/// Requests of the model have identities above those of probes.
const FIRST_REQUEST: u32 = 1 << 20;

impl Worker {
    /// Another worker is being loaded: it holds nothing.
    pub(super) fn load(&mut self, kind: WorkerKind) {
        self.kind = Some(kind);
        self.is_ready = false;
        self.live = None;
        self.files.worker_is_gone();
        let what = match kind {
            WorkerKind::Cpu => "Loading the engine",
            WorkerKind::Gpu => "Loading the GPU engine",
        };
        self.progress = Some(Progress { what: what.into(), part: None });
    }

    /// It has spoken.
    pub(super) fn is_up(&mut self, kind: WorkerKind, adapter: Option<Adapter>) {
        self.kind = Some(kind);
        self.is_ready = true;
        self.adapter = adapter;
        self.progress = None;
    }

    /// It has trained, or the learner has changed something: earlier deaths say nothing any longer.
    pub(super) fn is_well(&mut self) {
        self.deaths = 0;
    }

    /// It ended. `is_preparing`: in the middle of preparing a run.
    pub(super) fn died(&mut self, is_preparing: bool) -> AfterDeath {
        self.deaths += 1;
        self.live = None;
        self.progress = None;
        let was = self.kind.take();
        let came_up = std::mem::take(&mut self.is_ready);
        if was == Some(WorkerKind::Gpu) && (!came_up || is_preparing) {
            let why = if came_up { "the GPU engine stopped while it was starting" } else { "the GPU engine could not be loaded" };
            self.gpu_failed = Some(why.into());
            return AfterDeath::Start(WorkerKind::Cpu);
        }
        // One that never came up would not come up the next time either.
        if !came_up || self.deaths >= MAX_DEATHS {
            return AfterDeath::GiveUp;
        }
        AfterDeath::Start(was.unwrap_or(WorkerKind::Cpu))
    }

    /// Identity of a new run.
    pub(super) fn next_run(&mut self) -> RunId {
        self.last_run = self.last_run.next();
        self.last_run
    }

    /// Identity of a new request.
    pub(super) fn next_request(&mut self) -> RequestId {
        self.last_request += 1;
        RequestId(FIRST_REQUEST + self.last_request)
    }

    /// Which engine should train an experiment.
    pub(super) fn plan(&self, experiment: &Experiment, info: &DataInfo) -> Plan {
        if let Some(why) = self.gpu_failed.as_ref().filter(|_| experiment.engine != EngineChoice::Cpu) {
            return Plan::Use(Decision { engine: Engine::Cpu, adapter: None, reason: why.clone() });
        }
        let flops = experiment.network.infer(info.input).map_or(0, |shape| shape.flops());
        let flops = step_flops(flops, experiment.training.batch_size);
        let calibration = self.calibration_key(experiment).and_then(|key| self.calibrations.get(&key));
        plan(experiment.engine, self.adapter.as_ref(), flops, calibration)
    }

    /// What a calibration of an experiment is kept by.
    pub(super) fn calibration_key(&self, experiment: &Experiment) -> Option<String> {
        let network = notation::print(&experiment.network);
        self.adapter.as_ref().map(|a| calibration_key(&network, experiment.training.batch_size, a))
    }
}
