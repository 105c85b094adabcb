//! A small multi-layer perceptron, 2-32-16-2, on spirals.

use super::card::PresetCard;
use crate::op::Tanh;
use crate::{DataSource, DataSpec, EngineChoice, Experiment, NetworkSpec, OpSpec, TrainingSpec};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "mlp",
    title: "A small network on spirals",
    summary: "Two hidden layers bend the boundary around two spiral arms.",
    experiment,
};

/// 2-32-16-2 with tanh.
pub fn network() -> NetworkSpec {
    NetworkSpec::chain([OpSpec::dense(32), Tanh.into(), OpSpec::dense(16), Tanh.into(), OpSpec::dense(2)])
}

fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: DataSource::Spirals, n_samples: 600, noise: 0.1, ..DataSpec::default() },
        network: network(),
        training: TrainingSpec { learning_rate: 0.01, batch_size: 64, epochs: 200, ..TrainingSpec::default() },
        weights: crate::SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
