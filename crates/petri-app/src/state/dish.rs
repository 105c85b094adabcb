//! A dish: one experiment with its run, its curves, and what is looked at. The lab is one, and so is each dish
//! of a lesson; they live side by side, and one of them is shown.

use petri_data::metric::{self, EPOCHS, result_name};
use petri_protocol::engine_choice::Decision;
use petri_protocol::link::{self, Opened};
use petri_protocol::{
    DataInfo, DataSource, DataSpec, Experiment, MetricPoint, Problem, RequestId, RunEnd, RunId, Split, TableInfo, TensorShape,
    journal, presets,
};

use super::checkpoint::Checkpoint;
use super::curves::Curves;
use super::file::{Content, LoadedFile, suited_preset};
use super::history::{PartCurves, RECORD_VERSION, RunRecord};
use super::probes::Probes;
use super::speed::Speed;
use super::time_left::TimeLeft;
use crate::view::parameters::{settle, settle_pair, tensors};
use crate::view::{self, Looking, View};

/// Origin of the free lab.
pub const LAB: &str = "lab";

/// What a dish is doing.
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
    /// The worker has let the run go for another one: its curves and last pictures are kept, its network is not.
    Kept,
    /// The worker failed; pressing Train starts anew.
    Failed,
}

/// Where experiments are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// `lab`, or lesson and dish: runs are kept by it.
    pub origin: String,
    /// What is shown; nothing for what suits the data.
    pub views: Option<Vec<View>>,
    /// Steps in a second to begin with.
    pub speed: Option<f64>,
    /// Goals need answers at the threshold.
    pub needs_scores: bool,
}

impl Place {
    /// The free lab.
    pub fn lab() -> Self {
        Self { origin: LAB.into(), views: None, speed: None, needs_scores: false }
    }
}

/// A run that a change of its settings has ended, to be brought back.
#[derive(Debug, Clone)]
pub struct Ended {
    preset: String,
    experiment: Experiment,
    file: Option<LoadedFile>,
    curves: Curves,
    probes: Probes,
    decision: Option<Decision>,
    step: usize,
    steps_per_epoch: usize,
}

/// What a sample is made of, in words.
pub fn sample(info: &DataInfo) -> String {
    match info.input {
        TensorShape::Features(1) => "1 value".into(),
        TensorShape::Features(n) => format!("{n} values"),
        TensorShape::Image { channels: 1, height, width } => format!("{height}×{width} pixels"),
        TensorShape::Image { channels, height, width } => format!("{height}×{width} pixels in {channels} channels"),
    }
}

/// One dish.
#[derive(Debug, Clone)]
pub struct Dish {
    /// Where its runs are made: `lab`, or lesson and dish.
    pub origin: String,
    /// Preset that the experiment started from.
    pub preset: String,
    /// The experiment as the controls show it.
    pub experiment: Experiment,
    /// What the dish is doing.
    pub phase: Phase,
    /// Its run.
    pub run: RunId,
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
    /// How fast it trains.
    pub speed: Speed,
    /// How long it will still take.
    pub time_left: TimeLeft,
    /// What the learner looks at.
    pub looking: Looking,
    /// Result on the test set, once the learner has committed to the model of this run.
    pub committed: Option<MetricPoint>,
    /// The file that the experiment uses, as far as it has been read.
    pub file: Option<LoadedFile>,
    /// The experiment that its place opened it with.
    pub(super) home: Experiment,
    /// The data set as the worker made it, for the current run.
    pub(super) made: Option<DataInfo>,
    /// Train as soon as the run is prepared.
    pub(super) train_when_ready: bool,
    /// The run that the newest change of a setting has ended.
    pub(super) ended: Option<Box<Ended>>,
    /// The newest state of its run that the worker has sent.
    pub(super) checkpoint: Option<Checkpoint>,
    /// Its run is over and stands among the kept ones.
    pub(super) is_recorded: bool,
    /// Data and seed by which a result on the test set was told.
    pub(super) seen_test: Option<(DataSpec, u32)>,
    /// A learning rate that the worker has been asked for and has not yet answered.
    pub(super) asked_rate: Option<(RequestId, f64)>,
}

