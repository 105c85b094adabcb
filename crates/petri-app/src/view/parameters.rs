//! The trainable numbers of a small network, chosen in two steps: a tensor, then a number within it.

use petri_protocol::{DataInfo, Experiment, ParameterRef, TensorPart};

/// The weights or the biases of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Name of its node.
    pub node: String,
    /// Weights or biases.
    pub part: TensorPart,
    /// Numbers in it, at least one.
    pub len: usize,
    /// Neurons of the layer, at least one.
    pub units: usize,
    /// Names of what it reads, where it reads the features themselves.
    pub inputs: Vec<String>,
}

/// A number: which of the tensors, and which place within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pick {
    /// Place among the tensors.
    pub tensor: usize,
    /// Place within the tensor, in row-major order.
    pub index: usize,
}

impl Tensor {
    /// Name for people.
    pub fn title(&self) -> String {
        format!("{}: {}", self.node, if self.part == TensorPart::Weight { "weights" } else { "biases" })
    }

    /// Name of one of its numbers, without the layer.
    pub fn place(&self, index: usize) -> String {
        match self.part {
            TensorPart::Weight => {
                let (from, to) = (index / self.units, index % self.units + 1);
                let from = self.inputs.get(from).cloned().unwrap_or_else(|| format!("input {}", from + 1));
                format!("weight from {from} to neuron {to}")
            }
            TensorPart::Bias => format!("bias of neuron {}", index + 1),
        }
    }

    /// One of its numbers.
    pub fn parameter(&self, index: usize) -> ParameterRef {
        ParameterRef { node: self.node.clone(), part: self.part, index }
    }
}

/// All weights and biases of the dense layers, in order.
pub fn tensors(experiment: &Experiment, info: &DataInfo) -> Vec<Tensor> {
    let mut all = Vec::new();
    let Ok(shape) = experiment.network.infer(info.input) else { return all };
    for (node, node_shape) in experiment.network.nodes.iter().zip(&shape.nodes) {
        let Some(units) = node.op.units() else { continue };
        let n_bias = node.op.n_biases(&node_shape.input_shapes);
        let n_weight = node_shape.n_parameters.saturating_sub(n_bias);
        let reads_features = matches!(node_shape.inputs[..], [None]);
        for (part, len) in [(TensorPart::Weight, n_weight), (TensorPart::Bias, n_bias)] {
            if len > 0 {
                let inputs = if reads_features { info.feature_names() } else { vec![] };
                all.push(Tensor { node: node.name.clone(), part, len, units: units.max(1), inputs });
            }
        }
    }
    all
}

/// The choice as far as the network still has it: a tensor that is gone becomes the first one, a place
/// that is gone the first place. `None` for a network without such numbers.
pub fn settle(tensors: &[Tensor], pick: Pick) -> Option<Pick> {
    match tensors.get(pick.tensor) {
        Some(tensor) if pick.index < tensor.len => Some(pick),
        Some(_) => Some(Pick { index: 0, ..pick }),
        None => (!tensors.is_empty()).then(Pick::default),
    }
}

/// The number that is chosen.
pub fn parameter(tensors: &[Tensor], pick: Pick) -> Option<ParameterRef> {
    let pick = settle(tensors, pick)?;
    tensors.get(pick.tensor).map(|t| t.parameter(pick.index))
}

/// Two different numbers as near to the choice as the network has them.
pub fn settle_pair(tensors: &[Tensor], [a, b]: [Pick; 2]) -> Option<[Pick; 2]> {
    let (a, b) = (settle(tensors, a)?, settle(tensors, b)?);
    if a != b {
        return Some([a, b]);
    }
    let others = (0..tensors.len()).flat_map(|tensor| (0..tensors[tensor].len.min(2)).map(move |index| Pick { tensor, index }));
    others.into_iter().find(|other| *other != a).map(|other| [a, other])
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::{notation, presets};

    fn of(preset: &str, network: Option<&str>) -> Vec<Tensor> {
        let mut experiment = (presets::find(preset).expect("a preset").experiment)();
        if let Some(text) = network {
            experiment.network = notation::parse(text).expect("a network");
        }
        let info = experiment.data.generated_info().expect("known");
        tensors(&experiment, &info)
    }

    #[test]
    fn parameters_have_names() {
        let all = of("one-neuron", None);
        let names: Vec<String> = all.iter().flat_map(|t| (0..t.len).map(|i| format!("{} {}", t.title(), t.place(i)))).collect();
        let weights = ["dense1: weights weight from x1 to neuron 1", "dense1: weights weight from x2 to neuron 1"];
        assert_eq!(names, [weights[0], weights[1], "dense1: biases bias of neuron 1"]);
        let house = of("house-price", Some("dense(2)-relu-dense(1)"));
        assert_eq!(house[0].place(3), "weight from bedrooms to neuron 2");
        assert_eq!(house[2].place(1), "weight from input 2 to neuron 1");
    }

    #[test]
    fn a_large_network_has_few_choices() {
        let all = of("mlp", Some("dense(512)-relu-dense(512)-relu-dense(2)"));
        assert_eq!(all.iter().map(|t| t.len).sum::<usize>(), 2 * 512 + 512 + 512 * 512 + 512 + 512 * 2 + 2);
        assert_eq!(all.len(), 6, "one choice for each tensor, and a number");
    }

    #[test]
    fn a_choice_survives_a_smaller_network() {
        let large = of("mlp", Some("dense(8)-tanh-dense(2)"));
        let pick = Pick { tensor: 2, index: 15 };
        assert_eq!(settle(&large, pick), Some(pick));
        let small = of("mlp", Some("dense(2)"));
        assert_eq!(settle(&small, pick), Some(Pick { tensor: 0, index: 0 }));
        assert_eq!(settle(&small, Pick { tensor: 1, index: 9 }), Some(Pick { tensor: 1, index: 0 }));
        let pair = settle_pair(&small, [pick, Pick { tensor: 3, index: 7 }]).expect("two");
        assert_ne!(pair[0], pair[1], "the map has two directions");
        assert_eq!(settle(&[], pick), None);
        let only = [Tensor { node: "a".into(), part: TensorPart::Weight, len: 1, units: 1, inputs: vec![] }];
        assert_eq!(settle_pair(&only, [pick, pick]), None, "one number makes no map");
    }
}
