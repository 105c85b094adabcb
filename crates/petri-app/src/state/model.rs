//! The state of the lab: a plain struct that events of the worker and actions of the learner change.
//! Every change returns what has to be done about it in the browser.

mod events;
mod runs;

pub use runs::Place;

use std::collections::BTreeMap;

use petri_protocol::engine_choice::{Adapter, Calibration, Decision, Engine, Plan, calibration_key, plan, step_flops};
use petri_protocol::event::WorkerKind;
use petri_protocol::link::{self, Opened};
use petri_protocol::{
    Command, DataInfo, DataSource, EngineChoice, Experiment, MetricPoint, Problem, RequestId, RunEnd, RunId, TableInfo, notation,
};

use super::curves::Curves;
use super::file::{Content, LoadedFile, fit};
use super::history::{History, RunRecord};
use super::notice::Notices;
use super::probes::Probes;
use super::series::Series;
use super::wanted::{Looking, wanted};

/// What the browser has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a command to the worker.
    Send(Command),
    /// Send the file that the learner chose, with this command.
    SendFile(Command),
    /// End the worker and start another. `past_cache` asks the network for it.
    Spawn {
        /// Which artefact.
        kind: WorkerKind,
        /// Ask the network, not the cache.
        past_cache: bool,
    },
    /// Remember a calibration.
    Store(Calibration),
    /// The experiment changed: write it into the address.
    WriteLink,
    /// Keep a run for later visits, and forget those that had to go.
    StoreRun {
        /// The run.
        record: Box<RunRecord>,
        /// An old one that has to go.
        forget: Option<u64>,
    },
    /// Forget runs.
    ForgetRuns(Vec<u64>),
}

/// What the lab is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The worker is being loaded.
    Loading,
    /// The experiment cannot be started: it has problems or lacks its file.
    Incomplete,
    /// The worker prepares the run.
    Preparing,
    /// Ready or paused.
    Paused,
    /// Training.
    Running,
    /// Over.
    Ended(RunEnd),
    /// The worker failed; pressing Train starts anew.
    Failed,
}

/// Long work that goes on in the worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub what: String,
    /// Part that is done, where that is known.
    pub part: Option<f32>,
}

/// The state of the lab.
#[derive(Debug, Clone)]
pub struct Model {
    /// Preset that the experiment started from.
    pub preset: String,
    /// The experiment as the controls show it.
    pub experiment: Experiment,
    /// What the lab is doing.
    pub phase: Phase,
    /// Long work in the worker.
    pub progress: Option<Progress>,
    /// The file that is loaded.
    pub file: Option<LoadedFile>,
    /// Graphics adapter, as far as known.
    pub adapter: Option<Adapter>,
    /// Engine of the run and why.
    pub decision: Option<Decision>,
    /// Optimizer steps done.
    pub step: usize,
    /// Optimizer steps in an epoch.
    pub steps_per_epoch: usize,
    /// The curves.
    pub curves: Curves,
    /// Questions and answers.
    pub probes: Probes,
    /// Messages to the learner.
    pub notices: Notices,
    /// Steps in a second; `None` is as fast as possible.
    pub speed: Option<f64>,
    /// What the learner looks at.
    pub looking: Looking,
    /// Where runs are made: `lab`, or lesson and dish.
    pub origin: String,
    /// Runs that are over.
    pub history: History,
    /// The series that the worker is at, or was.
    pub series: Series,
    /// Result on the test set, once the learner has committed to the model of this run.
    pub committed: Option<MetricPoint>,
    /// The data set as the worker made it, for the current run.
    made: Option<DataInfo>,
    /// Milliseconds since 1970, as the page last told.
    clock: u64,
    /// Calibrations of earlier visits.
    pub calibrations: BTreeMap<String, Calibration>,
    run: RunId,
    request: RequestId,
    worker: Option<WorkerKind>,
    worker_ready: bool,
    tried_past_cache: bool,
    /// Train as soon as the run is prepared.
    train_when_ready: bool,
    /// The GPU failed: use the CPU until the learner chooses again.
    gpu_failed: Option<String>,
    file_request: Option<RequestId>,
    has_file_to_send: bool,
}

