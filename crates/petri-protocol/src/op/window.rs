//! Positions of a window on an image: what convolutions and pooling share.

use crate::TensorShape;
use crate::op::argument::Sides;
use crate::size;

/// A window that moves over an image.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Its sides in pixels.
    pub size: Sides,
    /// Step between two positions in pixels.
    pub stride: Sides,
    /// Pixels added around the image.
    pub padding: Sides,
    /// Distance between two taps in pixels.
    pub dilation: Sides,
}

impl Window {
    /// The image of `channels` that has one pixel for each position.
    ///
    /// # Errors
    ///
    /// When the window does not fit into the image, or a size is too large.
    pub fn output(&self, channels: usize, height: usize, width: usize) -> Result<TensorShape, String> {
        let Self { size: s, stride, padding: p, dilation: d } = self;
        let height = positions(height, s.height, stride.height, p.height, d.height)?;
        let width = positions(width, s.width, stride.width, p.width, d.width)?;
        Ok(TensorShape::image(channels, height, width))
    }
}

/// Number of positions of a window over `n` pixels (PyTorch's formula, rounded down).
fn positions(n: usize, size: usize, stride: usize, pad: usize, dilation: usize) -> Result<usize, String> {
    let reach = size::sum(&[size::product(&[dilation, size.saturating_sub(1)])?, 1])?;
    let padded = size::sum(&[n, pad, pad])?;
    if padded < reach {
        return Err(format!("its window of {reach} pixels is larger than the image of {padded}"));
    }
    (padded - reach).checked_div(stride).map(|n| n + 1).ok_or_else(|| "stride must be at least 1".to_owned())
}
