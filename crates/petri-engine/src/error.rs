//! Errors of the engine.

use petri_protocol::Problem;

/// Why the engine cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The experiment has problems.
    #[error("the experiment has {} problem(s)", problems.len())]
    Invalid {
        /// All of them.
        problems: Vec<Problem>,
    },
    /// The GPU could not be started.
    #[error("the GPU could not be started: {why}")]
    GpuUnavailable {
        /// What burn or the browser says.
        why: String,
    },
    /// A value could not be read back: the device is lost or a kernel failed.
    #[error("the device failed: {why}")]
    Device {
        /// What burn says.
        why: String,
    },
    /// A comparison model cannot be fitted to these data.
    #[error("the {model} cannot be fitted: {why}")]
    Baseline {
        /// Which model.
        model: &'static str,
        /// What the library says.
        why: String,
    },
    /// A state does not belong to this network.
    #[error("this state does not fit the network: {why}")]
    State {
        /// What does not fit.
        why: String,
    },
    /// A probe asks for something that does not exist.
    #[error("{why}")]
    Probe {
        /// What is missing.
        why: String,
    },
}
