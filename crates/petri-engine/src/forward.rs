//! The forward pass through the graph.

use burn::module::Module;
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use petri_protocol::TensorShape;

use crate::layers::{RunningStats, Weights};
use crate::op::{self, Node};
use crate::plan::Plan;

/// A batch between two nodes.
#[derive(Debug, Clone)]
pub enum Value {
    /// `[batch, features]`
    Vector(Tensor<2>),
    /// `[batch, channels, height, width]`
    Maps(Tensor<4>),
}

impl Value {
    /// Puts host values of a batch of samples on a device.
    pub fn upload(values: Vec<f32>, n: usize, shape: TensorShape, device: &Device) -> Self {
        match shape {
            TensorShape::Features(len) => Self::Vector(Tensor::from_data(TensorData::new(values, [n, len]), device)),
            TensorShape::Image { channels, height, width } => {
                Self::Maps(Tensor::from_data(TensorData::new(values, [n, channels, height, width]), device))
            }
        }
    }

    /// As `[batch, channels, area]`.
    pub fn by_channel(self) -> Tensor<3> {
        match self {
            Self::Vector(t) => t.unsqueeze_dim(2),
            Self::Maps(t) => t.flatten(2, 3),
        }
    }

    /// All values in one dimension.
    pub fn flat(self) -> Tensor<1> {
        match self {
            Self::Vector(t) => t.flatten(0, 1),
            Self::Maps(t) => t.flatten(0, 3),
        }
    }

    /// Zeros of the shape of a node's output, whose gradient is asked for.
    pub fn tap(n: usize, shape: TensorShape, device: &Device) -> Self {
        match shape {
            TensorShape::Features(len) => Self::Vector(Tensor::zeros([n, len], device).require_grad()),
            TensorShape::Image { channels, height, width } => {
                Self::Maps(Tensor::zeros([n, channels, height, width], device).require_grad())
            }
        }
    }

    /// The gradient by this value, where the loss depends on it.
    pub fn gradient(&self, gradients: &Gradients) -> Option<Self> {
        match self {
            Self::Vector(t) => t.grad(gradients).map(Self::Vector),
            Self::Maps(t) => t.grad(gradients).map(Self::Maps),
        }
    }

    /// The same function of vectors and of images.
    pub(crate) fn map(self, vector: impl FnOnce(Tensor<2>) -> Tensor<2>, maps: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Self::Vector(t) => Self::Vector(vector(t)),
            Self::Maps(t) => Self::Maps(maps(t)),
        }
    }

    /// The same values where no gradient flows.
    pub fn inner(self) -> Self {
        self.map(Tensor::inner, Tensor::inner)
    }
}

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
