//! The forward pass through the graph.

use burn::tensor::activation::{leaky_relu, relu, sigmoid, softmax, tanh};
use burn::tensor::module::{avg_pool2d, batch_norm, batch_norm_train, conv_transpose2d, conv2d, linear, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, ConvTransposeOptions, MaxPoolOptions};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use petri_protocol::{Function, OpSpec, TensorShape, UpsampleMode};

use crate::layers::{Layer, RunningStats, Weights};
use crate::plan::{Plan, PlanNode};

/// ε of batch normalisation (PyTorch's default).
const BATCH_NORM_EPSILON: f64 = 1e-5;
/// Part of the running statistics that a batch replaces (PyTorch's default).
const BATCH_NORM_MOMENTUM: f64 = 0.1;
/// Slope of leaky ReLU below zero (PyTorch's default).
const LEAKY_SLOPE: f64 = 0.01;

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

    fn map(self, vector: impl FnOnce(Tensor<2>) -> Tensor<2>, maps: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
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
    /// Batch statistics, and dropout with these masks (one for each node with dropout).
    Train {
        /// Masks by node, already scaled by 1 / (1 − rate).
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
        let output = match &node.op {
            OpSpec::BatchNorm => {
                let (Some(Layer::Norm(norm)), Some(stats)) = (layers.next(), norms.next()) else { continue };
                let (value, stats) = normalise(one(inputs), norm.gamma.val(), norm.beta.val(), stats, mode);
                new_running.extend(stats);
                value
            }
            OpSpec::Dense { .. } | OpSpec::Conv2d { .. } | OpSpec::ConvTranspose2d { .. } => match layers.next() {
                Some(layer) => parametric(node, layer, one(inputs)),
                None => continue,
            },
            OpSpec::Dropout { .. } => match mode {
                Mode::Train { dropout } => masked(one(inputs), dropout.get(idx).cloned().flatten()),
                Mode::Evaluate | Mode::Tapped { .. } => one(inputs),
            },
            _ => stateless(&node.op, inputs),
        };
        let output = match mode {
            Mode::Tapped { taps } => joined(&OpSpec::Add, vec![output, taps[idx].clone()]),
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

fn one(mut inputs: Vec<Value>) -> Value {
    inputs.swap_remove(0)
}

fn masked(value: Value, mask: Option<Value>) -> Value {
    match (value, mask) {
        (Value::Vector(x), Some(Value::Vector(m))) => Value::Vector(x * m),
        (Value::Maps(x), Some(Value::Maps(m))) => Value::Maps(x * m),
        (value, _) => value,
    }
}

fn parametric(node: &PlanNode, layer: &Layer, input: Value) -> Value {
    match (&node.op, layer, input) {
        (OpSpec::Dense { .. }, Layer::Dense(l), Value::Vector(x)) => {
            Value::Vector(linear(x, l.weight.val(), l.bias.as_ref().map(|b| b.val())))
        }
        (OpSpec::Conv2d { kernel, stride, padding, dilation, groups, .. }, Layer::Conv(l), Value::Maps(x)) => {
            let pad = OpSpec::conv_padding(*padding, *kernel, *dilation);
            let options = ConvOptions::new([*stride; 2], [pad; 2], [*dilation; 2], *groups);
            Value::Maps(conv2d(x, l.weight.val(), Some(l.bias.val()), options))
        }
        (OpSpec::ConvTranspose2d { stride, padding, .. }, Layer::Conv(l), Value::Maps(x)) => {
            let options = ConvTransposeOptions::new([*stride; 2], [*padding; 2], [0; 2], [1; 2], 1);
            Value::Maps(conv_transpose2d(x, l.weight.val(), Some(l.bias.val()), options))
        }
        // The plan was made from the same operations as the weights.
        (_, _, value) => value,
    }
}

fn normalise(
    value: Value,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    stats: &RunningStats,
    mode: &Mode<'_>,
) -> (Value, Option<RunningStats>) {
    match (value, mode) {
        (Value::Vector(x), Mode::Train { .. }) => {
            let n = x.dims()[0];
            let out = batch_norm_train(x, gamma, beta, BATCH_NORM_EPSILON);
            (Value::Vector(out.output), Some(updated(stats, out.mean, out.variance, n)))
        }
        (Value::Maps(x), Mode::Train { .. }) => {
            let [n, _, h, w] = x.dims();
            let out = batch_norm_train(x, gamma, beta, BATCH_NORM_EPSILON);
            (Value::Maps(out.output), Some(updated(stats, out.mean, out.variance, n * h * w)))
        }
        (value, Mode::Evaluate | Mode::Tapped { .. }) => {
            let (mean, variance) = (stats.mean.clone(), stats.variance.clone());
            let (m, v, g, b) = (mean.clone(), variance.clone(), gamma.clone(), beta.clone());
            let value = value.map(
                |x| batch_norm(x, g, b, m, v, BATCH_NORM_EPSILON),
                |x| batch_norm(x, gamma, beta, mean, variance, BATCH_NORM_EPSILON),
            );
            (value, None)
        }
    }
}

/// Running statistics after a batch of `n` values a channel; the variance is made unbiased as in
/// PyTorch (burn's own module keeps the biased one).
fn updated(stats: &RunningStats, mean: Tensor<1>, variance: Tensor<1>, n: usize) -> RunningStats {
    let unbiased = n as f64 / (n.max(2) - 1) as f64;
    let mix = |old: &Tensor<1>, new: Tensor<1>, factor: f64| {
        old.clone().mul_scalar(1.0 - BATCH_NORM_MOMENTUM) + new.inner().mul_scalar(BATCH_NORM_MOMENTUM * factor)
    };
    RunningStats { mean: mix(&stats.mean, mean, 1.0), variance: mix(&stats.variance, variance, unbiased) }
}

fn stateless(op: &OpSpec, mut inputs: Vec<Value>) -> Value {
    if matches!(op, OpSpec::Concat | OpSpec::Add) {
        return joined(op, inputs);
    }
    let value = inputs.swap_remove(0);
    match (op, value) {
        (OpSpec::MaxPool { size, stride }, Value::Maps(x)) => {
            Value::Maps(max_pool2d(x, MaxPoolOptions::new([*size; 2]).with_stride([*stride; 2])))
        }
        (OpSpec::AvgPool { size, stride }, Value::Maps(x)) => {
            Value::Maps(avg_pool2d(x, AvgPoolOptions::new([*size; 2]).with_stride([*stride; 2])))
        }
        (OpSpec::GlobalAvgPool, Value::Maps(x)) => Value::Vector(x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2)),
        (OpSpec::Select { features }, Value::Vector(x)) => Value::Vector(select(x, features)),
        (OpSpec::Flatten, Value::Maps(x)) => Value::Vector(x.flatten(1, 3)),
        (OpSpec::Upsample { factor, mode }, Value::Maps(x)) => Value::Maps(upsample(x, *factor, *mode)),
        (OpSpec::Activation { function }, value) => activation(*function, value),
        (_, value) => value,
    }
}

/// As a product with zeros and ones, whose backward pass every backend has.
fn select(x: Tensor<2>, features: &[usize]) -> Tensor<2> {
    let n = x.dims()[1];
    let mut values = vec![0.0f32; n * features.len()];
    for (column, &row) in features.iter().enumerate() {
        values[row * features.len() + column] = 1.0;
    }
    let chosen = Tensor::from_data(TensorData::new(values, [n, features.len()]), &x.device());
    x.matmul(chosen)
}

fn upsample(x: Tensor<4>, factor: usize, mode: UpsampleMode) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    match mode {
        // Repeating by reshape: its backward pass is a plain sum, which every backend has.
        UpsampleMode::Nearest => {
            x.reshape([n, c, h, 1, w, 1]).expand([n, c, h, factor, w, factor]).reshape([n, c, h * factor, w * factor])
        }
        // As two matrix products: burn's own interpolation has no backward pass on the GPU
        // ("Bilinear interpolation backward is not supported by JIT backend").
        UpsampleMode::Bilinear => {
            let device = x.device();
            let rows = bilinear_matrix(h, factor, &device).expand([n, c, h * factor, h]);
            let columns = bilinear_matrix(w, factor, &device).transpose().expand([n, c, w, w * factor]);
            rows.matmul(x).matmul(columns)
        }
    }
}

/// Weights of linear interpolation along one side, `[1, 1, n · factor, n]`: output pixel i lies at
/// (i + 0.5) / factor − 0.5 of the input, and the edge is repeated (corners not aligned).
fn bilinear_matrix(n: usize, factor: usize, device: &Device) -> Tensor<4> {
    let mut values = vec![0.0f32; n * factor * n];
    for (i, row) in values.chunks_exact_mut(n).enumerate() {
        let at = ((i as f32 + 0.5) / factor as f32 - 0.5).max(0.0);
        let low = (at as usize).min(n - 1);
        let high = (low + 1).min(n - 1);
        let t = at - low as f32;
        row[low] += 1.0 - t;
        row[high] += t;
    }
    Tensor::from_data(TensorData::new(values, [1, 1, n * factor, n]), device)
}

fn joined(op: &OpSpec, inputs: Vec<Value>) -> Value {
    let mut vectors = Vec::new();
    let mut maps = Vec::new();
    for input in inputs {
        match input {
            Value::Vector(t) => vectors.push(t),
            Value::Maps(t) => maps.push(t),
        }
    }
    let is_add = *op == OpSpec::Add;
    if maps.is_empty() {
        Value::Vector(if is_add { sum(vectors) } else { Tensor::cat(vectors, 1) })
    } else {
        Value::Maps(if is_add { sum(maps) } else { Tensor::cat(maps, 1) })
    }
}

fn sum<const D: usize>(tensors: Vec<Tensor<D>>) -> Tensor<D> {
    let mut tensors = tensors.into_iter();
    // Shape inference refuses nodes without input.
    let first = tensors.next().unwrap_or_else(|| unreachable!("a node has at least one input"));
    tensors.fold(first, |a, b| a + b)
}

fn activation(function: Function, value: Value) -> Value {
    match function {
        Function::Linear => value,
        Function::Sigmoid => value.map(sigmoid, sigmoid),
        Function::Tanh => value.map(tanh, tanh),
        Function::Relu => value.map(relu, relu),
        Function::LeakyRelu => value.map(|x| leaky_relu(x, LEAKY_SLOPE), |x| leaky_relu(x, LEAKY_SLOPE)),
        Function::Softmax => value.map(|x| softmax(x, 1), |x| softmax(x, 1)),
    }
}
