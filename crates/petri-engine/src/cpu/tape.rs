//! Outputs and gradients of all nodes for one batch. Made once for a batch size, and written again and again.

use petri_kernels::{Scratch, elementwise};

use super::layout::Layout;
use crate::op::kernel::{Backward, Inputs, Pass, Running, Saved};
use crate::op::kernel_of;
use crate::plan::{Plan, PlanNode};

/// How a pass is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Batch statistics and dropout; frozen nodes as in evaluation.
    Train,
    /// Running statistics, no dropout.
    Evaluate,
}

/// What the passes of a network read: its plan and its values.
pub(super) struct Values<'a> {
    pub(super) plan: &'a Plan,
    pub(super) layout: &'a Layout,
    /// All parameters.
    pub(super) parameters: &'a [f32],
}

/// One batch and how it is computed.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// Inputs, `[n, …]`.
    pub(super) batch: &'a [f32],
    /// Samples.
    pub(super) n: usize,
    pub(super) mode: Mode,
    /// By node: what dropout has drawn. May be empty.
    pub(super) drawn: &'a [Option<Vec<f32>>],
}

impl Step<'_> {
    /// Whether a node takes part in training: nothing of a frozen one changes.
    fn trains(&self, node: &PlanNode) -> bool {
        self.mode == Mode::Train && node.rate > 0.0
    }

    fn drawn(&self, node: usize) -> &[f32] {
        self.drawn.get(node).and_then(Option::as_deref).unwrap_or_default()
    }

    fn inputs<'a>(&'a self, node: &'a PlanNode, before: &'a [Vec<f32>]) -> Inputs<'a> {
        Inputs { n: self.n, batch: self.batch, before, nodes: &node.inputs, shapes: &node.input_shapes }
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Tape {
    /// Samples of the batch.
    n: usize,
    outputs: Vec<Vec<f32>>,
    gradients: Vec<Vec<f32>>,
    saved: Vec<Saved>,
    /// By node: its gradient has been written.
    is_written: Vec<bool>,
    /// Gradient for an output that another reader has written to already.
    spare: Vec<f32>,
    scratch: Scratch,
}

/// Grows a vector; what is in it does not matter.
fn grow(values: &mut Vec<f32>, n: usize) {
    if values.len() < n {
        values.resize(n, 0.0);
    }
}

impl Tape {
    /// Forward pass of the nodes before `end`.
    pub(super) fn forward(&mut self, values: &Values<'_>, running: &mut [Option<Running>], step: Step<'_>, end: usize) {
        let (nodes, n) = (&values.plan.nodes, step.n);
        self.n = n;
        self.outputs.resize_with(nodes.len(), Vec::new);
        self.saved.resize_with(nodes.len(), Saved::default);
        for (idx, node) in nodes[..end].iter().enumerate() {
            let (before, rest) = self.outputs.split_at_mut(idx);
            let output = &mut rest[0];
            let len = n * node.output.len();
            grow(output, len);
            let [weight, bias] = values.layout.of_node(idx);
            kernel_of(&node.op).forward(&mut Pass {
                inputs: step.inputs(node, before),
                shape: node.output,
                output: &mut output[..len],
                weight: &values.parameters[weight],
                bias: &values.parameters[bias],
                running: running[idx].as_mut(),
                drawn: step.drawn(idx),
                is_training: step.trains(node),
                saved: &mut self.saved[idx],
                scratch: &mut self.scratch,
            });
        }
    }

    /// Output of a node, or the batch.
    pub(super) fn output<'a>(&'a self, node: Option<usize>, plan: &Plan, batch: &'a [f32]) -> &'a [f32] {
        match node {
            Some(idx) => &self.outputs[idx][..self.n * plan.nodes[idx].output.len()],
            None => batch,
        }
    }

    /// Gradient by the output of a node, after [`Self::backward`].
    pub(super) fn gradient(&self, node: usize, plan: &Plan) -> &[f32] {
        &self.gradients[node][..self.n * plan.nodes[node].output.len()]
    }

    /// Where the gradient by the logits is to be written before [`Self::backward`].
    pub(super) fn gradient_of_logits(&mut self, plan: &Plan) -> (&[f32], &mut [f32]) {
        self.gradients.resize_with(plan.nodes.len(), Vec::new);
        let Some(logits) = plan.logits else { return (&[], &mut []) };
        let len = self.n * plan.nodes[logits].output.len();
        grow(&mut self.gradients[logits], len);
        (&self.outputs[logits][..len], &mut self.gradients[logits][..len])
    }

    /// Backward pass from the logits, after a forward pass in the same mode. Writes the gradients of all parameters that
    /// the loss depends on, or, with `only_learning`, of those that learn.
    pub(super) fn backward(
        &mut self,
        values: &Values<'_>,
        running: &[Option<Running>],
        step: Step<'_>,
        only_learning: bool,
        d_parameters: &mut [f32],
    ) {
        let (nodes, layout, n) = (&values.plan.nodes, values.layout, step.n);
        self.is_written.clear();
        self.is_written.resize(nodes.len(), false);
        for (idx, node) in nodes.iter().enumerate().rev() {
            if !layout.counts[idx] || (only_learning && !layout.leads_to_learning[idx]) {
                continue;
            }
            let len = n * node.output.len();
            let (gradients_before, gradient) = self.gradients.split_at_mut(idx);
            let [weight, bias] = layout.of_node(idx);
            // The bias follows the weight.
            let both = &mut d_parameters[weight.start..bias.end.max(weight.end)];
            let (d_weight, d_bias) = both.split_at_mut(weight.len());
            let mut back = Backward {
                inputs: step.inputs(node, &self.outputs[..idx]),
                shape: node.output,
                output: &self.outputs[idx][..len],
                gradient: &gradient[0][..len],
                weight: &values.parameters[weight],
                d_weight,
                d_bias,
                running: running[idx].as_ref(),
                drawn: step.drawn(idx),
                is_training: step.trains(node),
                saved: &self.saved[idx],
                scratch: &mut self.scratch,
            };
            let op = kernel_of(&node.op);
            if node.parameters.is_some() && (!only_learning || node.rate > 0.0) {
                op.backward_parameters(&mut back);
            }
            for (input, before) in node.inputs.iter().enumerate() {
                let Some(before) = *before else { continue };
                if only_learning && !layout.leads_to_learning[before] {
                    continue;
                }
                let len = n * nodes[before].output.len();
                let target = &mut gradients_before[before];
                grow(target, len);
                if self.is_written[before] {
                    grow(&mut self.spare, len);
                    op.backward(&mut back, input, &mut self.spare[..len]);
                    elementwise::add_to(&self.spare[..len], &mut target[..len]);
                } else {
                    op.backward(&mut back, input, &mut target[..len]);
                    self.is_written[before] = true;
                }
            }
        }
    }
}
