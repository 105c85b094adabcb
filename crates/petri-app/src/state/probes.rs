//! Questions to the worker: at most one of each kind under way, asked again when the network has moved.

use std::ops::Deref;
use std::sync::Arc;

use petri_protocol::command::ProbeKind;
use petri_protocol::event::PayloadPart;
use petri_protocol::{Probe, RequestId, SampleRange, SortedMap, Split};

/// Images in the grid of predictions.
pub const GRID_IMAGES: usize = 24;
/// Least time between two questions of a kind, in milliseconds.
const MIN_INTERVAL_MILLIS: f64 = 120.0;

/// Questions that take the worker long are asked more rarely.
fn min_interval(kind: ProbeKind) -> f64 {
    match kind {
        ProbeKind::LossSurface | ProbeKind::Scores => 3.0 * MIN_INTERVAL_MILLIS,
        ProbeKind::Importance => 10.0 * MIN_INTERVAL_MILLIS,
        _ => MIN_INTERVAL_MILLIS,
    }
}

/// The newest answer of a kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProbeAnswer {
    /// Names and shapes.
    pub parts: Vec<PayloadPart>,
    /// Values of all parts.
    pub values: Vec<f32>,
    /// Which samples.
    pub range: Option<SampleRange>,
    /// Steps that the network had done.
    pub step: usize,
    /// What was asked.
    pub asked: Option<Probe>,
}

impl ProbeAnswer {
    /// Values of the part at `idx`.
    pub fn part(&self, idx: usize) -> &[f32] {
        let start: usize = self.parts[..idx.min(self.parts.len())].iter().map(PayloadPart::len).sum();
        let len = self.parts.get(idx).map_or(0, PayloadPart::len);
        self.values.get(start..start + len).unwrap_or(&[])
    }
}

impl ProbeAnswer {
    /// Values of the part with a name.
    pub fn named(&self, name: &str) -> Option<&[f32]> {
        self.parts.iter().position(|p| p.name == name).map(|i| self.part(i))
    }
}

/// An answer that views hold without copying it. Two are the same when they are one answer of the worker, not when
/// their numbers agree: comparing those would take long, and NaN agrees with nothing, so that a view would draw anew for
/// ever.
#[derive(Debug, Clone, Default)]
pub struct Answer(Arc<ProbeAnswer>);

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Answer {
    type Target = ProbeAnswer;

    fn deref(&self) -> &ProbeAnswer {
        &self.0
    }
}

/// The state of one kind of question.
#[derive(Debug, Clone, Default)]
struct Slot {
    under_way: Option<RequestId>,
    asked: Option<Probe>,
    asked_step: usize,
    asked_at: f64,
    answer: Answer,
    /// The last question failed: it is not asked again until it changes.
    refused: bool,
}

/// All questions of a run.
#[derive(Debug, Clone, Default)]
pub struct Probes {
    slots: SortedMap<ProbeKind, Slot>,
    next: RequestId,
}

impl Probes {
    /// Forgets all answers: another run begins.
    pub fn reset(&mut self) {
        for slot in self.slots.values_mut() {
            // Old answers stay visible until new ones come, but count for nothing.
            let answer = std::mem::take(&mut slot.answer);
            *slot = Slot { answer, ..Slot::default() };
        }
    }

    /// Forgets all answers and what they showed: the data or the network is another one.
    pub fn clear(&mut self) {
        self.slots.clear();
    }

    /// The newest answer of a kind.
    pub fn answer(&self, kind: ProbeKind) -> Option<&Answer> {
        self.slots.get(&kind).map(|s| &s.answer).filter(|a| !a.parts.is_empty())
    }

