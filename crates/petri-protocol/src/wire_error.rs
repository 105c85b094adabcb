//! Errors as the page shows them: a closed set of codes, a message, and what the learner can do.

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong. Each code has one piece of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The experiment has problems; the details list them.
    InvalidExperiment,
    /// A file could not be read as a data set.
    BadFile,
    /// The experiment names a file that is not loaded.
    FileMissing,
    /// The GPU could not be started.
    GpuUnavailable,
    /// The GPU stopped working in the middle of a run.
    GpuLost,
    /// The GPU computed something else than the CPU.
    GpuMismatch,
    /// The worker ended unexpectedly.
    WorkerCrashed,
    /// The worker could not be loaded, or is of another version.
    WorkerUnavailable,
    /// The worker did not understand the message.
    BadMessage,
    /// A probe asked for something that does not exist.
    BadProbe,
}

impl ErrorCode {
    /// What the learner can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::InvalidExperiment => "Mend the settings marked in red, then train again.",
            Self::BadFile => "Choose another file. Nothing else has changed.",
            Self::FileMissing => "Drop the file on the page again: files never leave your computer, so links cannot carry them.",
            Self::GpuUnavailable | Self::GpuMismatch => "Training goes on with the CPU engine.",
            Self::GpuLost => "Press Train to start again; the CPU engine takes over.",
            Self::WorkerCrashed => "The chart is kept. Press Train to start again.",
            Self::WorkerUnavailable => "Check the connection and reload the page.",
            Self::BadMessage | Self::BadProbe => "Reload the page if this happens again.",
        }
    }
}

/// An error on its way to the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireError {
    /// What kind of thing went wrong.
    pub code: ErrorCode,
    /// One sentence for the learner.
    pub message: String,
    /// Further lines, for example one for each problem.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

impl WireError {
    /// An error without details.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }
}
