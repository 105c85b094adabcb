//! A tiny U-Net with 8, 8 and 16 filters that segments drawn cells.

use super::card::PresetCard;
use crate::network::INPUT;
use crate::op::{Concat, MaxPool, Relu, Upsample};
use crate::{DataSource, DataSpec, EngineChoice, Experiment, Init, NetworkSpec, OpSpec, Padding, TrainingSpec, UpsampleMode};

/// Card of this preset.
pub const CARD: PresetCard = PresetCard {
    id: "unet-mini",
    title: "A tiny U-Net on drawn cells",
    summary: "Every pixel is a question: cell or background? Skip connections bring the sharp edges back.",
    experiment,
};

fn conv_relu(network: &mut NetworkSpec, filters: usize, inputs: Vec<String>) -> String {
    network.push_from(OpSpec::conv(filters, 3, Padding::Same, Init::He), inputs);
    network.push(Relu.into())
}

/// Down 8, down 8, bottom 16, up 8, up 8, one 1×1 convolution to two classes (Ronneberger et al. 2015,
/// with nearest upsampling instead of transposed convolution).
pub fn network() -> NetworkSpec {
    let mut network = NetworkSpec::default();
    let down1 = conv_relu(&mut network, 8, vec![INPUT.into()]);
    network.push(MaxPool::new(2).into());
    let down2 = conv_relu(&mut network, 8, vec![]);
    network.push(MaxPool::new(2).into());
    conv_relu(&mut network, 16, vec![]);
    for (filters, skip) in [(8, down2), (8, down1)] {
        let up = network.push(Upsample { factor: 2, mode: UpsampleMode::Nearest }.into());
        let joined = network.push_from(Concat.into(), vec![up, skip]);
        conv_relu(&mut network, filters, vec![joined]);
    }
    network.push(OpSpec::conv(2, 1, Padding::Valid, Init::Glorot));
    network
}

fn experiment() -> Experiment {
    Experiment {
        data: DataSpec { source: DataSource::Cells, n_samples: 128, noise: 0.3, standardise: true, ..DataSpec::default() },
        network: network(),
        training: TrainingSpec { learning_rate: 0.003, batch_size: 4, epochs: 20, ..TrainingSpec::default() },
        weights: crate::SortedMap::new(),
        journal: Vec::new(),
        seed: 1,
        engine: EngineChoice::Auto,
    }
}
