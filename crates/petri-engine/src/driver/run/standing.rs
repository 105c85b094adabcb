//! How a run stands beside what its session holds, as numbers of a saved state: what was still to be evaluated,
//! whether the test set was opened, and how it ended.

use petri_protocol::{RunEnd, RunState, SortedMap};

use super::{Occasion, Run};
use crate::executor::Later;
use crate::state::StateDict;

/// What was still to be evaluated, see [`Occasion::code`].
const PENDING: &str = "run.pending";
/// The test set was opened.
const COMMITTED: &str = "run.committed";
/// How it ended: finished, stopped early, diverged.
const END: &str = "run.end";
/// At which step.
const END_STEP: &str = "run.end_step";
/// The epoch whose network came back.
const BEST_EPOCH: &str = "run.best_epoch";

impl Occasion {
    const ALL: [Self; 3] = [Self::Look, Self::Epoch, Self::Commit];

    /// Its number in a saved state.
    fn code(self) -> f64 {
        match self {
            Self::Look => 1.0,
            Self::Epoch => 2.0,
            Self::Commit => 3.0,
        }
    }
}

impl Run {
    /// Stands as the run stood whose state the session goes on from: with what was still to be evaluated, and over
    /// where that one was.
    pub fn stand(&mut self, saved: &StateDict) {
        let get = |name: &str| saved.numbers.get(name).copied().unwrap_or_default();
        let step = get(END_STEP) as usize;
        // A finished run may have been given more epochs since.
        let finished = Some(RunEnd::Finished).filter(|_| self.session.is_finished());
        let end = match get(END) as u8 {
            2 => Some(RunEnd::StoppedEarly { step, best_epoch: get(BEST_EPOCH) as usize }),
            3 => Some(RunEnd::Diverged { step }),
            _ => finished,
        };
        self.committed = get(COMMITTED) > 0.0;
        // Whoever goes on with an opened test set is told its result again.
        let of_commit = Some(Occasion::Commit).filter(|_| self.committed);
        self.wanted = Occasion::ALL.into_iter().find(|o| o.code() == get(PENDING)).or(of_commit);
        match (end, self.wanted) {
            (Some(end), None) => self.state = RunState::Ended { end },
            (end, _) => self.ending = end,
        }
    }

    /// The numbers that [`Run::stand`] reads.
    fn standing(&self) -> SortedMap<String, f64> {
        let mut numbers = SortedMap::new();
        let mut set = |name: &str, value: f64| numbers.insert(name.to_owned(), value);
        if let Some(occasion) = self.evaluating.or(self.wanted) {
            set(PENDING, occasion.code());
        }
        if self.committed {
            set(COMMITTED, 1.0);
        }
        let end = if let RunState::Ended { end } = self.state { Some(end) } else { self.ending };
        // Counters are far below the 2^53 that f64 holds exactly.
        match end {
            Some(RunEnd::Finished) => {
                set(END, 1.0);
            }
            Some(RunEnd::StoppedEarly { step, best_epoch }) => {
                set(END, 2.0);
                set(END_STEP, step as f64);
                set(BEST_EPOCH, best_epoch as f64);
            }
            Some(RunEnd::Diverged { step }) => {
                set(END, 3.0);
                set(END_STEP, step as f64);
            }
            None => {}
        }
        numbers
    }

    /// Everything that is needed to go on from here; nothing while points of steps that were done, or the network of
    /// the best epoch, are still waited for: [`Run::take_turn`] brings them.
    pub fn save(&self) -> Option<Later<'static, StateDict>> {
        if self.job.is_some() && self.evaluating.is_none() {
            return None;
        }
        let (state, standing) = (self.session.state(), self.standing());
        Some(Box::pin(async move {
            let mut state = state.await?;
            state.numbers.extend(standing);
            Ok(state)
        }))
    }
}
