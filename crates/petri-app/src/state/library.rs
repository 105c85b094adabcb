//! The library of runs: those that are over, and the series that is under way.

use super::history::{History, RunRecord};
use super::series::Series;

/// Runs that are over, and the series that the worker is at or was.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Runs that are over.
    pub history: History,
    /// The series that the worker is at, or was.
    pub series: Series,
    /// When this visit began, in milliseconds since 1970; 0 while nobody has told.
    pub(super) began: u64,
}

impl Library {
    /// Forgets the runs of an origin, with the series that is over; returns their identities.
    pub(super) fn clear(&mut self, origin: &str) -> Vec<u64> {
        if self.series.origin == origin && !self.series.is_running {
            self.series.members.clear();
            self.series.failures.clear();
        }
        self.history.clear(origin)
    }

    /// The series, if it was started at this place.
    pub fn series_at(&self, origin: &str) -> Option<&Series> {
        Some(&self.series).filter(|s| s.origin == origin && !s.members.is_empty())
    }

    /// What goes on where the learner does not see it: the series of another place that is under way, in words.
    pub fn in_background(&self, origin: &str) -> Option<String> {
        let series = Some(&self.series).filter(|s| s.is_running && s.origin != origin)?;
        Some(format!("{} of {} runs done in {}", series.n_done(), series.members.len(), series.origin))
    }

    /// Runs of series of a place that were made in this visit.
    pub fn n_runs_of_visit(&self, origin: &str) -> usize {
        self.history.newest(origin).iter().filter(|r| r.series > 0 && r.id >= self.began).count()
    }

    /// How many runs of a place there are and when they were made, in words; nothing without any.
    pub fn summary(&self, origin: &str) -> Option<String> {
        if let Some(series) = self.series_at(origin) {
            return Some(format!("{} of {} runs done", series.n_done(), series.members.len()));
        }
        let runs: Vec<&RunRecord> = self.history.newest(origin).into_iter().filter(|r| r.series > 0).collect();
        let noun = if runs.len() == 1 { "run" } else { "runs" };
        (!runs.is_empty()).then(|| format!("{} {noun} of an earlier visit", runs.len()))
    }
}
