//! How the time of the worker is shared: nobody starves, and training goes first.

/// Who wants to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The run that the learner watches: steps, reads, validation.
    Run,
    /// Answers to probes.
    Probes,
    /// A series of runs.
    Series,
}

/// Shares of the time when all want some, by party. With probes alone beside it training has three quarters,
/// with a series alone beside it two thirds.
const SHARES: [(Party, f64); 3] = [(Party::Run, 6.0), (Party::Probes, 2.0), (Party::Series, 3.0)];

/// The time that each party has had, divided by its share (start-time fair queuing, Goyal et al. 1996).
#[derive(Debug, Clone, Default)]
pub struct Budget {
    used: [f64; 3],
    waiting: [bool; 3],
}

impl Budget {
    /// The party that works next, of those that want to.
    pub fn next(&mut self, wants: impl Fn(Party) -> bool) -> Option<Party> {
        let wanting: Vec<usize> = (0..SHARES.len()).filter(|&i| wants(SHARES[i].0)).collect();
        let lowest = |of: &dyn Fn(usize) -> bool, used: &[f64; 3]| {
            wanting.iter().copied().filter(|&i| of(i)).map(|i| used[i]).fold(f64::INFINITY, f64::min)
        };
        // Who comes anew does not catch up on the time that it did not want.
        let floor = lowest(&|i| self.waiting[i], &self.used);
        for &i in &wanting {
            if !self.waiting[i] && floor.is_finite() {
                self.used[i] = self.used[i].max(floor);
            }
        }
        for i in 0..SHARES.len() {
            self.waiting[i] = wanting.contains(&i);
        }
        let least = wanting.into_iter().min_by(|&a, &b| self.used[a].total_cmp(&self.used[b]))?;
        Some(SHARES[least].0)
    }

    /// Notes the time that a party has had, in milliseconds.
    pub fn note(&mut self, party: Party, millis: f64) {
        for (i, (of, share)) in SHARES.into_iter().enumerate() {
            if of == party {
                self.used[i] += millis.max(0.0) / share;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of the time of each party when every turn takes as long as given.
    fn shares(millis: [f64; 3], wants: [bool; 3], turns: usize) -> [f64; 3] {
        let mut budget = Budget::default();
        let mut had = [0.0; 3];
        let place = |party: Party| SHARES.iter().position(|(p, _)| *p == party).expect("listed");
        for _ in 0..turns {
            let Some(party) = budget.next(|p| wants[place(p)]) else { break };
            budget.note(party, millis[place(party)]);
            had[place(party)] += millis[place(party)];
        }
        let whole: f64 = had.iter().sum();
        had.map(|h| h / whole)
    }

    #[test]
    fn probes_never_take_more_than_a_quarter_from_training() {
        for probe in [1.0, 40.0, 200.0] {
            let [run, probes, _] = shares([40.0, probe, 1.0], [true, true, false], 2000);
            assert!(run >= 0.74 && probes > 0.2, "{run} {probes}");
        }
    }

    #[test]
    fn nobody_starves() {
        let all = shares([80.0, 10.0, 40.0], [true, true, true], 2000);
        assert!(all.iter().all(|s| *s > 0.15), "{all:?}");
        assert_eq!(shares([1.0, 1.0, 1.0], [false, true, false], 10)[1], 1.0);
    }

    #[test]
    fn who_was_idle_does_not_catch_up() {
        let mut budget = Budget::default();
        for _ in 0..100 {
            let party = budget.next(|p| p == Party::Run).expect("wants");
            budget.note(party, 100.0);
        }
        let mut probes = 0;
        for _ in 0..40 {
            let party = budget.next(|p| p != Party::Series).expect("wants");
            probes += usize::from(party == Party::Probes);
            budget.note(party, 10.0);
        }
        assert!((5..=15).contains(&probes), "{probes}");
    }

    #[test]
    fn nobody_is_chosen_when_nobody_wants() {
        assert_eq!(Budget::default().next(|_| false), None);
    }
}
