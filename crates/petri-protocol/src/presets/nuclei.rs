//! A small network on the Wisconsin table of cell nuclei: benign or malignant.

use super::card::PresetCard;
use crate::op::{Relu, Sigmoid};
use crate::{DataSource, DataSpec, EngineChoice, Experiment, LossSpec, NetworkSpec, OpSpec, SortedMap, TrainingSpec};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "nuclei",
    title: "Cell nuclei: benign or malignant",
    summary: "Thirty measurements of the nuclei in a sample, and the diagnosis (Wisconsin breast-cancer table).",
    experiment,
};

fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: DataSource::Wdbc, ..DataSpec::default() },
        network: NetworkSpec::chain([OpSpec::dense(16), Relu.into(), OpSpec::dense(1), Sigmoid.into()]),
        training: TrainingSpec {
            loss: LossSpec::BinaryCrossEntropy,
            learning_rate: 0.005,
            batch_size: 32,
            epochs: 40,
            ..TrainingSpec::default()
        },
        weights: SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
