//! A state of a run to go on from, when the worker has lost it.

use std::sync::Arc;

use petri_protocol::Experiment;
use petri_protocol::event::SavedState;

/// Most values of a state that is kept: four bytes each, beside those of the worker.
const MAX_VALUES: usize = 1 << 26;

/// A state of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The run that it belongs to, with its journal so far.
    experiment: Experiment,
    /// Steps done.
    pub step: usize,
    /// Names and shapes.
    pub state: SavedState,
    /// Values of all tensors behind each other.
    pub values: Arc<[f32]>,
}

impl Checkpoint {
    /// Keeps a state, unless it is too large to be kept twice.
    pub fn new(experiment: &Experiment, step: usize, state: SavedState, values: &[f32]) -> Option<Self> {
        (values.len() <= MAX_VALUES).then(|| Self { experiment: experiment.clone(), step, state, values: values.into() })
    }

    /// True when a run of this experiment goes through this state, on whichever engine.
    pub fn fits(&self, experiment: &Experiment) -> bool {
        // What was changed later is not yet true in this state, but will be: the journal says when.
        let Experiment { data, network, training, weights, seed, journal, engine: _ } = experiment;
        let mine = &self.experiment;
        let same =
            (data, network, training, weights, seed) == (&mine.data, &mine.network, &mine.training, &mine.weights, &mine.seed);
        let done = |of: &[petri_protocol::LiveChange]| -> Vec<petri_protocol::LiveChange> {
            of.iter().copied().filter(|change| (change.step as usize) < self.step).collect()
        };
        self.step > 0 && same && done(journal) == done(&mine.journal)
    }
}
