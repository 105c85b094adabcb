//! Runs that are compared: series, records, the commitment to a model, and what is looked at.

use petri_data::metric::{EPOCHS, result_name};
use petri_protocol::engine_choice::Engine;
use petri_protocol::event::PayloadPart;
use petri_protocol::link::Opened;
use petri_protocol::{Command, Member, ParameterRef, RunEnd, SeriesId, Split, TensorPart, WireError};

use super::{Effect, Model};
use crate::state::history::{PartCurves, RECORD_VERSION, RunRecord};
use crate::state::series::Series;
use crate::state::views::View;
use crate::state::wanted::{Looking, open_views, surface_parameters};

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
        Self { origin: "lab".into(), views: None, speed: None, needs_scores: false }
    }
}

impl Model {
    /// The learner is done with this model: the test set is opened.
    pub fn commit(&mut self) -> Vec<Effect> {
        self.train_when_ready = false;
        vec![Effect::Send(Command::Commit { run: self.run })]
    }

    /// The views that are open and have something to show.
    pub fn views(&self) -> Vec<View> {
        let Some(info) = self.info() else { return Vec::new() };
        open_views(&self.looking, &info).into_iter().filter(|v| v.fits(&self.experiment, &info)).collect()
    }

    /// Comes to another place, the lab or a dish, with its experiment and its views.
    pub fn enter(&mut self, place: Place, opened: Opened) -> Vec<Effect> {
        self.origin = place.origin;
        self.looking = Looking { views: place.views, needs_scores: place.needs_scores, ..Looking::default() };
        self.speed = place.speed;
        self.notices.clear();
        self.open(opened)
    }

    /// Starts several runs.
    pub fn start_series(&mut self, members: Vec<Member>) -> Vec<Effect> {
        if !self.worker_ready || members.is_empty() {
            return Vec::new();
        }
        let id = SeriesId(self.series.id.0.wrapping_add(1));
        self.series = Series::start(id, self.clock.max(self.series.started + 1), &self.origin, &self.preset, members.clone());
        let on_gpu = self.decision.as_ref().is_some_and(|d| d.engine == Engine::Gpu);
        vec![Effect::Send(Command::StartSeries { series: id, members, on_gpu })]
    }

    /// Ends the series; what is done is kept.
    pub fn cancel_series(&mut self) -> Vec<Effect> {
        vec![Effect::Send(Command::CancelSeries { series: self.series.id })]
    }

    /// Forgets the runs of this place.
    pub fn clear_runs(&mut self) -> Vec<Effect> {
        let gone = self.history.clear(&self.origin);
        vec![Effect::ForgetRuns(gone)]
    }

    /// Sets one initial weight by hand; only before training.
    pub fn set_weight(&mut self, parameter: &ParameterRef, value: f32) -> Vec<Effect> {
        let part = if parameter.part == TensorPart::Weight { "weight" } else { "bias" };
        let key = format!("weights.{}.{part}.{}", parameter.node, parameter.index);
        self.set(&key, &value.to_string())
    }

    /// Changes what the learner looks at.
    pub fn look(&mut self, change: impl FnOnce(&mut Looking)) -> Vec<Effect> {
        let before = (self.looking.surface.clone(), self.looking.views.clone());
        change(&mut self.looking);
        if before == (self.looking.surface.clone(), self.looking.views.clone()) { Vec::new() } else { self.watch() }
    }

    /// Has the worker note the parameters of the loss surface at each step.
    pub(super) fn watch(&self) -> Vec<Effect> {
        let Some(info) = self.info() else { return Vec::new() };
        let is_open = open_views(&self.looking, &info).contains(&View::Surface);
        let parameters = surface_parameters(&self.looking, &self.experiment, &info).filter(|_| is_open);
        vec![Effect::Send(Command::Watch { run: self.run, parameters })]
    }

    /// Keeps the run that has ended, with its curves and its last results.
    pub(super) fn keep_run(&mut self, end: RunEnd) -> Vec<Effect> {
        let finite = |v: f32| v.is_finite().then_some(v);
        let mut values = Vec::new();
        if let Some(point) = self.curves.validation.last() {
            values.extend(point.values().filter_map(|(n, v)| finite(v).map(|v| (result_name(Split::Validation, n), Some(v)))));
        }
        values.push((EPOCHS.into(), finite(self.epoch() as f32)));
        let record = RunRecord {
            version: RECORD_VERSION,
            id: self.clock,
            origin: self.origin.clone(),
            series: 0,
            label: format!("run {}", self.history.single(&self.origin).len() + 1),
            model: petri_protocol::ModelSpec::Network,
            seed: self.experiment.seed,
            link: self.link(),
            end: Some(end),
            train: PartCurves::new(self.curves.train.iter()),
            validation: PartCurves::new(self.curves.validation.iter()),
            values,
            importance: vec![],
            features: vec![],
        };
        vec![self.keep(record)]
    }

    pub(super) fn keep(&mut self, record: RunRecord) -> Effect {
        let (record, forget) = self.history.add(record);
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
            self.series.failures.push(error.message);
        }
        let features = self.info().map(|i| i.feature_names()).unwrap_or_default();
        match self.series.end(member, end, parts, values, features, self.clock) {
            Some(record) => vec![self.keep(record)],
            None => Vec::new(),
        }
    }
}