impl Model {
    /// The lab with the experiment of a link.
    pub fn new(opened: Opened) -> Self {
        let mut notices = Notices::default();
        if !opened.skipped.is_empty() {
            notices.remark("Parts of the link were not understood and left out.", opened.skipped);
        }
        Self {
            preset: opened.preset,
            experiment: opened.experiment,
            phase: Phase::Loading,
            progress: Some(Progress { what: "Loading the engine".into(), part: None }),
            file: None,
            adapter: None,
            decision: None,
            step: 0,
            steps_per_epoch: 1,
            curves: Curves::default(),
            probes: Probes::default(),
            notices,
            speed: None,
            looking: Looking::default(),
            origin: "lab".into(),
            history: History::default(),
            series: Series::default(),
            committed: None,
            made: None,
            clock: 0,
            calibrations: BTreeMap::new(),
            run: RunId(0),
            request: RequestId(1 << 20),
            worker: None,
            worker_ready: false,
            tried_past_cache: false,
            train_when_ready: false,
            gpu_failed: None,
            file_request: None,
            has_file_to_send: false,
        }
    }

    /// Starts the small worker, which also tells about the graphics adapter.
    pub fn begin(&mut self) -> Vec<Effect> {
        vec![self.spawn(WorkerKind::Cpu)]
    }

    /// What is known about the data set of the experiment.
    pub fn info(&self) -> Option<DataInfo> {
        if let Some(made) = &self.made {
            return Some(made.clone());
        }
        if self.experiment.data.source != DataSource::File {
            return self.experiment.data.generated_info();
        }
        self.used_file()?.info(&self.experiment.data).ok()
    }

    /// The file of the experiment, if it is loaded.
    fn used_file(&self) -> Option<&LoadedFile> {
        let wanted = self.experiment.data.file.as_ref()?;
        self.file.as_ref().filter(|f| f.file.fingerprint == wanted.fingerprint)
    }

    /// The table whose columns can be chosen, if the data are one.
    pub fn table(&self) -> Option<TableInfo> {
        match self.experiment.data.source {
            DataSource::Wdbc => Some(petri_protocol::table_info::wdbc()),
            DataSource::File => match &self.used_file()?.content {
                Content::Table(table) => Some(table.clone()),
                Content::Images(_) => None,
            },
            _ => None,
        }
    }

    /// Everything that is wrong with the experiment.
    pub fn problems(&self) -> Vec<Problem> {
        let info = self.info();
        let mut problems = self.experiment.validate(info.as_ref());
        let is_file = self.experiment.data.source == DataSource::File;
        if let (true, Some(file)) = (is_file, self.used_file()) {
            problems.extend(file.info(&self.experiment.data).err());
        } else if let (true, None, Some(file)) = (is_file, &info, &self.experiment.data.file) {
            problems.push(Problem::new("data.file", format!("drop {} on the page: links cannot carry files", file.name)));
        }
        problems
    }

