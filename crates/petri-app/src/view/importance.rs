//! Permutation importance of the features.

use petri_protocol::{DataInfo, Probe, Split, Task, TensorShape, order};

use super::neurons::MAX_INPUTS_AT_FIRST;
use super::{Column, ViewCard};
use crate::state::probes::ProbeAnswer;

/// Features that are shown: the most important ones.
const MAX_SHOWN: usize = 15;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "importance",
    title: "Importance of features",
    help: "How much worse the answers become when one feature is shuffled.",
    column: Column::Middle,
    order: 1400,
    fits: |_, info| matches!(info.input, TensorShape::Features(_)),
    opens: |info| matches!(info.input, TensorShape::Features(n) if n > MAX_INPUTS_AT_FIRST) && info.task != Task::MultiClass,
    asks: |asking| {
        if asking.is_idle { vec![Probe::Importance { split: Split::Validation }] } else { vec![] }
    },
};

/// The most important features with their values, and the largest value. Nothing when the answer is of other
/// data than these: names and values would not belong together.
pub fn rows(info: &DataInfo, answer: &ProbeAnswer) -> Vec<(String, f32)> {
    let names = info.feature_names();
    let values = answer.part(0);
    if names.len() != values.len() {
        return Vec::new();
    }
    let mut rows: Vec<(String, f32)> = names.into_iter().zip(values.iter().copied()).collect();
    order::sort_by(&mut rows, |a, b| b.1.total_cmp(&a.1));
    rows.truncate(MAX_SHOWN);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::presets;

    #[test]
    fn values_of_other_data_get_no_names() {
        let experiment = (presets::find("house-price").expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let answer = |values: Vec<f32>| ProbeAnswer {
            parts: vec![PayloadPart { name: "importance".into(), shape: vec![values.len()] }],
            values,
            ..ProbeAnswer::default()
        };
        let rows = rows(&info, &answer(vec![0.1, 0.4, 0.2, 0.3]));
        assert_eq!((rows[0].0.as_str(), rows[0].1), (info.features[1].as_str(), 0.4));
        assert!(super::rows(&info, &answer(vec![0.1; 30])).is_empty());
    }
}
