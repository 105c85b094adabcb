//! A small convolutional network for MedMNIST images of 28×28 pixels.

use super::card::PresetCard;
use crate::op::{BatchNorm, Dense, Flatten, MaxPool, Relu};
use crate::{
    ClassWeights, DataInfo, DataSource, DataSpec, EngineChoice, Experiment, Init, NetworkSpec, OpSpec, Padding, SplitSizes, Task,
    TensorShape, TrainingSpec,
};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "cnn",
    title: "A small CNN on MedMNIST",
    summary: "Two convolutions find edges and textures in the images of a MedMNIST file that you drop on the page.",
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

/// Two classes, as PneumoniaMNIST and BreastMNIST have; the page adapts the last layer to the file.
fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: DataSource::File, ..DataSpec::default() },
        network: network(2),
        training: TrainingSpec { class_weights: ClassWeights::Balanced, epochs: 5, ..TrainingSpec::default() },
        weights: std::collections::BTreeMap::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}

/// The data set that the preset is made for, to validate it before a file is there.
pub fn example_info() -> DataInfo {
    DataInfo {
        title: "28×28 grey images of two classes".into(),
        source: String::new(),
        input: TensorShape::image(1, 28, 28),
        task: Task::MultiClass,
        classes: vec!["0".into(), "1".into()],
        features: vec![],
        target: String::new(),
        sizes: SplitSizes { train: 1, validation: 1, test: 1 },
        class_counts: vec![1, 1],
        notes: vec![],
    }
}
