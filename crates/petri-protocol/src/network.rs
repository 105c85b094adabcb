//! The network as a small graph: nodes in topological order, each with a name and its inputs.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{LossSpec, OpSpec, Problem, TensorShape, size};

/// Name that stands for the sample itself among the inputs of a node.
pub const INPUT: &str = "input";
/// Largest number of nodes that a network may have.
pub const MAX_NODES: usize = 400;

/// One node of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// Unique name: lower-case letters, digits and `_`.
    pub name: String,
    /// Names of the nodes that feed it. Empty means the node before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// What it does.
    pub op: OpSpec,
    /// Factor on the learning rate; 0 freezes the node: nothing of it changes, running statistics included.
    #[serde(default = "full_rate", skip_serializing_if = "is_full_rate")]
    pub rate: f64,
}

/// Largest factor on the learning rate of a node.
const MAX_RATE: f64 = 1000.0;

fn full_rate() -> f64 {
    1.0
}

fn is_full_rate(rate: &f64) -> bool {
    *rate == 1.0
}

impl NodeSpec {
    /// A node with the full learning rate that reads the node before it.
    pub fn new(name: String, op: OpSpec) -> Self {
        Self { name, inputs: Vec::new(), op, rate: full_rate() }
    }

    /// True when nothing of it changes while training.
    pub fn is_frozen(&self) -> bool {
        self.rate == 0.0
    }

    /// What is wrong with its factor on the learning rate.
    fn rate_problem(&self) -> Option<String> {
        if !(0.0..=MAX_RATE).contains(&self.rate) {
            return Some(format!("factor on the learning rate must be between 0 and {MAX_RATE}, is {}", self.rate));
        }
        let is_useless = !is_full_rate(&self.rate) && !self.op.has_parameters();
        is_useless.then(|| "has no weights that a factor on the learning rate could change".to_owned())
    }
}

/// A network: a graph whose last node is the output.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// Nodes in topological order.
    pub nodes: Vec<NodeSpec>,
}

/// What shape inference finds out about one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeShape {
    /// Indices of its inputs; `None` is the sample itself.
    pub inputs: Vec<Option<usize>>,
    /// Shapes of its inputs, in the same order.
    pub input_shapes: Vec<TensorShape>,
    /// Shape of its output.
    pub output: TensorShape,
    /// Number of trainable values.
    pub n_parameters: usize,
    /// Floating-point operations of the forward pass for one sample.
    pub flops: u64,
    /// Values that a training step keeps for one sample until the backward pass.
    pub n_kept: usize,
}

/// The shapes of all nodes of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkShape {
    /// Shape of a sample.
    pub input: TensorShape,
    /// One entry for each node.
    pub nodes: Vec<NodeShape>,
}

impl NetworkShape {
    /// Shape of the output of the network.
    pub fn output(&self) -> TensorShape {
        self.nodes.last().map_or(self.input, |n| n.output)
    }

    /// The node whose output the loss reads; `None` is the sample. A function that the loss contains (`is_shown`) is
    /// for display: the loss reads what comes before it.
    pub fn read_by_loss(&self, is_shown: bool) -> Option<usize> {
        let last = self.nodes.len().checked_sub(1)?;
        if is_shown { self.nodes[last].inputs.first().copied().flatten() } else { Some(last) }
    }

    /// A node and all nodes that it depends on.
    pub fn before(&self, node: Option<usize>) -> Vec<usize> {
        let mut found: Vec<usize> = node.into_iter().collect();
        let mut at = 0;
        while let Some(&node) = found.get(at) {
            for input in self.nodes[node].inputs.iter().flatten() {
                if !found.contains(input) {
                    found.push(*input);
                }
            }
            at += 1;
        }
        found
    }

    /// Number of trainable values; at most [`size::MAX`].
    pub fn n_parameters(&self) -> usize {
        self.nodes.iter().fold(0, |all, n| size::capped_sum(&[all, n.n_parameters]))
    }

    /// Floating-point operations of the forward pass for one sample.
    pub fn flops(&self) -> u64 {
        self.nodes.iter().fold(0, |all, n| all.saturating_add(n.flops))
    }
}

