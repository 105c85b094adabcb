//! Filters and feature maps of every convolution.

use petri_protocol::{Probe, Split};

use super::{Column, ViewCard};
use crate::drawing::picture::{Picture, Scale, tiles};
use crate::state::probes::ProbeAnswer;

/// Tiles in a row.
const COLUMNS: usize = 8;
/// Most filters of a layer that are drawn.
const MAX_FILTERS: usize = 64;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "feature-maps",
    title: "Feature maps",
    help: "The filters of each convolution and what they find in one image.",
    column: Column::Middle,
    order: 300,
    fits: |experiment, _| !experiment.network.convolutions().is_empty(),
    opens: |info| info.input.area() > 1,
    asks: |asking| {
        let nodes = asking.experiment.network.convolutions();
        vec![
            Probe::FeatureMaps { nodes: nodes.clone(), split: Split::Validation, index: asking.looking.sample },
            Probe::Weights { nodes },
        ]
    },
};

/// The maps of one node; nothing where the answer has none or they are empty.
pub fn map_tiles(answer: &ProbeAnswer, name: &str) -> Option<Picture> {
    let idx = answer.parts.iter().position(|p| p.name == name && !p.is_empty())?;
    let [n, height, width] = answer.parts[idx].shape[..] else { return None };
    Some(tiles(answer.part(idx), n, height, width, COLUMNS, Scale::Magnitude))
}

/// The first input channel of each filter: all of them would be a wall of noise.
pub fn filter_tiles(answer: &ProbeAnswer, name: &str) -> Option<Picture> {
    let name = format!("{name}.weight");
    let idx = answer.parts.iter().position(|p| p.name == name && !p.is_empty())?;
    let [out, channels, height, width] = answer.parts[idx].shape[..] else { return None };
    let area = height * width;
    let first: Vec<f32> =
        answer.part(idx).chunks_exact(channels * area).take(MAX_FILTERS).flat_map(|f| f[..area].to_vec()).collect();
    Some(tiles(&first, out.min(MAX_FILTERS), height, width, COLUMNS, Scale::Signed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;

    #[test]
    fn empty_and_odd_answers_have_no_picture() {
        let answer = |shape: Vec<usize>, n: usize| ProbeAnswer {
            parts: vec![PayloadPart { name: "conv1.weight".into(), shape }],
            values: vec![0.5; n],
            ..ProbeAnswer::default()
        };
        assert!(filter_tiles(&answer(vec![4, 0, 3, 3], 0), "conv1").is_none());
        assert!(filter_tiles(&answer(vec![4, 9], 36), "conv1").is_none());
        assert!(filter_tiles(&answer(vec![4, 2, 3, 3], 72), "other").is_none());
        let picture = filter_tiles(&answer(vec![4, 2, 3, 3], 72), "conv1").expect("four filters");
        assert_eq!((picture.width, picture.height), (4 * 4 - 1, 3));
        assert!(filter_tiles(&answer(vec![4, 2, 3, 3], 5), "conv1").is_some(), "fewer values than announced");
    }
}
