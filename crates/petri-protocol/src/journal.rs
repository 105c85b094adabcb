//! What was changed while a run went on, and when: with it, the same experiment repeats the same run.

use serde::{Deserialize, Serialize};

use crate::{Problem, TrainingSpec};

/// Most changes that one run may have: more would make its link longer than links may be.
pub const MAX_CHANGES: usize = 120;

/// A setting that can be changed while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LiveKey {
    /// The base learning rate, from the next step on.
    #[serde(rename = "training.learning_rate")]
    LearningRate,
    /// How many epochs the run has: trained further.
    #[serde(rename = "training.epochs")]
    Epochs,
}

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LiveChange {
    /// Steps that were done before it.
    pub step: u32,
    /// What was changed.
    pub key: LiveKey,
    /// Its new value.
    pub value: f64,
}

/// The newest value of a setting after `step` steps.
fn newest(journal: &[LiveChange], key: LiveKey, step: usize) -> Option<f64> {
    journal.iter().rev().find(|c| c.key == key && c.step as usize <= step).map(|c| c.value)
}

/// The base learning rate of the step after `step` steps.
pub fn learning_rate(training: &TrainingSpec, journal: &[LiveChange], step: usize) -> f64 {
    newest(journal, LiveKey::LearningRate, step).unwrap_or(training.learning_rate)
}

/// The number of epochs of the run, as known after `step` steps.
pub fn epochs(training: &TrainingSpec, journal: &[LiveChange], step: usize) -> usize {
    newest(journal, LiveKey::Epochs, step).map_or(training.epochs, |v| v as usize)
}

/// What is wrong with a journal, which may come from a link.
pub(crate) fn problems(training: &TrainingSpec, journal: &[LiveChange]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |message: String| problems.push(Problem::new("journal", message));
    if journal.len() > MAX_CHANGES {
        report(format!("has {} changes, at most {MAX_CHANGES} are possible", journal.len()));
    }
    if journal.windows(2).any(|pair| pair[1].step < pair[0].step) {
        report("must be in the order of its steps".into());
    }
    for change in journal.iter().take(MAX_CHANGES) {
        let value = change.value;
        let fits = match change.key {
            LiveKey::LearningRate => value.is_finite() && value > 0.0 && value <= 1e4,
            LiveKey::Epochs => value.fract() == 0.0 && value >= training.epochs as f64 && value <= 100_000.0,
        };
        if !fits {
            report(format!("at step {} has the value {value}, which is not possible", change.step));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_holds_from_its_step_on() {
        let training = TrainingSpec { learning_rate: 0.1, epochs: 5, ..TrainingSpec::default() };
        let change = |step, key, value| LiveChange { step, key, value };
        let journal =
            [change(10, LiveKey::LearningRate, 0.5), change(10, LiveKey::LearningRate, 0.2), change(50, LiveKey::Epochs, 8.0)];
        assert_eq!([0, 9, 10, 60].map(|s| learning_rate(&training, &journal, s)), [0.1, 0.1, 0.2, 0.2]);
        assert_eq!([49, 50].map(|s| epochs(&training, &journal, s)), [5, 8]);
        assert!(problems(&training, &journal).is_empty());
    }

    #[test]
    fn absurd_journals_are_problems() {
        let training = TrainingSpec::default();
        let change = |step, key, value| LiveChange { step, key, value };
        for journal in [
            vec![change(1, LiveKey::LearningRate, f64::NAN)],
            vec![change(1, LiveKey::LearningRate, -1.0)],
            vec![change(1, LiveKey::Epochs, 1.0)],
            vec![change(1, LiveKey::Epochs, 1e12)],
            vec![change(5, LiveKey::LearningRate, 0.1), change(4, LiveKey::LearningRate, 0.1)],
            vec![change(0, LiveKey::LearningRate, 0.1); MAX_CHANGES + 1],
        ] {
            assert_eq!(problems(&training, &journal).len(), 1);
        }
    }
}
