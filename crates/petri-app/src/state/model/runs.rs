//! Runs that are compared: series, records, and the commitment to a model.

use petri_protocol::engine_choice::Engine;
use petri_protocol::event::PayloadPart;
use petri_protocol::{Command, DataSource, Experiment, Member, RunEnd, RunId, SeriesId, WireError};

use super::{Effect, Model};
use crate::state::dish::{Dish, Phase};
use crate::state::history::RunRecord;
use crate::state::series::Series;

impl Model {
    /// Why the learner cannot commit to the model of the run; nothing where they can.
    pub fn why_no_commit(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Loading | Phase::Preparing | Phase::Incomplete => Some("The run is not ready yet."),
            _ if self.step == 0 => Some("Train the network first: nothing has been learned yet."),
            Phase::Paused | Phase::Running | Phase::Ended(_) if self.is_live() => None,
            // Only the worker can look at the test set, and it looks through the network of this run.
            _ => Some("The network of this run is gone; only its curves are kept. Train it again to commit to it."),
        }
    }

    /// The learner is done with this model: the test set is opened.
    pub fn commit(&mut self) -> Vec<Effect> {
        if self.why_no_commit().is_some() || self.committed.is_some() {
            return Vec::new();
        }
        self.train_when_ready = false;
        vec![Effect::Send(Command::Commit { run: self.run })]
    }

    /// Whether several runs can be started now: the worker is there, and is not at others.
    pub fn can_start_series(&self) -> bool {
        self.worker.is_ready && !self.library.series.is_running
    }

    /// Starts several runs.
    pub fn start_series(&mut self, members: Vec<Member>) -> Vec<Effect> {
        if !self.worker.is_ready || members.is_empty() {
            return Vec::new();
        }
        let old = &self.library.series;
        let id = SeriesId(old.id.0.wrapping_add(1));
        let started = self.clock.max(old.started + 1);
        let features_of = |experiment: &Experiment| {
            let info = match experiment.data.source {
                DataSource::File => self.used_file().and_then(|f| f.info(&experiment.data).ok()),
                _ => experiment.data.generated_info(),
            };
            info.map(|i| i.feature_names()).unwrap_or_default()
        };
        let series = Series::start(id, started, &self.origin, &self.preset, members.clone(), features_of);
        self.library.series = series;
        let on_gpu = self.decision.as_ref().is_some_and(|d| d.engine == Engine::Gpu);
        // The worker holds one file: another dish may have brought its own meanwhile.
        let mut effects = self.send_missing_file();
        effects.push(Effect::Send(Command::StartSeries { series: id, members, on_gpu }));
        effects
    }

    /// Ends the series; what is done is kept.
    pub fn cancel_series(&mut self) -> Vec<Effect> {
        if !self.worker.is_ready {
            // Nobody would answer.
            self.library.series.is_running = false;
            return Vec::new();
        }
        vec![Effect::Send(Command::CancelSeries { series: self.library.series.id })]
    }

    /// Forgets the runs of this place.
    pub fn clear_runs(&mut self) -> Vec<Effect> {
        let gone = self.library.clear(&self.dish.origin);
        vec![Effect::ForgetRuns(gone)]
    }

    /// Keeps a run with the link of its experiment. `end` is nothing for one that a change has stopped.
    pub(super) fn keep_run(&mut self, run: RunId, link: String, seed: u32, end: Option<RunEnd>) -> Vec<Effect> {
        let id = self.clock;
        // A run that is over is told again when it is prepared from its last state.
        let is_told_again = |dish: &mut Dish| end.is_some() && std::mem::replace(&mut dish.is_recorded, end.is_some());
        if self.dish_of(run).is_some_and(is_told_again) {
            return Vec::new();
        }
        let Some(origin) = self.dish_of(run).map(|d| d.origin.clone()) else { return Vec::new() };
        let number = self.library.history.single(&origin).len() + 1;
        let Some(record) = self.dish_of(run).map(|d| d.record(link, seed, end, id, number)) else { return Vec::new() };
        vec![self.keep(record)]
    }

    pub(super) fn keep(&mut self, record: RunRecord) -> Effect {
        let (record, forget) = self.library.history.add(record);
        Effect::StoreRun { record: Box::new(record), forget }
    }

    pub(super) fn on_member(
        &mut self,
        member: usize,
        end: Option<RunEnd>,
        error: Option<WireError>,
        parts: &[PayloadPart],
        values: &[f32],
    ) -> Vec<Effect> {
        if let Some(error) = error {
            self.library.series.failures.push(error.message);
        }
        match self.library.series.end(member, end, parts, values, self.clock) {
            Some(record) => vec![self.keep(record)],
            None => Vec::new(),
        }
    }
}