impl Dish {
    /// A dish that nothing has been done with yet.
    pub fn new(place: Place, opened: Opened) -> Self {
        Self {
            origin: place.origin,
            preset: opened.preset,
            home: opened.experiment.clone(),
            experiment: opened.experiment,
            phase: Phase::Loading,
            run: RunId::default(),
            decision: None,
            step: 0,
            steps_per_epoch: 1,
            curves: Curves::default(),
            probes: Probes::default(),
            speed: place.speed.map_or(Speed::default(), Speed::Steps),
            time_left: TimeLeft::default(),
            looking: Looking { views: place.views, needs_scores: place.needs_scores, ..Looking::default() },
            committed: None,
            file: None,
            made: None,
            train_when_ready: false,
            ended: None,
            checkpoint: None,
            is_recorded: false,
            seen_test: None,
            asked_rate: None,
        }
    }

    /// The experiment with its settings as they are now: after the changes on the way so far, and with the one that the
    /// worker has not yet answered.
    pub fn now(&self) -> Experiment {
        let mut now = self.experiment.clone();
        let rate = journal::learning_rate(&now.training, &now.journal, self.step);
        now.training.learning_rate = self.asked_rate.map_or(rate, |(_, asked)| asked);
        now.training.epochs = journal::epochs(&now.training, &now.journal, self.step);
        now
    }

