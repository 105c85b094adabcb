//! The shape of one sample between two nodes of a network.

use serde::{Deserialize, Serialize};

use crate::size;

/// Shape of one sample (the batch dimension is left out).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TensorShape {
    /// A vector of features.
    Features(usize),
    /// An image or a stack of feature maps.
    Image {
        /// Number of channels.
        channels: usize,
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
}

impl TensorShape {
    /// An image of `channels` × `height` × `width`.
    pub fn image(channels: usize, height: usize, width: usize) -> Self {
        Self::Image { channels, height, width }
    }

    /// Number of values in one sample; at most [`size::MAX`].
    pub fn len(self) -> usize {
        match self {
            Self::Features(n) => size::capped_product(&[n]),
            Self::Image { channels, height, width } => size::capped_product(&[channels, height, width]),
        }
    }

    /// True when a dimension is zero.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Number of channels of an image, or of features of a vector.
    pub fn channels(self) -> usize {
        match self {
            Self::Features(n) => n,
            Self::Image { channels, .. } => channels,
        }
    }

    /// Height × width of an image (at most [`size::MAX`]), 1 for a vector.
    pub fn area(self) -> usize {
        match self {
            Self::Features(_) => 1,
            Self::Image { height, width, .. } => size::capped_product(&[height, width]),
        }
    }
}

impl std::fmt::Display for TensorShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Features(n) => write!(f, "{n}"),
            Self::Image { channels, height, width } => write!(f, "{channels}×{height}×{width}"),
        }
    }
}
