//! One thing that is wrong with an experiment, tied to the control that caused it.

use serde::{Deserialize, Serialize};

/// A problem that [`Experiment::validate`](crate::Experiment::validate) found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Dotted name of the field, as in share links: `training.batch_size`, `network.conv1`.
    pub field: String,
    /// What is wrong and what would be right, in one sentence.
    pub message: String,
}

impl Problem {
    /// A problem with the field named `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// A problem with a node of the network.
    pub fn node(name: &str, message: impl Into<String>) -> Self {
        Self::new(format!("network.{name}"), message)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
