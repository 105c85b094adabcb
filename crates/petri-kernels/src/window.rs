//! A window that moves over an image.

/// Sizes are height and width in pixels. The window at output position `o` covers the input at
/// `o · stride − padding + k · dilation` for `k` in `0..kernel`; what lies outside counts as zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Size of the input.
    pub input: [usize; 2],
    /// Size of the output.
    pub output: [usize; 2],
    /// Taps of the window.
    pub kernel: [usize; 2],
    /// Step between two positions.
    pub stride: [usize; 2],
    /// Zeros above, and as many below; left, and as many right.
    pub padding: [usize; 2],
    /// Distance between two taps.
    pub dilation: [usize; 2],
}

impl Window {
    /// Pixels of an input image.
    pub fn input_area(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// Pixels of an output image.
    pub fn output_area(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Taps of the window.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
}
