//! What the samples of a part are made of.

use crate::pages::Pages;

/// Inputs of a part, sample by sample. Images are channel by channel, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Pixels, 0 to 255.
    U8(Vec<u8>),
    /// Pixels, 0 to 255, of many images.
    Pages(Pages),
    /// Numbers.
    F32(Vec<f32>),
}

/// What the network should answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// One class for each sample.
    Classes(Vec<u16>),
    /// `k` labels of 0 or 1 for each sample.
    Labels(Vec<u8>),
    /// One class for each pixel of each sample.
    Masks(Vec<u8>),
    /// One number for each sample.
    Numbers(Vec<f32>),
}
