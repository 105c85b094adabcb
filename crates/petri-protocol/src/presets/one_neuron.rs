//! One sigmoid neuron on two clusters: the smallest network that learns.

use super::card::PresetCard;
use crate::op::Sigmoid;
use crate::{DataSpec, EngineChoice, Experiment, LossSpec, NetworkSpec, OpSpec, TrainingSpec};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "one-neuron",
    title: "One neuron on two clusters",
    summary: "Two inputs, one sigmoid neuron: its decision line turns until it stands between the clusters.",
    experiment,
};

/// Weights are drawn at random, the bias starts at zero.
fn experiment() -> Experiment {
    Experiment {
        data: DataSpec::default(),
        network: NetworkSpec::chain([OpSpec::dense(1), Sigmoid.into()]),
        training: TrainingSpec {
            loss: LossSpec::BinaryCrossEntropy,
            learning_rate: 0.03,
            batch_size: 32,
            epochs: 100,
            ..TrainingSpec::default()
        },
        weights: crate::SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