    /// The worker has answered a request.
    pub(super) fn settle_request(&mut self, request: RequestId) {
        self.asked_rate.take_if(|(asked, _)| *asked == request);
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

    /// The file of the experiment, if it has been read.
    pub fn used_file(&self) -> Option<&LoadedFile> {
        let data = &self.experiment.data;
        let wanted = data.file.as_ref().filter(|_| data.source == DataSource::File)?;
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

    /// Makes the dish train on a file: with the settings of a preset for such data where they pose another kind of
    /// problem than the data before.
    pub(super) fn take_file(&mut self, file: &LoadedFile, before: Option<&DataInfo>) {
        self.file = Some(file.clone());
        self.made = None;
        if let Ok(info) = file.info(&self.experiment.data).or_else(|_| file.info(&DataSpec::default()))
            && let Some(card) = suited_preset(before, &info)
            // What a link has set of the very preset stays.
            && card.id != self.preset
        {
            let Experiment { seed, engine, .. } = self.experiment;
            self.preset = card.id.to_owned();
            self.experiment = Experiment { seed, engine, ..(card.experiment)() };
        }
        file.adapt(&mut self.experiment);
    }

    /// One sentence about the experiment: that of its preset, unless it has other data.
    pub fn summary(&self) -> String {
        if let Some(card) = presets::find(&self.preset).filter(|_| self.has_data_of_preset()) {
            return card.summary.into();
        }
        let data = self.info().map(|i| {
            let n: usize = Split::ALL.iter().map(|s| i.sizes.of(*s)).sum();
            format!("{}: {n} samples of {}.", i.title, sample(&i))
        });
        data.unwrap_or_default()
    }

    /// Whether it trains on the data that its preset is named after.
    pub fn has_data_of_preset(&self) -> bool {
        presets::find(&self.preset).is_some_and(|card| (card.experiment)().data.source == self.experiment.data.source)
    }

    /// Epochs done, with fractions.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch.max(1) as f64
    }

    /// The share link of the experiment, without `#/lab?`.
    pub fn link(&self) -> String {
        link::print(&self.preset, &self.experiment)
    }

    /// The views that are open and have something to show.
    pub fn views(&self) -> Vec<View> {
        let Some(info) = self.info() else { return Vec::new() };
        view::open(&self.looking, &self.experiment, &info)
    }

    /// Which part of the data the views judge by: the test set once the learner has committed.
    pub fn judged_split(&self) -> Split {
        if self.committed.is_some() { Split::Test } else { Split::Validation }
    }

    /// True when its data are those that its place gave it: only then do its results say something about the tasks of
    /// that place. More samples and other columns may be the very remedy that a task asks for; less noise and more even
    /// classes make every task easy.
    pub fn has_own_data(&self) -> bool {
        let (now, home) = (&self.experiment.data, &self.home.data);
        let same_samples = (now.source, &now.file, &now.target) == (home.source, &home.file, &home.target);
        same_samples && (now.noise, now.balance) == (home.noise, home.balance)
    }

    /// A state that its run can go on from.
    pub fn resumable(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref().filter(|c| c.fits(&self.experiment))
    }

    /// True while a run has been trained that is not over.
    pub fn is_under_way(&self) -> bool {
        self.step > 0 && self.committed.is_none() && matches!(self.phase, Phase::Running | Phase::Paused | Phase::Kept)
    }

    /// Another run begins: what belongs to the old one is forgotten, but for what is still shown.
    pub(super) fn begin_run(&mut self) {
        self.step = 0;
        self.made = None;
        self.asked_rate = None;
        self.time_left.interrupt();
        if self.committed.take().is_some() {
            // Answers about the test set must not pass for those about validation.
            self.probes.clear();
        } else {
            self.probes.reset();
        }
    }

    /// The experiment is another one: nothing of the old run is shown any longer.
    pub(super) fn forget_run(&mut self) {
        self.curves.clear();
        self.checkpoint = None;
        self.is_recorded = false;
        self.probes.clear();
        self.train_when_ready = false;
        self.looking.sample = 0;
        self.looking.backprop = 0;
        self.bound_looking();
    }

    /// Keeps what is looked at inside of the network.
    fn bound_looking(&mut self) {
        let all = self.info().map_or(vec![], |info| tensors(&self.experiment, &info));
        if let Some(pair) = settle_pair(&all, self.looking.surface.parameters) {
            self.looking.surface.parameters = pair;
        }
        self.looking.checked = settle(&all, self.looking.checked).unwrap_or_default();
    }

    /// Puts the run aside that a change ends, with the experiment it was made by and the pictures of its network.
    pub(super) fn set_aside(&mut self, preset: String, experiment: Experiment, file: Option<LoadedFile>) {
        let curves = std::mem::take(&mut self.curves);
        // Pictures are shared, not copied.
        let (probes, decision) = (self.probes.clone(), self.decision.clone());
        let (step, steps_per_epoch) = (self.step, self.steps_per_epoch);
        self.ended = Some(Box::new(Ended { preset, experiment, file, curves, probes, decision, step, steps_per_epoch }));
    }

    /// Whether a result on the samples of the test set was told before.
    pub fn has_seen_test(&self) -> bool {
        self.seen_test.as_ref().is_some_and(|(data, seed)| (data, *seed) == (&self.experiment.data, self.experiment.seed))
    }

    /// The run that a change has ended: its epochs, and the experiment it was made by.
    pub(super) fn ended_run(&self) -> Option<(f64, &Experiment)> {
        self.ended.as_ref().map(|e| (e.step as f64 / e.steps_per_epoch.max(1) as f64, &e.experiment))
    }

    /// Brings back the run that a change has ended: its settings, curves and pictures. True when there was one.
    pub(super) fn bring_back(&mut self) -> bool {
        let Some(ended) = self.ended.take() else { return false };
        self.forget_run();
        self.begin_run();
        let Ended { preset, experiment, file, curves, probes, decision, step, steps_per_epoch } = *ended;
        self.preset = preset;
        self.experiment = experiment;
        self.file = file;
        self.curves = curves;
        self.probes = probes;
        // What was on its way is answered to nobody.
        self.probes.reset();
        self.decision = decision;
        self.step = step;
        self.steps_per_epoch = steps_per_epoch;
        self.phase = Phase::Kept;
        self.bound_looking();
        true
    }

    /// The run as it is now, to be kept. `end` is nothing for one that was stopped by a change.
    pub(super) fn record(&self, link: String, seed: u32, end: Option<RunEnd>, id: u64, number: usize) -> RunRecord {
        let finite = |v: f32| v.is_finite().then_some(v);
        let mut values = Vec::new();
        if let Some(point) = self.curves.validation.last() {
            // Metrics of the training data stand in the same point, by the names of their results.
            let name = |n: &str| if metric::result(n).is_some() { n.to_owned() } else { result_name(Split::Validation, n) };
            values.extend(point.values().filter_map(|(n, v)| finite(v).map(|v| (name(n), Some(v)))));
        }
        values.push((EPOCHS.into(), finite(self.epoch() as f32)));
        RunRecord {
            version: RECORD_VERSION,
            id,
            origin: self.origin.clone(),
            series: 0,
            label: format!("run {number}"),
            model: petri_protocol::ModelSpec::Network,
            seed,
            link,
            end,
            was_stopped: end.is_none(),
            train: PartCurves::new(self.curves.train.iter()),
            validation: PartCurves::new(self.curves.validation.iter()),
            values,
            importance: vec![],
            features: vec![],
        }
    }
}
