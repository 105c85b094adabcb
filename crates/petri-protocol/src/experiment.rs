//! The experiment: everything that is needed to repeat a run.

use serde::{Deserialize, Serialize};

use crate::{DataSource, EngineChoice, LiveChange, NetworkSpec, SortedMap, TrainingSpec};

/// Which file a run was made with: enough to recognise it, not its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// File name.
    pub name: String,
    /// Checksums of its members, combined.
    pub fingerprint: String,
}

/// Data set and its parameters. Generated sets use all of them, files only `file`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    /// Where the samples come from.
    pub source: DataSource,
    /// Number of samples in all three parts together.
    pub n_samples: usize,
    /// Strength of the noise, 0 to 1.
    pub noise: f64,
    /// Part of the samples that belongs to the second class, 0.05 to 0.95.
    pub balance: f64,
    /// Part of the samples kept for validation (files have their own split).
    pub validation_fraction: f64,
    /// Part of the samples kept for the test (files have their own split).
    pub test_fraction: f64,
    /// Scales every feature or channel to mean 0 and standard deviation 1 of the training part.
    pub standardise: bool,
    /// Column that is predicted; empty for the table's own choice. Only for tables.
    #[serde(default)]
    pub target: String,
    /// Columns that it is predicted from; empty for all numeric ones but the target. Only for tables.
    #[serde(default)]
    pub features: Vec<String>,
    /// The file, when `source` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRef>,
}

impl Default for DataSpec {
    fn default() -> Self {
        Self {
            source: DataSource::Clusters,
            n_samples: 400,
            noise: 0.2,
            balance: 0.5,
            validation_fraction: 0.25,
            test_fraction: 0.25,
            standardise: true,
            target: String::new(),
            features: Vec::new(),
            file: None,
        }
    }
}

/// Initial weights and biases of one node that were set by hand, by their place in the tensor.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NodeWeights {
    /// Weights, by index in row-major order.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub weight: SortedMap<usize, f32>,
    /// Biases, by index.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub bias: SortedMap<usize, f32>,
}

/// Everything that is needed to repeat a run. The same experiment gives the same data, split,
/// initial weights and order of batches on both engines and on every machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Data set.
    pub data: DataSpec,
    /// Network.
    pub network: NetworkSpec,
    /// Loss, optimizer, schedule, batches.
    pub training: TrainingSpec,
    /// Initial weights that were set by hand, by node; all others are drawn.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub weights: SortedMap<String, NodeWeights>,
    /// What was changed while the run went on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<LiveChange>,
    /// Seed of everything that is drawn at random.
    pub seed: u32,
    /// Which engine trains.
    pub engine: EngineChoice,
}
