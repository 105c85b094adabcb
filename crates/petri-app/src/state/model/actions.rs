//! What the learner does with the dish that is shown: settings, Train, Pause, one step, rewind.

use petri_protocol::link::{self, Opened};
use petri_protocol::setting::card::Card;
use petri_protocol::{
    Command, DataSource, Experiment, LiveChange, LiveKey, ParameterRef, RequestId, RunEnd, TensorPart, journal, setting,
    typed_number,
};

use super::{Effect, Model, say_what_was_skipped};
use crate::state::dish::Phase;
use crate::state::file::{LoadedFile, fit};
use crate::state::notice::{Offer, Topic};
use crate::state::speed::Speed;
use crate::state::status::MainButton;
use crate::view::{self, Looking, View, surface};

/// Most epochs of a run.
const MAX_EPOCHS: usize = 100_000;

impl Model {
    /// Opens a preset or a link in the dish that is shown.
    pub fn open(&mut self, opened: Opened) -> Vec<Effect> {
        self.notices.settle(Topic::Link);
        say_what_was_skipped(&mut self.notices, &opened);
        let (preset, before) = (self.preset.clone(), self.experiment.clone());
        let file = self.file.clone();
        self.preset = opened.preset;
        self.experiment = opened.experiment;
        self.made = None;
        // A preset for files goes on with the file that is there.
        if self.experiment.data.source == DataSource::File
            && self.experiment.data.file.is_none()
            && let Some(file) = self.worker.files.newest().cloned()
        {
            file.adapt(&mut self.experiment);
        }
        self.attach_file();
        self.changed_from(preset, before, file)
    }

    /// Opens a preset in the dish that is shown. Which engine computes is the learner's choice and stays.
    pub fn choose_preset(&mut self, id: &str) -> Vec<Effect> {
        let mut opened = link::parse(&format!("v=1&preset={id}"));
        opened.experiment.engine = self.experiment.engine;
        self.open(opened)
    }

    /// Changes the experiment; the run begins anew.
    pub fn edit(&mut self, change: impl FnOnce(&mut Experiment)) -> Vec<Effect> {
        let (before, preset, file, info) = (self.experiment.clone(), self.preset.clone(), self.file.clone(), self.info());
        let rate = self.now().training.learning_rate;
        change(&mut self.experiment);
        if self.experiment == before {
            return Vec::new();
        }
        if self.experiment.training.learning_rate == before.training.learning_rate {
            // What the field shows is what the next run begins with.
            self.experiment.training.learning_rate = rate;
        }
        self.made = None;
        let experiment = &mut self.dish.experiment;
        // What was changed on the way belongs to the run that ends here.
        experiment.journal.clear();
        if experiment.network != before.network {
            // Weights that were set by hand belong to the network that they were set in.
            let network = &experiment.network;
            experiment.weights.retain(|name, _| network.node(name) == before.network.node(name));
        }
        if experiment.engine != before.engine {
            self.worker.gpu_failed = None;
        }
        if experiment.data.source == DataSource::File && before.data.source != DataSource::File {
            match self.dish.file.as_ref().or(self.worker.files.newest()).cloned() {
                Some(file) => self.dish.take_file(&file, info.as_ref()),
                None => experiment.data.file = None,
            }
        }
        let experiment = &mut self.dish.experiment;
        let data_changed = (experiment.data.source, &experiment.data.target) != (before.data.source, &before.data.target);
        if experiment.data.source != before.data.source && experiment.data.source != DataSource::File {
            experiment.data.target.clear();
            experiment.data.features.clear();
        }
        self.attach_file();
        if data_changed && let Some(info) = self.info() {
            fit(&mut self.experiment, &info);
        }
        self.changed_from(preset, before, file)
    }

    /// Changes one setting by its dotted key.
    pub fn set(&mut self, key: &str, text: &str) -> Vec<Effect> {
        if key == "training.learning_rate" {
            return self.set_learning_rate(text);
        }
        let mut changed = self.experiment.clone();
        match link::set(&mut changed, key, text) {
            Ok(()) => {
                self.notices.settle(Topic::Value);
                self.edit(|e| *e = changed)
            }
            Err(why) => {
                self.notices.remark(Topic::Value, format!("This value is not possible: {why}"), vec![]);
                Vec::new()
            }
        }
    }

