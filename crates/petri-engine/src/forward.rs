//! The forward pass through the graph.

use burn::module::Module;

use crate::layers::{RunningStats, Weights};
use crate::op::{self, Node};
use crate::plan::Plan;
use crate::value::Value;

/// What differs between training and evaluation.
pub enum Mode<'a> {
    /// Batch statistics, and the random values of this step: see [`op::drawn`].
    Train {
        /// By node: the masks of dropout.
        dropout: &'a [Option<Value>],
    },
    /// Running statistics, no dropout.
    Evaluate,
    /// As in evaluation, with a value of zeros added to the output of each node: the gradient by it is
    /// the gradient by the output.
    Tapped {
        /// One for each node.
        taps: &'a [Value],
    },
}

/// What a forward pass leaves behind.
pub struct Forward {
    /// Output of each node that was kept.
    pub kept: Vec<Option<Value>>,
    /// New running statistics of each batch normalisation, in order. Empty in evaluation.
    pub running: Vec<RunningStats>,
}

/// Runs the network up to its last kept node.
///
/// # Shapes
///
/// `input` is `[batch, features]` or `[batch, channels, height, width]` as the plan says.
pub fn forward(
    plan: &Plan,
    weights: &Weights,
    running: &[RunningStats],
    input: Value,
    keep: &[usize],
    mode: &Mode<'_>,
) -> Forward {
    let mut kept: Vec<Option<Value>> = vec![None; plan.nodes.len()];
    let mut new_running = Vec::new();
    let mut layers = weights.layers.iter();
    let mut norms = running.iter();
    let end = keep.iter().max().map_or(0, |last| last + 1);
    for (idx, node) in plan.nodes[..end].iter().enumerate() {
        let inputs: Vec<Value> = node
            .inputs
            .iter()
            .map(|i| match i {
                // Shape inference made sure that inputs come before their node.
                Some(i) => kept[*i].clone().unwrap_or_else(|| input.clone()),
                None => input.clone(),
            })
            .collect();
        let is_train = matches!(mode, Mode::Train { .. });
        // Nothing of a frozen node changes: no gradient, and a batch normalisation uses the statistics that it has.
        let is_frozen = is_train && node.rate == 0.0;
        let is_training = is_train && !is_frozen;
        let layer = node.parameters.as_ref().and_then(|_| layers.next().cloned());
        let mut own = Node {
            layer: layer.map(|l| if is_frozen { l.no_grad() } else { l }),
            running: node.n_running().and_then(|_| norms.next()),
            drawn: match mode {
                Mode::Train { dropout } => dropout.get(idx).cloned().flatten(),
                Mode::Evaluate | Mode::Tapped { .. } => None,
            },
            is_training,
            updated: None,
        };
        let output = op::of(&node.op).forward(inputs, &mut own);
        let unchanged = own.running.filter(|_| is_frozen).cloned();
        new_running.extend(own.updated.take().or(unchanged));
        let output = match mode {
            Mode::Tapped { taps } => op::of(&petri_protocol::op::Add.into()).forward(vec![output, taps[idx].clone()], &mut own),
            Mode::Train { .. } | Mode::Evaluate => output,
        };
        kept[idx] = Some(output);
        // Feature maps that nobody reads any more are let go at once.
        for (i, value) in kept[..idx].iter_mut().enumerate() {
            if plan.last_use[i] == idx && !keep.contains(&i) {
                *value = None;
            }
        }
    }
    Forward { kept, running: new_running }
}
