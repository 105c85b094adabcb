//! The realtor's network: four named features of a house, three hidden neurons, one price.

use super::card::PresetCard;
use crate::op::Relu;
use crate::{DataSource, DataSpec, EngineChoice, Experiment, LossSpec, NetworkSpec, OpSpec, SortedMap, TrainingSpec};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "house-price",
    title: "House prices",
    summary: "Area, bedrooms, postcode and schools to a price, through three hidden neurons.",
    experiment,
};

/// Every feature feeds every hidden neuron.
pub fn dense() -> NetworkSpec {
    NetworkSpec::chain([OpSpec::dense(3), Relu.into(), OpSpec::dense(1)])
}

fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: DataSource::HousePrice, n_samples: 400, noise: 0.2, ..DataSpec::default() },
        network: dense(),
        training: TrainingSpec {
            loss: LossSpec::MeanSquaredError,
            learning_rate: 0.01,
            batch_size: 16,
            epochs: 100,
            ..TrainingSpec::default()
        },
        weights: SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
