//! What the numbers behind a message are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One tensor of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadPart {
    /// Name of the node, or what it is.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl PayloadPart {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True when a dimension is zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A state dictionary without its values: see `petri_engine::state`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SavedState {
    /// Counters and scores by name.
    pub numbers: BTreeMap<String, f64>,
    /// Names and shapes of its tensors, in the order of their values.
    pub parts: Vec<PayloadPart>,
}