    /// Which of the wanted questions should be asked now.
    pub fn due(&mut self, wanted: Vec<Probe>, step: usize, now_millis: f64) -> Vec<(RequestId, Probe)> {
        let mut due = Vec::new();
        for probe in wanted {
            let slot = self.slots.get_or_insert(probe.kind(), Slot::default);
            let changed = slot.asked.as_ref() != Some(&probe);
            // Samples do not change while the network learns.
            let moved = slot.asked_step != step && probe.kind() != ProbeKind::Samples;
            if slot.under_way.is_some() || now_millis - slot.asked_at < min_interval(probe.kind()) && !changed {
                continue;
            }
            if changed || (moved && !slot.refused) {
                self.next = self.next.next();
                *slot = Slot {
                    under_way: Some(self.next),
                    asked: Some(probe.clone()),
                    asked_step: step,
                    asked_at: now_millis,
                    answer: std::mem::take(&mut slot.answer),
                    refused: false,
                };
                due.push((self.next, probe));
            }
        }
        due
    }

    /// Takes an answer; those to questions that are not under way are dropped.
    pub fn answered(
        &mut self,
        request: RequestId,
        parts: Vec<PayloadPart>,
        values: Vec<f32>,
        range: Option<SampleRange>,
        step: usize,
    ) {
        if let Some(slot) = self.slots.values_mut().find(|s| s.under_way == Some(request)) {
            slot.answer = Answer(Arc::new(ProbeAnswer { parts, values, range, step, asked: slot.asked.clone() }));
            slot.under_way = None;
        }
    }

    /// Notes that a question could not be answered.
    pub fn failed(&mut self, request: RequestId) {
        if let Some(slot) = self.slots.values_mut().find(|s| s.under_way == Some(request)) {
            slot.under_way = None;
            slot.refused = true;
        }
    }
}

/// The images of the grid.
pub fn grid_range() -> SampleRange {
    SampleRange { split: Split::Validation, start: 0, count: GRID_IMAGES }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boundary() -> Vec<Probe> {
        vec![Probe::Boundary { resolution: 8, x: [-6.0, 6.0], y: [-6.0, 6.0] }]
    }

    #[test]
    fn one_of_a_kind_is_under_way() {
        let mut probes = Probes::default();
        let first = probes.due(boundary(), 0, 1000.0);
        assert_eq!(first.len(), 1);
        assert!(probes.due(boundary(), 5, 2000.0).is_empty(), "the first is under way");
        probes.answered(first[0].0, vec![PayloadPart { name: "b".into(), shape: vec![1] }], vec![1.0], None, 0);
        assert!(probes.due(boundary(), 0, 3000.0).is_empty(), "nothing has moved");
        assert_eq!(probes.due(boundary(), 5, 3000.0).len(), 1);
    }

    #[test]
    fn questions_keep_their_distance_and_refused_ones_wait() {
        let mut probes = Probes::default();
        let first = probes.due(boundary(), 0, 1000.0);
        probes.failed(first[0].0);
        assert!(probes.due(boundary(), 1, 9000.0).is_empty(), "refused");
        let other = vec![Probe::Boundary { resolution: 9, x: [-6.0, 6.0], y: [-6.0, 6.0] }];
        let second = probes.due(other.clone(), 1, 9000.0);
        probes.answered(second[0].0, vec![], vec![], None, 1);
        assert!(probes.due(other, 2, 9001.0).is_empty(), "too soon");
    }

    #[test]
    fn an_answer_is_the_same_until_the_worker_answers_again() {
        let mut probes = Probes::default();
        let answered = |probes: &mut Probes, step: usize| {
            let due = probes.due(boundary(), step, 1000.0 * (step + 1) as f64);
            probes.answered(due[0].0, vec![PayloadPart { name: "b".into(), shape: vec![1] }], vec![f32::NAN], None, step);
            probes.answer(ProbeKind::Boundary).cloned().expect("an answer")
        };
        let first = answered(&mut probes, 0);
        assert!(probes.answer(ProbeKind::Boundary) == Some(&first), "although it holds what is no number");
        assert!(probes.clone().answer(ProbeKind::Boundary) == Some(&first), "and nothing was copied");
        assert!(answered(&mut probes, 1) != first);
    }

    #[test]
    fn late_answers_are_dropped() {
        let mut probes = Probes::default();
        let first = probes.due(boundary(), 0, 1000.0);
        probes.reset();
        probes.answered(first[0].0, vec![PayloadPart { name: "b".into(), shape: vec![1] }], vec![1.0], None, 0);
        assert!(probes.answer(ProbeKind::Boundary).is_none());
    }
}
