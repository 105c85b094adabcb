//! What went wrong, as the page shows it.

use petri_protocol::{ErrorCode, WireError};

use crate::error::EngineError;

/// Nobody is there to answer.
pub(super) fn no_run() -> WireError {
    WireError::new(ErrorCode::BadProbe, "This run is over: there is nothing left to ask.")
}

/// A fault of the GPU that only its log tells.
pub(super) fn gpu_fault() -> WireError {
    WireError::new(ErrorCode::GpuLost, "The GPU reported an error: its numbers cannot be trusted.")
}

/// An error of the engine as the page shows it.
pub fn wire_error(error: &EngineError, on_gpu: bool) -> WireError {
    match error {
        EngineError::Invalid { problems } => WireError {
            code: ErrorCode::InvalidExperiment,
            message: "The experiment cannot be trained as it is.".into(),
            details: problems.iter().map(ToString::to_string).collect(),
        },
        EngineError::Device { why } if on_gpu => {
            let mut error = WireError::new(ErrorCode::GpuLost, "The GPU stopped working during the run.");
            error.details.push(why.chars().take(500).collect());
            error
        }
        EngineError::GpuUnavailable { why } => WireError::new(ErrorCode::GpuUnavailable, why.clone()),
        EngineError::Probe { why } => WireError::new(ErrorCode::BadProbe, why.clone()),
        other => WireError::new(ErrorCode::WorkerCrashed, other.to_string()),
    }
}
