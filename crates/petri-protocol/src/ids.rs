//! Identities of runs and requests, given out by the page.

use serde::{Deserialize, Serialize};

/// One run of one experiment. The page drops events of runs that are not current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u32);

/// One question of the page (a probe, a file), answered by exactly one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u32);

/// One queue of runs of the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesId(pub u32);

impl RunId {
    /// The identity of the run after this one.
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl RequestId {
    /// The identity of the request after this one.
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}
