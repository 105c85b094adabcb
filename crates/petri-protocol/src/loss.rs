//! What can be minimised.

use serde::{Deserialize, Serialize};

/// Loss functions. Both cross-entropies read logits: a final sigmoid or softmax is for display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossSpec {
    /// Binary cross-entropy with logits, one output for two classes or one for each label.
    BinaryCrossEntropy,
    /// Softmax cross-entropy over the classes (of each pixel for segmentation).
    #[default]
    CrossEntropy,
    /// Mean squared error against 0 and 1.
    MeanSquaredError,
}
