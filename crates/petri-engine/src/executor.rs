//! The seam under a session: what computes. burn does today, on both engines; kernels of our own may tomorrow.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use petri_data::Batch;
use petri_protocol::{ParameterRef, TensorPart};

use crate::error::EngineError;
use crate::layers::HostTensor;
use crate::loss::Objective;
use crate::plan::Plan;
use crate::state::StateDict;

/// Something that is there when the device has computed it.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + 'a>>;

/// What a training step left behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepOutput {
    /// Mean loss of the batch.
    pub loss: f32,
    /// Right answers among the samples (or pixels, or labels) that count.
    pub hits: f32,
}

/// What was read of the steps since the last time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outputs {
    /// One entry for each step.
    pub steps: Vec<StepOutput>,
    /// The watched parameters: as they were when watching began, and after each step since.
    pub path: Vec<[f32; 2]>,
}

/// One batch forward and backward.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// Mean loss.
    pub loss: f32,
    /// Output of each node and the gradient of the loss by it; without a gradient where the loss does not
    /// depend on it.
    pub nodes: Vec<(Vec<f32>, Option<Vec<f32>>)>,
    /// Gradient of the loss by each parameter: weight, bias (where there is one), weight …; zeros where the loss does
    /// not depend on it.
    pub parameters: Vec<Vec<f32>>,
}

/// One value of a parameter, by the index of its node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Index of the node in the plan.
    pub node: usize,
    /// Weight or bias.
    pub part: TensorPart,
    /// Index in row-major order.
    pub index: usize,
}

/// A network as it was at one moment. Training goes on beside it without changing it, so that a long question is
/// answered about one network.
pub trait Network {
    /// The checked network.
    fn plan(&self) -> &Plan;

    /// What is minimised.
    fn objective(&self) -> &Objective;

    /// Samples that an evaluation computes together: so few that memory suffices, and that on a processor nobody waits
    /// long for the end of a batch.
    fn batch_size(&self) -> usize;

    /// Logits of some batches in evaluation mode, each `[n, channels, area]` from inputs `[n, values]`.
    ///
    /// # Errors
    ///
    /// When the device fails; so for all that follow.
    fn logits(&self, batches: Vec<(Vec<f32>, usize)>) -> Later<'_, Vec<Vec<f32>>>;

    /// Outputs of some nodes in evaluation mode, each `[n, values]`.
    fn outputs(&self, inputs: Vec<f32>, n: usize, nodes: Vec<usize>) -> Later<'_, Vec<Vec<f32>>>;

    /// Loss of a batch in training mode (with the dropout of the first step) and the gradient of every parameter
    /// in the order weight, bias, weight …; zeros where the loss does not depend on it.
    fn gradients<'a>(&'a self, batch: &'a Batch) -> Later<'a, (f32, Vec<Vec<f32>>)>;

    /// A batch forward and backward in evaluation mode.
    fn backprop<'a>(&'a self, batch: &'a Batch) -> Later<'a, Pass>;

    /// Mean loss of a batch in evaluation mode for other values of some parameters, one loss for each list.
    fn losses<'a>(&'a self, batch: &'a Batch, changes: Vec<Vec<(Place, f32)>>) -> Later<'a, Vec<f32>>;

    /// Weight and bias (empty where there is none) of those of the nodes that have any.
    fn weights(&self, nodes: &[usize]) -> Later<'_, Vec<[HostTensor; 2]>>;

    /// Parameters and running statistics.
    fn state(&self) -> Later<'static, StateDict>;

    /// Where a parameter is; `None` when there is no such parameter.
    fn find(&self, parameter: &ParameterRef) -> Option<Place>;
}

/// A network that is being trained.
pub trait Executor {
    /// Lets the objective know how much each class counts.
    fn set_class_weights(&mut self, class_weights: &[f32]);

    /// One optimizer step on a batch. `step` numbers the steps from 0, for dropout. Nothing is waited for.
    fn step(&mut self, batch: &Batch, step: u32, learning_rate: f64);

    /// What the steps since the last call left behind. The steps that follow do not wait for it.
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn read(&mut self) -> Later<'static, Outputs>;

    /// Steps that were not read.
    fn n_unread(&self) -> usize;

    /// Notes two parameters at each step from now on; `None` stops it.
    fn watch(&mut self, places: Option<[Place; 2]>);

    /// The network as it is now.
    fn network(&self) -> Rc<dyn Network>;

    /// Parameters, running statistics and the optimizer's memory.
    ///
    /// # Errors
    ///
    /// When the device fails.
    fn state(&self) -> Later<'static, StateDict>;

    /// Takes in a state; without `optimizer.step` in it the optimizer keeps its own memory.
    ///
    /// # Errors
    ///
    /// When something is missing or of another shape. Nothing is changed then.
    fn set_state(&mut self, state: &StateDict) -> Result<(), EngineError>;
}
