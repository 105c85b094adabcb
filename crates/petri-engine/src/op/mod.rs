//! The forward passes of the operations, one file each, named as their cards in `petri-protocol/src/op`. An operation
//! without a forward pass, or without a trial for the self-test, does not compile.

pub(crate) mod kernel;
mod resample;
pub mod trial;

use burn::tensor::{Device, Tensor};
use petri_data::random::{Purpose, stream};
use petri_protocol::OpSpec;
use rand_chacha::ChaCha8Rng;

use crate::layers::{Layer, RunningStats};
use crate::plan::Plan;
use crate::value::Value;
use kernel::Kernel;
use trial::Trial;

include!(concat!(env!("OUT_DIR"), "/op.rs"));

macro_rules! dispatch {
    ($($module:ident: $Type:ident),*) => {
        /// The forward pass of an operation.
        pub(crate) fn of(op: &OpSpec) -> &dyn Forward {
            match op {
                $(OpSpec::$Type(operation) => operation,)*
            }
        }

        /// The kernel of an operation.
        pub(crate) fn kernel_of(op: &OpSpec) -> &dyn Kernel {
            match op {
                $(OpSpec::$Type(operation) => operation,)*
            }
        }

        /// Small networks around every operation.
        pub fn trials() -> Vec<Trial> {
            let mut all = Vec::new();
            $(all.extend(<petri_protocol::op::$Type as Forward>::trials());)*
            all
        }
    };
}
op_types!(dispatch);

/// How an operation is computed.
pub(crate) trait Forward {
    /// Output for a batch of inputs. Shape inference has made sure of their number and shapes.
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value;

    /// Random values that a training step needs, `n` of them, drawn on the host so that both engines get the same.
    fn draw(&self, _rng: &mut ChaCha8Rng, _n: usize) -> Option<Vec<f32>> {
        None
    }

    /// Small networks around this operation, which both engines must compute alike, gradients and updates included.
    fn trials() -> Vec<Trial>
    where
        Self: Sized;
}

/// What a node has besides its inputs.
pub(crate) struct Node<'a> {
    /// Its trainable values.
    pub(crate) layer: Option<Layer>,
    /// Its running statistics.
    pub(crate) running: Option<&'a RunningStats>,
    /// What [`Forward::draw`] gave for this step, in the shape of the output; only while training.
    pub(crate) drawn: Option<Value>,
    /// Whether this is a training step and the node takes part in it.
    pub(crate) is_training: bool,
    /// New running statistics.
    pub(crate) updated: Option<RunningStats>,
}

/// A weight and perhaps a bias.
type WeightAndBias<const D: usize> = (Tensor<D>, Option<Tensor<1>>);

impl Node<'_> {
    /// Weight `[in, out]` and bias `[out]`.
    pub(crate) fn matrix(&self) -> WeightAndBias<2> {
        match &self.layer {
            Some(Layer::Dense(l)) => (l.weight.val(), l.bias.as_ref().map(|b| b.val())),
            other => unreachable!("weights are made in the shape that the operation declares, not {other:?}"),
        }
    }

    /// Weight of rank 4 and bias `[out]`.
    pub(crate) fn filters(&self) -> WeightAndBias<4> {
        match &self.layer {
            Some(Layer::Conv(l)) => (l.weight.val(), l.bias.as_ref().map(|b| b.val())),
            other => unreachable!("weights are made in the shape that the operation declares, not {other:?}"),
        }
    }

    /// Scale and shift, `[channels]` each.
    pub(crate) fn scale(&self) -> [Tensor<1>; 2] {
        match &self.layer {
            Some(Layer::Norm(l)) => [l.gamma.val(), l.beta.val()],
            other => unreachable!("weights are made in the shape that the operation declares, not {other:?}"),
        }
    }
}

/// The only input.
pub(crate) fn one(mut inputs: Vec<Value>) -> Value {
    inputs.swap_remove(0)
}

/// The only input, which is an image: `[batch, channels, height, width]`.
pub(crate) fn maps(inputs: Vec<Value>) -> Tensor<4> {
    match one(inputs) {
        Value::Maps(x) => x,
        Value::Vector(_) => unreachable!("shape inference refuses vectors here"),
    }
}

/// The only input, which is a vector: `[batch, features]`.
pub(crate) fn vector(inputs: Vec<Value>) -> Tensor<2> {
    match one(inputs) {
        Value::Vector(x) => x,
        Value::Maps(_) => unreachable!("shape inference refuses images here"),
    }
}

/// Several inputs of one kind, put together by a function for each kind.
pub(crate) fn joined(
    inputs: Vec<Value>,
    of_vectors: impl FnOnce(Vec<Tensor<2>>) -> Tensor<2>,
    of_maps: impl FnOnce(Vec<Tensor<4>>) -> Tensor<4>,
) -> Value {
    let mut vectors = Vec::new();
    let mut maps = Vec::new();
    for input in inputs {
        match input {
            Value::Vector(t) => vectors.push(t),
            Value::Maps(t) => maps.push(t),
        }
    }
    if maps.is_empty() { Value::Vector(of_vectors(vectors)) } else { Value::Maps(of_maps(maps)) }
}

/// The random values of one training step on `n` samples, for every node of a plan. Each node has a stream of its
/// own, by its name: another layer in front does not change them.
pub fn drawn(plan: &Plan, n: usize, step: u32, seed: u32, device: &Device) -> Vec<Option<Value>> {
    let on_host = drawn_on_host(plan, n, step, seed).into_iter().zip(&plan.nodes);
    on_host.map(|(values, node)| values.map(|values| Value::upload(values, n, node.output, device))).collect()
}

/// The same, on the host.
pub fn drawn_on_host(plan: &Plan, n: usize, step: u32, seed: u32) -> Vec<Option<Vec<f32>>> {
    let of_node = |node: &crate::plan::PlanNode| {
        let mut rng = stream(seed, Purpose::Dropout(step, &node.name));
        of(&node.op).draw(&mut rng, n * node.output.len())
    };
    plan.nodes.iter().map(of_node).collect()
}