impl NetworkSpec {
    /// A chain of operations with default names.
    pub fn chain(ops: impl IntoIterator<Item = OpSpec>) -> Self {
        let mut network = Self::default();
        for op in ops {
            network.push(op);
        }
        network
    }

    /// Adds a node after the last one and returns its name.
    pub fn push(&mut self, op: OpSpec) -> String {
        self.push_from(op, Vec::new())
    }

    /// Adds a node with the named inputs and returns its name.
    pub fn push_from(&mut self, op: OpSpec, inputs: Vec<String>) -> String {
        let name = self.default_name(self.nodes.len(), &op);
        self.nodes.push(NodeSpec { inputs, ..NodeSpec::new(name.clone(), op) });
        name
    }

    /// The name that a node of this kind gets at position `idx`: the word and a running number.
    pub fn default_name(&self, idx: usize, op: &OpSpec) -> String {
        let word = op.word();
        let before = &self.nodes[..idx.min(self.nodes.len())];
        let mut n = before.iter().filter(|node| node.op.word() == word).count() + 1;
        loop {
            let name = format!("{word}{n}");
            if before.iter().all(|node| node.name != name) {
                return name;
            }
            n += 1;
        }
    }

    /// The node named `name`.
    pub fn node(&self, name: &str) -> Option<&NodeSpec> {
        self.nodes.iter().find(|n| n.name == name)
    }

    /// Names of the convolutions, whose filters and feature maps are drawn.
    pub fn convolutions(&self) -> Vec<String> {
        self.nodes.iter().filter(|n| n.op.is_convolution()).map(|n| n.name.clone()).collect()
    }

    /// The loss that the last node is a part of (sigmoid, softmax): that loss reads the node before.
    pub fn loss_of_last(&self) -> Option<LossSpec> {
        self.nodes.last()?.op.operation().part_of_loss()
    }

    /// Inputs, shapes, parameters and FLOPs of every node for samples of shape `input`.
    ///
    /// # Errors
    ///
    /// Every problem that can be found, each with its node. A node whose input has a problem is
    /// not reported again.
    pub fn infer(&self, input: TensorShape) -> Result<NetworkShape, Vec<Problem>> {
        let (shapes, problems) = self.infer_each(input);
        if problems.is_empty() {
            Ok(NetworkShape { input, nodes: shapes.into_iter().flatten().collect() })
        } else {
            Err(problems)
        }
    }

    /// Like [`Self::infer`], with the shapes that could be inferred beside the problems.
    pub fn infer_each(&self, input: TensorShape) -> (Vec<Option<NodeShape>>, Vec<Problem>) {
        let mut problems = Vec::new();
        if self.nodes.is_empty() {
            problems.push(Problem::new("network", "has no layer: add at least one"));
        }
        if self.nodes.len() > MAX_NODES {
            problems.push(Problem::new("network", format!("has {} layers, at most {MAX_NODES} are possible", self.nodes.len())));
            return (vec![None; self.nodes.len()], problems);
        }
        let mut index: HashMap<&str, usize> = HashMap::new();
        let mut shapes: Vec<Option<NodeShape>> = Vec::with_capacity(self.nodes.len());
        for (idx, node) in self.nodes.iter().enumerate() {
            let mut report = |message: String| problems.push(Problem::node(&node.name, message));
            if !is_name(&node.name) {
                report("needs a name of lower-case letters, digits and _".into());
            }
            if index.insert(&node.name, idx).is_some() {
                report("has the name of another layer".into());
            }
            if let Some(message) = node.rate_problem() {
                report(message);
            }
            match self.resolve_inputs(idx, node, &index) {
                Err(message) => {
                    report(message);
                    shapes.push(None);
                }
                Ok(inputs) => {
                    let input_shapes: Option<Vec<TensorShape>> =
                        inputs.iter().map(|i| i.map_or(Some(input), |i| shapes[i].as_ref().map(|s| s.output))).collect();
                    let inferred = input_shapes.and_then(|input_shapes| match node.op.infer(&input_shapes) {
                        Ok(output) => Some(NodeShape {
                            n_parameters: node.op.n_parameters(&input_shapes),
                            flops: node.op.flops(&input_shapes, output),
                            n_kept: node.op.operation().n_kept(&input_shapes, output),
                            inputs,
                            input_shapes,
                            output,
                        }),
                        Err(message) => {
                            report(message);
                            None
                        }
                    });
                    shapes.push(inferred);
                }
            }
        }
        (shapes, problems)
    }

