//! Back-propagation step by step: the numbers of one sample forward, the gradients back.

use petri_protocol::{Experiment, Probe};

use super::neurons::fits_drawing;
use super::parameters::{parameter, tensors};
use super::{Column, ViewCard};
use crate::state::probes::ProbeAnswer;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "backprop",
    title: "Back-propagation",
    help: "The numbers of one sample through the network, and the gradients back, layer by layer.",
    column: Column::Middle,
    order: 1200,
    fits: fits_drawing,
    opens: |_| false,
    asks: |asking| {
        let check = parameter(&tensors(asking.experiment, asking.info), asking.looking.checked);
        vec![Probe::Backprop { index: asking.looking.backprop, check }]
    },
};

/// One step of the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub title: String,
    /// What happens in it.
    pub explanation: String,
    /// Names and values.
    pub rows: Vec<(String, Vec<f32>)>,
    /// It belongs to the way back.
    pub is_back: bool,
}

/// All steps: forward through the layers, the loss, backward through the layers.
pub fn steps(answer: &ProbeAnswer, experiment: &Experiment, features: &[String]) -> Vec<Step> {
    let get = |name: String| answer.named(&name).unwrap_or_default().to_vec();
    let mut all = vec![Step {
        title: "The sample".into(),
        explanation: format!("Scaled inputs: {}.", features.join(", ")),
        rows: vec![("inputs".into(), get("input".into()))],
        is_back: false,
    }];
    for node in &experiment.network.nodes {
        let name = &node.name;
        let mut rows = vec![];
        if node.op.has_parameters() {
            rows.push(("weights".into(), get(format!("{name}.weight"))));
            rows.push(("biases".into(), get(format!("{name}.bias"))));
        }
        let explanation = node.op.card().forward;
        rows.push(("output".into(), get(format!("{name}.value"))));
        all.push(Step { title: format!("Forward: {name}"), explanation: explanation.into(), rows, is_back: false });
    }
    all.push(Step {
        title: "The loss".into(),
        explanation: "What came out is compared with what is true.".into(),
        rows: vec![("truth (scaled)".into(), get("target".into())), ("loss".into(), get("loss".into()))],
        is_back: false,
    });
    for node in experiment.network.nodes.iter().rev() {
        let name = &node.name;
        let Some(gradient) = answer.named(&format!("{name}.gradient")) else { continue };
        let mut rows = vec![("gradient by the output".into(), gradient.to_vec())];
        if node.op.has_parameters() {
            rows.push(("gradient by the weights".into(), get(format!("{name}.weight.gradient"))));
            rows.push(("gradient by the biases".into(), get(format!("{name}.bias.gradient"))));
        }
        let explanation = node.op.card().backward;
        all.push(Step { title: format!("Back: {name}"), explanation: explanation.into(), rows, is_back: true });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::presets;

    #[test]
    fn the_way_goes_forward_and_back() {
        let experiment = (presets::one_neuron::CARD.experiment)();
        let part = |name: &str| PayloadPart { name: name.into(), shape: vec![1] };
        let parts = ["input", "dense1.value", "dense1.gradient", "sigmoid1.gradient"].map(part).to_vec();
        let answer = ProbeAnswer { parts, values: vec![0.5, 0.6, 0.7, 0.8], ..ProbeAnswer::default() };
        let steps = steps(&answer, &experiment, &["x1".into()]);
        let titles: Vec<&str> = steps.iter().map(|s| s.title.as_str()).collect();
        let forward = ["The sample", "Forward: dense1", "Forward: sigmoid1", "The loss"];
        assert_eq!(titles[..4], forward);
        assert_eq!(titles[4..], ["Back: sigmoid1", "Back: dense1"]);
        assert!(steps[4].is_back && !steps[3].is_back);
        assert_eq!(super::steps(&ProbeAnswer::default(), &experiment, &[]).len(), 4, "an empty answer has no way back");
    }
}
