//! How the CPU engine computes an operation: its forward and its backward pass on slices of numbers.

use petri_kernels::Scratch;
use petri_protocol::TensorShape;

/// What a node keeps of its forward pass for its backward pass.
#[derive(Debug, Default, Clone)]
pub(crate) struct Saved {
    /// Numbers, such as the mean and the variance of a batch.
    pub(crate) values: Vec<f32>,
    /// Places, such as those of the largest values.
    pub(crate) places: Vec<u32>,
}

/// Running mean and (unbiased) variance of one batch normalisation, `[channels]` each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Running {
    /// Running mean.
    pub(crate) mean: Vec<f32>,
    /// Running variance.
    pub(crate) variance: Vec<f32>,
}

/// The inputs of a node for a batch.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    /// Samples in the batch.
    pub(crate) n: usize,
    /// The batch itself.
    pub(crate) batch: &'a [f32],
    /// Outputs of the nodes before this one.
    pub(crate) before: &'a [Vec<f32>],
    /// Which node each input is; `None` is the batch.
    pub(crate) nodes: &'a [Option<usize>],
    /// Shapes of the inputs.
    pub(crate) shapes: &'a [TensorShape],
}

impl<'a> Inputs<'a> {
    /// Values of an input, `[n, …]`.
    pub(crate) fn get(&self, input: usize) -> &'a [f32] {
        let values = self.nodes[input].map_or(self.batch, |node| self.before[node].as_slice());
        &values[..self.n * self.shapes[input].len()]
    }

    /// Height and width of an input.
    pub(crate) fn sides(&self, input: usize) -> [usize; 2] {
        sides(self.shapes[input])
    }
}

/// Height and width; a vector is one pixel.
pub(crate) fn sides(shape: TensorShape) -> [usize; 2] {
    match shape {
        TensorShape::Features(_) => [1, 1],
        TensorShape::Image { height, width, .. } => [height, width],
    }
}

/// One forward pass of a node.
pub(crate) struct Pass<'a> {
    /// Its inputs.
    pub(crate) inputs: Inputs<'a>,
    /// Shape of its output.
    pub(crate) shape: TensorShape,
    /// Its output, `[n, …]`, to be written.
    pub(crate) output: &'a mut [f32],
    /// Its weight; empty without one.
    pub(crate) weight: &'a [f32],
    /// Its bias; empty without one.
    pub(crate) bias: &'a [f32],
    /// Its running statistics, which a training step changes.
    pub(crate) running: Option<&'a mut Running>,
    /// What [`Forward::draw`](super::Forward::draw) gave for this step; empty outside of training.
    pub(crate) drawn: &'a [f32],
    /// Whether this is a training step and the node takes part in it.
    pub(crate) is_training: bool,
    /// For the backward pass.
    pub(crate) saved: &'a mut Saved,
    /// Room.
    pub(crate) scratch: &'a mut Scratch,
}

/// One backward pass of a node, after its forward pass on the same inputs.
pub(crate) struct Backward<'a> {
    /// Its inputs.
    pub(crate) inputs: Inputs<'a>,
    /// Shape of its output.
    pub(crate) shape: TensorShape,
    /// Its output.
    pub(crate) output: &'a [f32],
    /// Gradient of the loss by its output.
    pub(crate) gradient: &'a [f32],
    /// Its weight; empty without one.
    pub(crate) weight: &'a [f32],
    /// Gradient by the weight, to be written by [`Kernel::backward_parameters`].
    pub(crate) d_weight: &'a mut [f32],
    /// Gradient by the bias, the same.
    pub(crate) d_bias: &'a mut [f32],
    /// Its running statistics.
    pub(crate) running: Option<&'a Running>,
    /// As in the forward pass.
    pub(crate) drawn: &'a [f32],
    /// As in the forward pass.
    pub(crate) is_training: bool,
    /// What the forward pass kept.
    pub(crate) saved: &'a Saved,
    /// Room.
    pub(crate) scratch: &'a mut Scratch,
}

/// See the module.
pub(crate) trait Kernel {
    /// Writes the output.
    fn forward(&self, pass: &mut Pass<'_>);

    /// Writes the gradients by weight and bias. Comes before [`Self::backward`].
    fn backward_parameters(&self, _back: &mut Backward<'_>) {}

    /// Writes the gradient by one of the inputs.
    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]);
}