    /// The learning rate changes live once training has begun: the run goes on, and its journal notes the change.
    fn set_learning_rate(&mut self, text: &str) -> Vec<Effect> {
        let Ok(value) = typed_number::parse(text) else { return Vec::new() };
        if self.now().training.learning_rate == value {
            return Vec::new();
        }
        let is_under_way = self.step > 0 && self.is_live() && matches!(self.phase, Phase::Running | Phase::Paused);
        let mut changed = self.experiment.clone();
        changed.training.learning_rate = value;
        if !is_under_way || !changed.validate(self.info().as_ref()).is_empty() {
            return self.edit(|e| {
                e.training.learning_rate = value;
                // Also where only a change on the way had made it another one.
                e.journal.clear();
            });
        }
        let (request, effect) = self.change_live(LiveKey::LearningRate, value);
        self.dish.asked_rate = Some((request, value));
        vec![effect]
    }

    /// Asks the worker to change a setting of the run that it holds.
    fn change_live(&mut self, key: LiveKey, value: f64) -> (RequestId, Effect) {
        let request = self.worker.next_request();
        (request, Effect::Send(Command::Change { run: self.dish.run, request, key, value }))
    }

    /// Sets one initial weight by hand; only before training.
    pub fn set_weight(&mut self, parameter: &ParameterRef, text: &str) -> Vec<Effect> {
        let value = match typed_number::parse(text) {
            Ok(value) => value as f32,
            Err(why) => {
                self.notices.remark(Topic::Value, format!("This value is not possible: {why}"), vec![]);
                return Vec::new();
            }
        };
        let part = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
        let key = format!("weights.{}.{part}.{}", parameter.node, parameter.index);
        self.set(&key, &value.to_string())
    }

