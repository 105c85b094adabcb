//! Histograms of the weights of each layer and of their gradients.

use petri_protocol::{Experiment, Probe};

use super::{Column, ViewCard};
use crate::drawing::histogram::{Histogram, around_zero};
use crate::state::probes::ProbeAnswer;

/// Bins of a histogram.
const BINS: usize = 31;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "histograms",
    title: "Weights and gradients",
    help: "How the weights of each layer and their gradients are distributed.",
    column: Column::Middle,
    order: 1300,
    fits: |_, _| true,
    opens: |_| false,
    asks: |asking| {
        let nodes = with_weights(asking.experiment);
        if nodes.is_empty() {
            return vec![];
        }
        vec![Probe::Weights { nodes: nodes.clone() }, Probe::Gradients { nodes }]
    },
};

/// Names of the nodes that have weights.
pub fn with_weights(experiment: &Experiment) -> Vec<String> {
    experiment.network.nodes.iter().filter(|n| n.op.has_parameters()).map(|n| n.name.clone()).collect()
}

/// A histogram of the weights (or their gradients) of each layer in an answer, with the layer's name.
pub fn of_weights(answer: &ProbeAnswer) -> Vec<(String, Histogram)> {
    let weights = answer.parts.iter().enumerate().filter(|(_, p)| p.name.ends_with(".weight") && !p.is_empty());
    weights.map(|(i, p)| (p.name.trim_end_matches(".weight").to_owned(), around_zero(answer.part(i), BINS))).collect()
}
