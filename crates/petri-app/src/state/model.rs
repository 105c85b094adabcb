//! The state of the page: the worker, the dishes with the one that is shown, the library of runs, the messages.
//! Events of the worker and actions of the learner change it; every change returns what has to be done in the
//! browser.

mod actions;
mod events;
mod files;
mod places;
mod runs;

pub use places::KeptByTab;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use petri_protocol::engine_choice::{Engine, Plan};
use petri_protocol::event::WorkerKind;
use petri_protocol::link::Opened;
use petri_protocol::{Command, RunId};

use super::dish::{Dish, Phase, Place};
use super::file::FileKey;
use super::history::RunRecord;
use super::library::Library;
use super::notice::{Notices, Topic};
use super::route::Route;
use super::worker::Worker;
use crate::view::{Asking, wanted};

/// What the browser has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a command to the worker.
    Send(Command),
    /// Send this command with the values of a saved state.
    SendState(Command, Arc<[f32]>),
    /// Send a file that the learner chose, with this command.
    SendFile(Command, FileKey),
    /// End the worker and start another. `past_cache` asks the network for it.
    Spawn {
        /// Which artefact.
        kind: WorkerKind,
        /// Ask the network, not the cache.
        past_cache: bool,
    },
    /// Remember the calibrations of the worker.
    StoreCalibrations,
    /// The experiment changed: write it into the address.
    WriteLink,
    /// Go to another page.
    Go(Route),
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

/// Most dishes that are kept beside the one that is shown.
const MAX_DISHES: usize = 16;

/// The state of the page. It reads as the dish that is shown: `model.curves` are that dish's curves.
#[derive(Debug, Clone)]
pub struct Model {
    /// The worker.
    pub worker: Worker,
    /// Runs that are over, and series.
    pub library: Library,
    /// Messages to the learner.
    pub notices: Notices,
    /// The dish that is shown.
    dish: Dish,
    /// The other dishes, the one that was left last at the end.
    others: Vec<Dish>,
    /// What was kept while the page was loaded again.
    recalled: Option<places::Recalled>,
    /// The lab opened without the experiment that the tab keeps for it.
    lab_is_aside: bool,
    /// The learner wants runs as fast as possible.
    prefers_fast: bool,
    /// A page that shows the dish is open.
    is_shown: bool,
    /// Milliseconds since 1970, as the page last told.
    clock: u64,
}

impl Deref for Model {
    type Target = Dish;

    fn deref(&self) -> &Dish {
        &self.dish
    }
}

impl DerefMut for Model {
    fn deref_mut(&mut self) -> &mut Dish {
        &mut self.dish
    }
}

impl Model {
    /// The lab with the experiment of a link. No worker is started yet, and no page shows it.
    pub fn new(opened: Opened) -> Self {
        let mut notices = Notices::default();
        say_what_was_skipped(&mut notices, &opened);
        Self {
            worker: Worker::default(),
            library: Library::default(),
            notices,
            dish: Dish::new(Place::lab(), opened),
            others: Vec::new(),
            recalled: None,
            lab_is_aside: false,
            prefers_fast: false,
            is_shown: false,
            clock: 0,
        }
    }

    /// The dish of an origin, whether it is shown or not.
    pub fn dish_at(&self, origin: &str) -> Option<&Dish> {
        std::iter::once(&self.dish).chain(&self.others).find(|d| d.origin == origin)
    }

    /// What the worker does that no page shows, in words.
    pub fn in_background(&self) -> Option<String> {
        self.library.in_background(if self.is_shown { &self.dish.origin } else { "" })
    }

    /// The dish that a run belongs to.
    fn dish_of(&mut self, run: RunId) -> Option<&mut Dish> {
        std::iter::once(&mut self.dish).chain(&mut self.others).find(|d| d.run == run)
    }

    /// True when the worker holds the run of the dish that is shown, so that it can go on and be asked.
    pub fn is_live(&self) -> bool {
        self.worker.live == Some(self.dish.run)
    }

    fn spawn(&mut self, kind: WorkerKind) -> Effect {
        self.lose_series();
        self.worker.load(kind);
        if self.is_shown {
            // A dish that was left is prepared when somebody comes back to it.
            self.dish.phase = Phase::Loading;
        }
        Effect::Spawn { kind, past_cache: false }
    }

