//! The series of runs that the worker is at: how far each member is, and what becomes of it.

use petri_protocol::event::PayloadPart;
use petri_protocol::{Experiment, Member, MetricPoint, RunEnd, SeriesId, Split, link};

use super::history::{PartCurves, RECORD_VERSION, RunRecord, is_of};

/// A member that is not over yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// What is trained.
    pub member: Member,
    /// Names of its inputs.
    pub features: Vec<String>,
    /// Its points so far.
    pub points: Vec<MetricPoint>,
    /// It is over.
    pub done: bool,
}

/// A series.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Its identity.
    pub id: SeriesId,
    /// When it was started: identity of its records.
    pub started: u64,
    /// Where it was started.
    pub origin: String,
    /// Preset of its experiment, for links.
    pub preset: String,
    /// Its members, in order.
    pub members: Vec<Waiting>,
    /// The worker is at it.
    pub is_running: bool,
    /// Messages of members that failed.
    pub failures: Vec<String>,
}

impl Series {
    /// A new series. `features_of` names the inputs of an experiment.
    pub fn start(
        id: SeriesId,
        started: u64,
        origin: &str,
        preset: &str,
        members: Vec<Member>,
        features_of: impl Fn(&Experiment) -> Vec<String>,
    ) -> Self {
        let waiting = |member: Member| {
            let features = features_of(&member.experiment);
            Waiting { member, features, points: Vec::new(), done: false }
        };
        Self {
            id,
            started,
            origin: origin.to_owned(),
            preset: preset.to_owned(),
            members: members.into_iter().map(waiting).collect(),
            is_running: true,
            failures: Vec::new(),
        }
    }

    /// Members that are over.
    pub fn n_done(&self) -> usize {
        self.members.iter().filter(|m| m.done).count()
    }

    /// Part of the work that is done, by epochs.
    pub fn part(&self) -> f32 {
        let part = |m: &Waiting| match m.points.last() {
            _ if m.done => 1.0,
            Some(point) => point.epoch / m.member.experiment.training.epochs.max(1) as f32,
            None => 0.0,
        };
        self.members.iter().map(part).sum::<f32>() / self.members.len().max(1) as f32
    }

    /// Takes points of a member.
    pub fn extend(&mut self, member: usize, points: Vec<MetricPoint>) {
        if let Some(waiting) = self.members.get_mut(member) {
            waiting.points.extend(points);
        }
    }

    /// A member is over: its record.
    pub fn end(
        &mut self,
        member: usize,
        end: Option<RunEnd>,
        parts: &[PayloadPart],
        values: &[f32],
        now_millis: u64,
    ) -> Option<RunRecord> {
        let waiting = self.members.get_mut(member)?;
        waiting.done = true;
        let points = std::mem::take(&mut waiting.points);
        let features = std::mem::take(&mut waiting.features);
        let mut numbers = Vec::new();
        let mut importance = Vec::new();
        let mut at = 0;
        for part in parts {
            let slice = values.get(at..at + part.len()).unwrap_or_default();
            at += part.len();
            if part.name == "importance" {
                importance = slice.to_vec();
            } else if let Some(v) = slice.first() {
                numbers.push((part.name.clone(), v.is_finite().then_some(*v)));
            }
        }
        let member = &waiting.member;
        Some(RunRecord {
            version: RECORD_VERSION,
            id: now_millis,
            origin: self.origin.clone(),
            series: self.started,
            label: member.label.clone(),
            model: member.model,
            seed: member.experiment.seed,
            link: link::print(&self.preset, &member.experiment),
            end,
            was_stopped: false,
            train: PartCurves::new(points.iter().filter(is_of(Split::Train))),
            validation: PartCurves::new(points.iter().filter(is_of(Split::Validation))),
            values: numbers,
            features: if importance.is_empty() { Vec::new() } else { features },
            importance,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::presets;
    use petri_protocol::series::members;

    #[test]
    fn a_member_becomes_a_record() {
        let experiment = (presets::mlp::CARD.experiment)();
        let members = members(&[("a".into(), experiment)], &[petri_protocol::ModelSpec::Network], 2);
        let mut series = Series::start(SeriesId(1), 77, "lab", "mlp", members, |_| vec!["x".into(), "y".into()]);
        let point = MetricPoint::new(Split::Validation, 1, 100.0).with("loss", 0.5);
        series.extend(1, vec![point]);
        assert!((series.part() - 0.25).abs() < 1e-6, "half of one of two");
        let part = |name: &str, n| PayloadPart { name: name.into(), shape: vec![n] };
        let parts = [part("val_accuracy", 1), part("importance", 2)];
        let record = series.end(1, Some(RunEnd::Finished), &parts, &[0.75, 0.1, 0.2], 99);
        let record = record.expect("a member");
        assert_eq!((record.value("val_accuracy"), record.importance.as_slice()), (Some(0.75), &[0.1, 0.2][..]));
        assert_eq!(record.features, ["x", "y"]);
        assert_eq!((record.seed, record.series, record.validation.of("loss").len()), (2, 77, 1));
        assert_eq!((series.n_done(), series.part()), (1, 0.5));
    }
}