    fn resolve_inputs(&self, idx: usize, node: &NodeSpec, index: &HashMap<&str, usize>) -> Result<Vec<Option<usize>>, String> {
        if node.inputs.is_empty() {
            return Ok(vec![idx.checked_sub(1)]);
        }
        node.inputs
            .iter()
            .map(|name| match index.get(name.as_str()) {
                _ if name == INPUT => Ok(None),
                Some(&i) if i < idx => Ok(Some(i)),
                _ => Err(format!("takes its input from \"{name}\", which is no layer before it")),
            })
            .collect()
    }
}

/// True for lower-case letters, digits and `_`, at most 40 of them, and not the reserved `input`.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 40
        && name != INPUT
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Add, Concat, Dropout, Flatten};
    use crate::{Init, Padding, presets};

    #[test]
    fn cnn_has_the_shapes_and_counts_of_pytorch() {
        // torch: Conv2d(1,16,3,padding=1), MaxPool2d(2), Conv2d(16,32,3,padding=1), BatchNorm2d(32),
        // MaxPool2d(2), Linear(1568,64), Linear(64,9): 160 + 4640 + 64 + 100416 + 585 parameters.
        let shape = presets::cnn::network(9).infer(TensorShape::image(1, 28, 28)).expect("a valid network");
        assert_eq!(shape.n_parameters(), 160 + 4640 + 64 + 100_416 + 585);
        assert_eq!(shape.output(), TensorShape::Features(9));
    }

    #[test]
    fn every_problem_is_reported_with_its_node() {
        let network =
            NetworkSpec::chain([OpSpec::conv(8, 4, Padding::Same, Init::He), Flatten.into(), Dropout { rate: 1.5 }.into()]);
        let problems = network.infer(TensorShape::image(1, 8, 8)).expect_err("even kernel");
        assert_eq!(problems.len(), 1, "nodes behind a problem are not reported again: {problems:?}");
        assert_eq!(problems[0].field, "network.conv1");
    }

    #[test]
    fn skip_connections_concatenate_and_add() {
        let mut network = NetworkSpec::default();
        let a = network.push(OpSpec::conv(4, 3, Padding::Same, Init::He));
        let b = network.push(OpSpec::conv(4, 3, Padding::Same, Init::He));
        network.push_from(Add.into(), vec![a.clone(), b.clone()]);
        network.push_from(Concat.into(), vec![a, b]);
        let shape = network.infer(TensorShape::image(3, 8, 8)).expect("valid");
        assert_eq!(shape.output(), TensorShape::image(8, 8, 8));
        network.push_from(Add.into(), vec!["add1".into(), "concat1".into()]);
        assert!(network.infer(TensorShape::image(3, 8, 8)).is_err());
    }

    #[test]
    fn only_nodes_with_weights_have_a_learning_rate_of_their_own() {
        let problems = |text: &str| {
            let network = crate::notation::parse(text).expect("notation");
            network.infer(TensorShape::Features(2)).map_or_else(|all| all.len(), |_| 0)
        };
        assert_eq!(problems("dense(4)~0.1-tanh-dense(2)~frozen"), 0);
        assert_eq!(problems("dense(4)-tanh~0.1-dense(2)"), 1);
        assert_eq!(problems("dense(4)~1e9-tanh-dense(2)~1001"), 2);
        assert!(crate::notation::parse("dense(4)~NaN").is_err(), "no number");
    }

    #[test]
    fn inputs_must_come_before_their_node() {
        let mut network = NetworkSpec::default();
        network.push_from(Flatten.into(), vec!["later".into()]);
        assert!(network.infer(TensorShape::Features(2)).is_err());
    }
}