    /// Epochs done, with fractions.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch.max(1) as f64
    }

    /// The share link of the experiment, without `#/lab?`.
    pub fn link(&self) -> String {
        link::print(&self.preset, &self.experiment)
    }

    fn spawn(&mut self, kind: WorkerKind) -> Effect {
        self.worker = Some(kind);
        self.worker_ready = false;
        self.phase = Phase::Loading;
        let what = match kind {
            WorkerKind::Cpu => "Loading the engine",
            WorkerKind::Gpu => "Loading the GPU engine",
        };
        self.progress = Some(Progress { what: what.into(), part: None });
        Effect::Spawn { kind, past_cache: false }
    }

    // --- actions of the learner ---

    /// Opens a preset or a link.
    pub fn open(&mut self, opened: Opened) -> Vec<Effect> {
        self.preset = opened.preset;
        self.experiment = opened.experiment;
        self.made = None;
        if !opened.skipped.is_empty() {
            self.notices.remark("Parts of the link were not understood and left out.", opened.skipped);
        }
        // A preset for files goes on with the file that is there.
        if self.experiment.data.source == DataSource::File
            && self.experiment.data.file.is_none()
            && let Some(file) = self.file.clone()
        {
            file.adapt(&mut self.experiment);
        }
        self.changed()
    }

    /// Changes the experiment; the run begins anew.
    pub fn edit(&mut self, change: impl FnOnce(&mut Experiment)) -> Vec<Effect> {
        let before = self.experiment.clone();
        change(&mut self.experiment);
        if self.experiment == before {
            return Vec::new();
        }
        self.made = None;
        if self.experiment.network != before.network {
            // Weights that were set by hand belong to the network that they were set in.
            self.experiment.weights.retain(|name, _| self.experiment.network.node(name) == before.network.node(name));
        }
        if self.experiment.engine != before.engine {
            self.gpu_failed = None;
        }
        if self.experiment.data.source == DataSource::File && before.data.source != DataSource::File {
            match self.file.clone() {
                Some(file) => file.adapt(&mut self.experiment),
                None => self.experiment.data.file = None,
            }
        }
        let data_changed =
            (self.experiment.data.source, &self.experiment.data.target) != (before.data.source, &before.data.target);
        if self.experiment.data.source != before.data.source && self.experiment.data.source != DataSource::File {
            self.experiment.data.target.clear();
            self.experiment.data.features.clear();
        }
        if data_changed && let Some(info) = self.info() {
            fit(&mut self.experiment, &info);
        }
        self.changed()
    }

    /// Changes one setting by its dotted key.
    pub fn set(&mut self, key: &str, text: &str) -> Vec<Effect> {
        if key == "training.learning_rate" {
            return self.set_learning_rate(text);
        }
        let mut changed = self.experiment.clone();
        match link::set(&mut changed, key, text) {
            Ok(()) => self.edit(|e| *e = changed),
            Err(why) => {
                self.notices.remark(format!("This value is not possible: {why}"), vec![]);
                Vec::new()
            }
        }
    }

    /// The learning rate changes live: the run goes on.
    fn set_learning_rate(&mut self, text: &str) -> Vec<Effect> {
        let Ok(value) = text.trim().parse::<f64>() else { return Vec::new() };
        let was_valid = self.problems().is_empty();
        self.experiment.training.learning_rate = value;
        let is_valid = self.problems().is_empty();
        if !was_valid || !is_valid {
            return self.changed();
        }
        vec![Effect::Send(Command::SetLearningRate { run: self.run, value }), Effect::WriteLink]
    }

    /// Limits the speed.
    pub fn set_speed(&mut self, steps_per_second: Option<f64>) -> Vec<Effect> {
        self.speed = steps_per_second;
        vec![Effect::Send(Command::SetSpeed { run: self.run, steps_per_second })]
    }

    /// Train, or go on.
    pub fn train(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Paused => vec![Effect::Send(Command::Resume { run: self.run })],
            Phase::Ended(_) | Phase::Failed => {
                self.train_when_ready = true;
                self.prepare()
            }
            Phase::Loading | Phase::Preparing => {
                self.train_when_ready = true;
                Vec::new()
            }
            Phase::Running | Phase::Incomplete => Vec::new(),
        }
    }

    /// Pause.
    pub fn pause(&mut self) -> Vec<Effect> {
        self.train_when_ready = false;
        vec![Effect::Send(Command::Pause { run: self.run })]
    }

    /// One step.
    pub fn step_once(&mut self) -> Vec<Effect> {
        if self.phase == Phase::Running {
            return self.pause();
        }
        vec![Effect::Send(Command::StepOnce { run: self.run })]
    }

    /// Back to the same start.
    pub fn rewind(&mut self) -> Vec<Effect> {
        self.curves.clear();
        self.train_when_ready = false;
        self.prepare()
    }

    /// The learner chose a file; the browser keeps it and sends it along.
    pub fn choose_file(&mut self) -> Vec<Effect> {
        self.has_file_to_send = true;
        if self.worker_ready { vec![self.send_file()] } else { Vec::new() }
    }

    fn send_file(&mut self) -> Effect {
        self.request = self.request.next();
        self.file_request = Some(self.request);
        Effect::SendFile(Command::OpenFile { request: self.request })
    }

    // --- consequences ---

    fn changed(&mut self) -> Vec<Effect> {
        self.curves.clear();
        self.probes.clear();
        self.train_when_ready = false;
        self.looking.sample = 0;
        self.looking.backprop = 0;
        let mut effects = vec![Effect::WriteLink];
        effects.extend(self.prepare());
        effects
    }

    /// Sends the experiment to a worker that can train it.
    fn prepare(&mut self) -> Vec<Effect> {
        self.step = 0;
        self.committed = None;
        self.made = None;
        self.run = self.run.next();
        self.probes.reset();
        if !self.worker_ready {
            // `Ready` comes back here.
            return if self.worker.is_none() { vec![self.spawn(WorkerKind::Cpu)] } else { Vec::new() };
        }
        let info = self.info();
        let (Some(info), true) = (info, self.problems().is_empty()) else {
            self.phase = Phase::Incomplete;
            self.progress = None;
            return Vec::new();
        };
        let decision = match self.plan(&info) {
            Plan::Use(decision) => Some(decision),
            Plan::Calibrate => None,
        };
        let needs_gpu = decision.as_ref().is_none_or(|d| d.engine == Engine::Gpu);
        if needs_gpu && self.worker != Some(WorkerKind::Gpu) {
            return vec![self.spawn(WorkerKind::Gpu)];
        }
        self.phase = Phase::Preparing;
        let experiment = Box::new(self.experiment.clone());
        let mut effects = vec![Effect::Send(Command::Start { run: self.run, experiment, decision })];
        if self.speed.is_some() {
            effects.push(Effect::Send(Command::SetSpeed { run: self.run, steps_per_second: self.speed }));
        }
        effects
    }

    fn plan(&self, info: &DataInfo) -> Plan {
        if let Some(why) = self.gpu_failed.as_ref().filter(|_| self.experiment.engine != EngineChoice::Cpu) {
            return Plan::Use(Decision { engine: Engine::Cpu, adapter: None, reason: why.clone() });
        }
        let flops = self.experiment.network.infer(info.input).map_or(0, |shape| shape.flops());
        let flops = step_flops(flops, self.experiment.training.batch_size);
        let calibration = self.calibration_key().and_then(|key| self.calibrations.get(&key));
        plan(self.experiment.engine, self.adapter.as_ref(), flops, calibration)
    }

    fn calibration_key(&self) -> Option<String> {
        let network = notation::print(&self.experiment.network);
        self.adapter.as_ref().map(|a| calibration_key(&network, self.experiment.training.batch_size, a))
    }

    // --- questions ---

    /// What to ask the worker now.
    pub fn tick(&mut self, now_millis: f64) -> Vec<Effect> {
        if !matches!(self.phase, Phase::Paused | Phase::Running | Phase::Ended(_)) {
            return Vec::new();
        }
        let Some(info) = self.info() else { return Vec::new() };
        let is_idle = self.phase != Phase::Running && !self.series.is_running;
        let wanted = wanted(&self.looking, &self.experiment, &info, self.judged_split(), is_idle);
        let due = self.probes.due(wanted, self.step, now_millis);
        due.into_iter().map(|(request, probe)| Effect::Send(Command::Probe { run: self.run, request, probe })).collect()
    }

    /// Tells the time, for records: milliseconds since 1970.
    pub fn set_clock(&mut self, millis: u64) {
        self.clock = millis;
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
