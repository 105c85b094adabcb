//! Where each parameter lies in the flat vectors of the CPU engine.

use std::ops::Range;

use petri_protocol::TensorPart;

use crate::plan::Plan;

/// One parameter.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Index of its node.
    pub(super) node: usize,
    /// Weight or bias.
    pub(super) part: TensorPart,
    /// `conv1.weight`
    pub(super) name: String,
    /// Its shape.
    pub(super) shape: Vec<usize>,
    /// Where its values are.
    pub(super) range: Range<usize>,
    /// Factor on the learning rate; 0 freezes it.
    pub(super) rate: f64,
    /// The loss depends on it.
    pub(super) counts: bool,
}

impl Parameter {
    /// Whether training changes it.
    pub(super) fn learns(&self) -> bool {
        self.counts && self.rate > 0.0
    }
}

/// All parameters in the order weight, bias, weight …
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) parameters: Vec<Parameter>,
    /// Number of values.
    pub(super) len: usize,
    /// By node: where its weight and its bias are; empty without one.
    ranges: Vec<[Range<usize>; 2]>,
    /// By node: the loss depends on it.
    pub(super) counts: Vec<bool>,
    /// By node: it or one before it learns, so that a training step needs the gradient by its output.
    pub(super) leads_to_learning: Vec<bool>,
}

impl Layout {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut counts = vec![false; plan.nodes.len()];
        if let Some(logits) = plan.logits {
            counts[logits] = true;
        }
        for (idx, node) in plan.nodes.iter().enumerate().rev() {
            if counts[idx] {
                node.inputs.iter().flatten().for_each(|input| counts[*input] = true);
            }
        }
        let mut layout = Self { parameters: Vec::new(), len: 0, ranges: Vec::new(), counts, leads_to_learning: Vec::new() };
        for (idx, node) in plan.nodes.iter().enumerate() {
            let mut ranges = [0..0, 0..0];
            if let Some(parameters) = &node.parameters {
                ranges[0] = layout.push(idx, node, TensorPart::Weight, parameters.weight.clone());
                if parameters.n_biases > 0 {
                    ranges[1] = layout.push(idx, node, TensorPart::Bias, vec![parameters.n_biases]);
                }
            }
            layout.ranges.push(ranges);
            let own = node.parameters.is_some() && node.rate > 0.0;
            let before = node.inputs.iter().flatten().any(|input| layout.leads_to_learning[*input]);
            layout.leads_to_learning.push(own || before);
        }
        layout
    }

    fn push(&mut self, idx: usize, node: &crate::plan::PlanNode, part: TensorPart, shape: Vec<usize>) -> Range<usize> {
        let range = self.len..self.len + shape.iter().product::<usize>();
        let what = if part == TensorPart::Weight { "weight" } else { "bias" };
        self.len = range.end;
        self.parameters.push(Parameter {
            node: idx,
            part,
            name: format!("{}.{what}", node.name),
            shape,
            range: range.clone(),
            rate: node.rate,
            counts: self.counts[idx],
        });
        range
    }

    /// Where the weight and the bias of a node are; empty without one.
    pub(super) fn of_node(&self, node: usize) -> [Range<usize>; 2] {
        self.ranges[node].clone()
    }

    /// Where one value of a parameter is.
    pub(super) fn place(&self, node: usize, part: TensorPart, index: usize) -> Option<usize> {
        let [weight, bias] = self.ranges.get(node)?;
        let range = if part == TensorPart::Weight { weight } else { bias };
        (index < range.len()).then(|| range.start + index)
    }
}
