//! Settings of the whole experiment: the network as one line, the seed, the engine.

use serde::{Deserialize, Serialize};

use crate::setting::card::{Card, Choice, Kind, Panel};
use crate::setting::range::Range;

/// Which engine trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The faster one, by a short calibration.
    #[default]
    Auto,
    /// The processor, in WebAssembly.
    Cpu,
    /// The graphics card, through WebGPU.
    Gpu,
}

const ENGINES: &[Choice] = &[
    Choice::new("auto", "Auto: the faster one", "Decides by the size of the network, and by measuring both."),
    Choice::new("cpu", "CPU (WebAssembly)", "The processor: best for small networks."),
    Choice::new("gpu", "GPU (WebGPU)", "The graphics card: best for images and large networks."),
];

/// The cards.
pub const CARDS: &[Card] = &[
    Card::new("network", "Network", Kind::Network, Panel::Network, 10).help(
        "The layers, one behind the other. As text: dense(4) is a layer of four neurons, relu an activation function, \
         and - goes on to the next layer.",
    ),
    Card::new("seed", "Seed", Kind::Whole(Range::between(0.0, u32::MAX as f64)), Panel::Training, 900)
        .help("The number that all chance comes from: samples, first weights, order. The same seed gives the same run again."),
    Card::new("engine", "Engine", Kind::Choice(|| ENGINES), Panel::Training, 910)
        .help("The part of your computer that trains. Both engines give the same results."),
];
