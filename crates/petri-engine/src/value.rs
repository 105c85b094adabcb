//! A batch between two nodes.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use petri_protocol::TensorShape;

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
