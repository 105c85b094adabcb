//! What is known about a loaded data set: shapes, classes, sizes.

use serde::{Deserialize, Serialize};

use crate::{Task, TensorShape};

/// The three parts of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What the network learns from.
    Train,
    /// What the learner watches while choosing settings.
    Validation,
    /// What is looked at once, at the end.
    Test,
}

impl Split {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Number of samples in each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SplitSizes {
    /// Training samples.
    pub train: usize,
    /// Validation samples.
    pub validation: usize,
    /// Test samples.
    pub test: usize,
}

impl SplitSizes {
    /// Size of one part.
    pub fn of(self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Validation => self.validation,
            Split::Test => self.test,
        }
    }
}

/// A data set as network, controls and views need to know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataInfo {
    /// Name for people.
    pub title: String,
    /// Where it comes from and under which licence; empty for generated data.
    #[serde(default)]
    pub source: String,
    /// Shape of a sample.
    pub input: TensorShape,
    /// What is asked.
    pub task: Task,
    /// Names of the classes or labels.
    pub classes: Vec<String>,
    /// Names of the inputs, for vectors; empty for images.
    #[serde(default)]
    pub features: Vec<String>,
    /// What is predicted, with its unit, for numbers.
    #[serde(default)]
    pub target: String,
    /// Number of samples in each part.
    pub sizes: SplitSizes,
    /// Training samples (or pixels) of each class.
    pub class_counts: Vec<usize>,
    /// Remarks for the learner, for example that a file differs from the published one.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl DataInfo {
    /// A name for each input of a vector.
    pub fn feature_names(&self) -> Vec<String> {
        let n = if self.input.area() == 1 { self.input.len() } else { 0 };
        (0..n).map(|i| self.features.get(i).cloned().unwrap_or_else(|| format!("x{}", i + 1))).collect()
    }

    /// Number of classes or labels.
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// True for points in the plane, which have a decision boundary to draw.
    pub fn is_planar(&self) -> bool {
        self.input == TensorShape::Features(2)
    }
}

impl DataInfo {
    /// Answers of one sample that are judged by themselves: pixels, or one.
    pub fn answer_area(&self) -> usize {
        if self.task.card().by_pixel { self.input.area() } else { 1 }
    }

    /// Whether an output of this shape has a possible number of channels, and its pixels where they are asked for.
    pub fn accepts(&self, output: TensorShape, channels: &[usize]) -> bool {
        match (self.task.card().by_pixel, self.input, output) {
            (true, TensorShape::Image { height, width, .. }, TensorShape::Image { channels: c, height: h, width: w }) => {
                channels.contains(&c) && (h, w) == (height, width)
            }
            (false, _, TensorShape::Features(n)) => channels.contains(&n),
            _ => false,
        }
    }

    /// The shape that the output should have, for messages.
    pub fn expected_output(&self, channels: usize) -> String {
        match (self.task.card().by_pixel, self.input) {
            (true, TensorShape::Image { height, width, .. }) => format!("{channels}×{height}×{width}"),
            _ => channels.to_string(),
        }
    }
}