    /// The worker goes, and the series that it is at with it.
    fn lose_series(&mut self) {
        let series = &mut self.library.series;
        if std::mem::take(&mut series.is_running) {
            let message = format!(
                "The engine was started again, which ended a series: {} of its {} runs are done.",
                series.n_done(),
                series.members.len()
            );
            self.notices.remark(Topic::Worker, message, vec![]);
        }
    }

    /// Prepares the run of the experiment as it is now: from the state that was kept of it, or from its start.
    fn prepare(&mut self) -> Vec<Effect> {
        self.dish.begin_run();
        let run = self.worker.next_run();
        let old = std::mem::replace(&mut self.dish.run, run);
        if !self.worker.is_ready {
            // `Ready` comes back here.
            return if self.worker.kind.is_none() {
                vec![self.spawn(WorkerKind::Cpu)]
            } else {
                self.dish.phase = Phase::Loading;
                Vec::new()
            };
        }
        let (Some(info), true) = (self.dish.info(), self.dish.problems().is_empty()) else {
            self.dish.phase = Phase::Incomplete;
            self.worker.progress = None;
            // The run before has been given up, but nothing takes its place in the worker.
            let is_there = self.worker.live == Some(old);
            return is_there.then_some(Effect::Send(Command::Pause { run: old })).into_iter().collect();
        };
        let decision = match self.worker.plan(&self.dish.experiment, &info) {
            Plan::Use(decision) => Some(decision),
            Plan::Calibrate => None,
        };
        let needs_gpu = decision.as_ref().is_none_or(|d| d.engine == Engine::Gpu);
        if needs_gpu && self.worker.kind != Some(WorkerKind::Gpu) {
            return vec![self.spawn(WorkerKind::Gpu)];
        }
        self.dish.phase = Phase::Preparing;
        self.worker.live = Some(self.dish.run);
        let mut effects = self.send_missing_file();
        let checkpoint = self.dish.resumable().cloned();
        let from = checkpoint.as_ref().map(|c| c.state.clone());
        let start = Command::Start { run, experiment: Box::new(self.dish.experiment.clone()), decision, from };
        effects.push(match checkpoint {
            Some(checkpoint) => {
                self.dish.curves.go_on(run, checkpoint.step);
                Effect::SendState(start, checkpoint.values)
            }
            None => Effect::Send(start),
        });
        let limit = self.dish.speed.limit(&self.dish.experiment, &info);
        if limit.is_some() {
            effects.push(Effect::Send(Command::SetSpeed { run, steps_per_second: limit }));
        }
        effects
    }

    /// What to ask the worker now.
    pub fn tick(&mut self, now_millis: f64) -> Vec<Effect> {
        if self.dish.phase == Phase::Running {
            self.dish.time_left.note(now_millis, self.dish.step);
        } else {
            self.dish.time_left.interrupt();
        }
        if !self.is_shown || !self.is_live() || !matches!(self.dish.phase, Phase::Paused | Phase::Running | Phase::Ended(_)) {
            return Vec::new();
        }
        let Some(info) = self.dish.info() else { return Vec::new() };
        let is_idle = self.dish.phase != Phase::Running && !self.library.series.is_running;
        let dish = &mut self.dish;
        let wanted = wanted(&Asking {
            looking: &dish.looking,
            experiment: &dish.experiment,
            info: &info,
            split: dish.judged_split(),
            is_idle,
            probes: &dish.probes,
        });
        let (run, due) = (dish.run, dish.probes.due(wanted, dish.step, now_millis));
        due.into_iter().map(|(request, probe)| Effect::Send(Command::Probe { run, request, probe })).collect()
    }

    /// Tells the time, for records: milliseconds since 1970.
    pub fn set_clock(&mut self, millis: u64) {
        self.clock = millis;
        if self.library.began == 0 {
            self.library.began = millis;
        }
    }
}

fn say_what_was_skipped(notices: &mut Notices, opened: &Opened) {
    if !opened.skipped.is_empty() {
        let message = "Parts of the link were not understood and left out.";
        notices.remark(Topic::Link, message, opened.skipped.clone());
    }
}

#[cfg(test)]
mod tests;
