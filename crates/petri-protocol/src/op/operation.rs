//! What every operation says about itself: its card, its arguments, its shape, its parameters, its cost.

use crate::op::argument::{Init, Visit};
use crate::{LossSpec, TensorShape, size};

/// Where an operation stands in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// With weights: dense, convolutions.
    Layer,
    /// Functions of each value.
    Activation,
    /// From windows of an image to one value each.
    Pooling,
    /// Keeps values in range, or the network from learning by heart.
    Regularisation,
    /// Changes the shape or chooses values.
    Shape,
    /// Several inputs become one output.
    Join,
    /// Prepares samples for a network that was trained on others.
    Preparation,
}

impl Group {
    /// All groups in the order of the menu.
    pub const ALL: [Self; 7] =
        [Self::Layer, Self::Activation, Self::Pooling, Self::Regularisation, Self::Shape, Self::Join, Self::Preparation];

    /// Heading in the menu.
    pub fn title(self) -> &'static str {
        match self {
            Self::Layer => "Layers with weights",
            Self::Activation => "Activation functions",
            Self::Pooling => "Pooling",
            Self::Regularisation => "Normalisation and dropout",
            Self::Shape => "Shape",
            Self::Join => "Joining",
            Self::Preparation => "Preparation of images",
        }
    }
}

/// What a menu, a link and a view show of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Word of the notation and stem of default names: lower-case letters and digits.
    pub word: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Where it stands in the menu.
    pub group: Group,
    /// One or two sentences for a person who does not know it.
    pub help: &'static str,
    /// What it does to the values on their way forward, in one sentence.
    pub forward: &'static str,
    /// What it does to the gradient on its way back, in one sentence.
    pub backward: &'static str,
}

/// Initial weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Drawn at random.
    Drawn {
        /// How.
        init: Init,
        /// Number of values that one output is made of.
        fan_in: usize,
        /// Number of outputs that one value takes part in.
        fan_out: usize,
    },
    /// All 1.
    Ones,
}

/// Trainable values of a node. Biases (and shifts) start at 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Shape of the weight (or scale).
    pub weight: Vec<usize>,
    /// Number of biases (or shifts); 0 without.
    pub n_biases: usize,
    /// What the weight is at first.
    pub start: Start,
    /// Number of channels whose mean and variance are kept over the batches; 0 for none.
    pub n_running: usize,
}

impl Parameters {
    /// Number of weights without biases.
    pub fn n_weights(&self) -> usize {
        size::capped_product(&self.weight)
    }

    /// Number of trainable values.
    pub fn len(&self) -> usize {
        size::capped_sum(&[self.n_weights(), self.n_biases])
    }

    /// True when there is nothing to learn.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A function of one number, for drawing it and for counting where it is flat.
#[derive(Debug, Clone, Copy)]
pub struct Curve {
    /// f(z).
    pub value: fn(f32) -> f32,
    /// f′(z).
    pub slope: fn(f32) -> f32,
    /// Largest slope.
    pub steepest: f32,
    /// Smallest and largest value that it tends to; infinite where it has none.
    pub range: (f32, f32),
}

/// An operation with its settings. One file in this folder is one operation; the forward pass is the file of the
/// same name in `petri-engine/src/op`.
pub trait Operation {
    /// Its card.
    fn card(&self) -> &'static Card;

    /// Shows every argument in the order of the notation, each with its default.
    fn arguments(&mut self, _visit: &mut dyn Visit) {}

    /// True when it takes several inputs.
    fn takes_many(&self) -> bool {
        false
    }

    /// Shape of the output. Settings are within their limits and there is an input.
    ///
    /// # Errors
    ///
    /// One sentence that says which setting or which input does not fit.
    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String>;

    /// True for operations with trainable values.
    fn has_parameters(&self) -> bool {
        self.card().group == Group::Layer
    }

    /// Trainable values for inputs that [`Self::infer`] accepted; `None` when there are none.
    fn parameters(&self, _inputs: &[TensorShape]) -> Option<Parameters> {
        None
    }

    /// Floating-point operations of the forward pass for one sample; a multiplication and an addition count as two.
    fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64;

    /// Values that a training step keeps for one sample until the backward pass: the output, unless more is needed.
    fn n_kept(&self, _inputs: &[TensorShape], output: TensorShape) -> usize {
        output.len()
    }

    /// Number of neurons of a fully connected layer.
    fn units(&self) -> Option<usize> {
        None
    }

    /// True for convolutions, transposed or not: their filters and feature maps are drawn.
    fn is_convolution(&self) -> bool {
        false
    }

    /// The function of one number that is applied to each value, if it is one.
    fn curve(&self) -> Option<Curve> {
        None
    }

    /// The loss that contains this function. As the last node it is for display then: the loss reads its input.
    fn part_of_loss(&self) -> Option<LossSpec> {
        None
    }

    /// True when it may only be the last node.
    fn only_at_the_end(&self) -> bool {
        false
    }
}

/// The shape of the only input.
///
/// # Errors
///
/// When there is none.
pub fn one(inputs: &[TensorShape]) -> Result<TensorShape, String> {
    inputs.first().copied().ok_or_else(|| "has no input".to_owned())
}

/// Channels, height and width of the only input.
///
/// # Errors
///
/// When it is a vector.
pub fn image(inputs: &[TensorShape]) -> Result<(usize, usize, usize), String> {
    match one(inputs)? {
        TensorShape::Image { channels, height, width } => Ok((channels, height, width)),
        TensorShape::Features(n) => Err(format!("needs an image, its input is a vector of {n} values")),
    }
}

/// Length of the only input.
///
/// # Errors
///
/// When it is an image; `remedy` is added to the message.
pub fn vector(inputs: &[TensorShape], remedy: &str) -> Result<usize, String> {
    match one(inputs)? {
        TensorShape::Features(n) => Ok(n),
        shape @ TensorShape::Image { .. } => Err(format!("needs a vector, its input is an image of {shape}{remedy}")),
    }
}

/// Channels (or features) of the first input.
pub fn channels(inputs: &[TensorShape]) -> usize {
    inputs.first().map_or(0, |s| s.channels())
}