    /// The experiment was another one: its run ends, with a word about it if it was under way, and the new one is
    /// prepared.
    pub(super) fn changed_from(&mut self, preset: String, before: Experiment, file: Option<LoadedFile>) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_under_way() && !self.curves.is_empty() {
            let epochs = self.epoch();
            let link = link::print(&preset, &before);
            effects.extend(self.keep_run(self.dish.run, link, before.seed, None));
            let what = what_changed(&before, &self.experiment);
            self.dish.set_aside(preset, before, file);
            self.notices.offer(Topic::EndedRun, ended_because(epochs, &what), Offer::Undo);
        } else if let Some((epochs, of_run)) = self.dish.ended_run()
            && self.notices.list().iter().any(|n| n.topic == Topic::EndedRun)
        {
            // Undo takes back all that was changed since.
            let what = what_changed(of_run, &self.experiment);
            self.notices.offer(Topic::EndedRun, ended_because(epochs, &what), Offer::Undo);
        }
        self.notices.settle(Topic::Run);
        self.worker.is_well();
        self.go_past_recalled();
        self.dish.forget_run();
        effects.push(Effect::WriteLink);
        effects.extend(self.prepare());
        effects
    }

    /// Brings back the settings and curves of the run that the newest change has ended.
    pub fn undo(&mut self) -> Vec<Effect> {
        let run = self.worker.next_run();
        if !self.dish.bring_back() {
            return Vec::new();
        }
        // The worker may hold a run of the settings that are gone: this dish no longer listens to it.
        let old = std::mem::replace(&mut self.dish.run, run);
        self.notices.settle(Topic::EndedRun);
        vec![Effect::Send(Command::Pause { run: old }), Effect::WriteLink]
    }

    /// Chooses how fast it trains; dishes that are opened from now on begin as fast.
    pub fn set_speed(&mut self, speed: Speed) -> Vec<Effect> {
        self.speed = speed;
        self.prefers_fast = speed == Speed::Fast;
        let limit = self.info().and_then(|info| speed.limit(&self.experiment, &info));
        vec![Effect::Send(Command::SetSpeed { run: self.run, steps_per_second: limit })]
    }

    /// What the main button does.
    pub fn press_main(&mut self) -> Vec<Effect> {
        match MainButton::of(self) {
            MainButton::Pause => self.pause(),
            MainButton::TrainFurther => self.train_further(),
            MainButton::StartOver => self.start_over(),
            MainButton::Train => self.train(),
        }
    }

    /// Trains a run that is over for as many epochs again: the worker takes it up where it ended. Where it has let
    /// the run go, the same experiment with more epochs goes through the same numbers and then on.
    pub fn train_further(&mut self) -> Vec<Effect> {
        if self.committed.is_some() {
            return Vec::new();
        }
        let more = self.home.training.epochs.clamp(1, MAX_EPOCHS);
        let done = journal::epochs(&self.experiment.training, &self.experiment.journal, self.step);
        let epochs = done.saturating_add(more).min(MAX_EPOCHS);
        if self.is_live() && self.phase == Phase::Ended(RunEnd::Finished) {
            let run = self.dish.run;
            return vec![self.change_live(LiveKey::Epochs, epochs as f64).1, Effect::Send(Command::Resume { run })];
        }
        if epochs > done {
            // As the worker would have noted it: what was changed on the way before is part of this run and stays.
            let step = u32::try_from(self.step).unwrap_or(u32::MAX);
            self.experiment.journal.push(LiveChange { step, key: LiveKey::Epochs, value: epochs as f64 });
        }
        let mut effects = vec![Effect::WriteLink];
        effects.extend(self.train());
        effects
    }

    /// Trains from the beginning.
    pub fn start_over(&mut self) -> Vec<Effect> {
        let mut effects = self.rewind();
        effects.extend(self.train());
        effects
    }

    /// Train, or go on.
    pub fn train(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Paused if self.is_live() => vec![Effect::Send(Command::Resume { run: self.run })],
            Phase::Paused | Phase::Ended(_) | Phase::Kept | Phase::Failed => {
                self.train_when_ready = true;
                self.worker.is_well();
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
        match self.phase {
            Phase::Running => self.pause(),
            Phase::Paused => vec![Effect::Send(Command::StepOnce { run: self.run })],
            _ => Vec::new(),
        }
    }

    /// Back to the same start.
    pub fn rewind(&mut self) -> Vec<Effect> {
        self.curves.clear();
        self.dish.checkpoint = None;
        self.dish.is_recorded = false;
        self.train_when_ready = false;
        self.worker.is_well();
        self.prepare()
    }

    /// Does what a message offers, and takes it away.
    pub fn accept(&mut self, notice: u32) -> Vec<Effect> {
        match self.notices.dismiss(notice) {
            Some(Offer::Undo) => self.undo(),
            Some(Offer::OpenInLab(key)) => self.open_in_lab(key),
            Some(Offer::TryAgain) => {
                self.worker.is_well();
                self.prepare()
            }
            Some(Offer::BringBack) => self.bring_back_recalled(),
            None => Vec::new(),
        }
    }

    /// Changes what the learner looks at.
    pub fn look(&mut self, change: impl FnOnce(&mut Looking)) -> Vec<Effect> {
        let before = (self.looking.surface.clone(), self.looking.views.clone());
        change(&mut self.looking);
        if before == (self.looking.surface.clone(), self.looking.views.clone()) {
            return Vec::new();
        }
        let mut effects = self.watch();
        if before.1 != self.looking.views {
            // The link names the views.
            effects.push(Effect::WriteLink);
        }
        effects
    }

    /// Has the worker note the parameters of the loss surface at each step.
    pub(super) fn watch(&self) -> Vec<Effect> {
        let Some(info) = self.info().filter(|_| self.is_live()) else { return Vec::new() };
        let is_open = view::open(&self.looking, &self.experiment, &info).contains(&View(&surface::CARD));
        let parameters = surface::watched(&self.looking, &self.experiment, &info).filter(|_| is_open);
        vec![Effect::Send(Command::Watch { run: self.run, parameters })]
    }
}

/// Names the settings in which two experiments differ.
fn ended_because(epochs: f64, what: &str) -> String {
    format!("The run of {epochs:.1} epochs ended because {what} changed.")
}

fn what_changed(before: &Experiment, after: &Experiment) -> String {
    let (then, now) = (before.values(), after.values());
    // A learning rate that was changed on the way is not another one now.
    let is_same_rate = |card: &Card| card.key == "training.learning_rate" && !before.journal.is_empty();
    let differs = |card: &&&Card| link::get(before, card.key) != link::get(after, card.key) && !is_same_rate(card);
    let changed: Vec<&&Card> = setting::all().iter().filter(differs).collect();
    match changed[..] {
        [] => "a setting".into(),
        _ if changed.iter().any(|card| card.key == "data.source") => "the data".into(),
        [..] if changed.len() <= 3 => {
            let title = |card: &&Card| format!("“{}”", card.title(if then.get(card.key).is_some() { &then } else { &now }));
            changed.iter().map(|card| title(card)).collect::<Vec<_>>().join(" and ")
        }
        _ => "the settings".into(),
    }
}
