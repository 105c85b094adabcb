//! A small convolutional network for images of 28×28 pixels: drawn cells, and MedMNIST files.

use super::card::PresetCard;
use crate::op::{BatchNorm, Dense, Flatten, MaxPool, Relu};
use crate::{ClassWeights, DataSpec, EngineChoice, Experiment, Init, NetworkSpec, OpSpec, Padding, TrainingSpec};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "cnn",
    title: "A small CNN on images of cells",
    summary: "Two convolutions find edges and shapes: are the cells round or long? A MedMNIST file that you drop on the page takes the place of the drawn cells.",
    experiment,
};

/// conv 16, pool, conv 32, batch norm, pool, dense 64, dense `n_classes`.
pub fn network(n_classes: usize) -> NetworkSpec {
    NetworkSpec::chain([
        OpSpec::conv(16, 3, Padding::Same, Init::He),
        Relu.into(),
        MaxPool::new(2).into(),
        OpSpec::conv(32, 3, Padding::Same, Init::He),
        BatchNorm.into(),
        Relu.into(),
        MaxPool::new(2).into(),
        Flatten.into(),
        Dense { units: 64, init: Init::He, bias: true }.into(),
        Relu.into(),
        OpSpec::dense(n_classes),
    ])
}

/// Two classes, as PneumoniaMNIST and BreastMNIST have them too; the page adapts the last layer to a file.
fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: crate::source::cell_classes::CARD.source, n_samples: 2400, noise: 0.1, ..DataSpec::default() },
        network: network(2),
        training: TrainingSpec { class_weights: ClassWeights::Balanced, epochs: 5, ..TrainingSpec::default() },
        weights: crate::SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
