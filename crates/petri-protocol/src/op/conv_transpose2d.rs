//! Transposed convolution.

use crate::op::argument::{Argument, Init, Sides, Visit};
use crate::op::operation::{self, Card, Group, Operation, Parameters, Start};
use crate::{TensorShape, size};

/// Transposed convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvTranspose2d {
    /// Number of filters (output channels).
    pub filters: usize,
    /// Sides of the kernel in pixels.
    pub kernel: Sides,
    /// Factor by which the image grows.
    pub stride: Sides,
    /// Pixels cut off above and below, left and right.
    pub padding: Sides,
    /// Initial weights.
    pub init: Init,
    /// Whether each filter adds a bias.
    pub bias: bool,
}

impl Default for ConvTranspose2d {
    fn default() -> Self {
        Self { filters: 16, kernel: 2.into(), stride: 2.into(), padding: 0.into(), init: Init::He, bias: true }
    }
}

static CARD: Card = Card {
    word: "convt",
    title: "Transposed conv",
    group: Group::Layer,
    help: "Enlarges an image with weights that are learned: each pixel paints a filter into the output.",
    forward: "Each pixel paints every filter, multiplied by its value, into a larger image.",
    backward: "The gradient of a weight adds up what it painted everywhere. The rest is handed on to the left.",
};

impl Operation for ConvTranspose2d {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        visit.visit(&Argument::new("filters", "", "Number of filters: feature maps that come out.", 1), &mut self.filters, "");
        let kernel = Argument::new("kernel", "k", "Side of the filters in pixels, or height and width as 1x7.", 1);
        visit.visit(&kernel, &mut self.kernel, "2");
        visit.visit(&Argument::new("stride", "s", "Factor by which the image grows.", 1), &mut self.stride, "2");
        visit.visit(&Argument::new("padding", "p", "Pixels cut off on each side.", 0), &mut self.padding, "0");
        visit.visit(&Argument::new("init", "init", "How the initial weights are drawn.", 0), &mut self.init, "he");
        visit.visit(&Argument::new("bias", "bias", "Whether each filter adds a bias.", 0), &mut self.bias, "yes");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let (_, height, width) = operation::image(inputs)?;
        let side = |n: usize, stride: usize, kernel: usize, padding: usize| -> Result<usize, String> {
            let whole = size::sum(&[size::product(&[n.saturating_sub(1), stride])?, kernel])?;
            let left = whole.checked_sub(size::product(&[2, padding])?).filter(|&n| n > 0);
            left.ok_or_else(|| format!("padding {padding} cuts off the whole image"))
        };
        let Self { kernel, stride, padding, .. } = self;
        let height = side(height, stride.height, kernel.height, padding.height)?;
        let width = side(width, stride.width, kernel.width, padding.width)?;
        Ok(TensorShape::image(self.filters, height, width))
    }

    fn parameters(&self, inputs: &[TensorShape]) -> Option<Parameters> {
        let Self { filters, kernel, .. } = *self;
        let channels = operation::channels(inputs);
        Some(Parameters {
            weight: vec![channels, filters, kernel.height, kernel.width],
            n_biases: if self.bias { filters } else { 0 },
            start: Start::Drawn {
                init: self.init,
                fan_in: size::capped_product(&[channels, kernel.area()]),
                fan_out: size::capped_product(&[filters, kernel.area()]),
            },
            n_running: 0,
        })
    }

    fn flops(&self, inputs: &[TensorShape], _output: TensorShape) -> u64 {
        size::count(&[2, inputs.first().map_or(0, |s| s.len()), self.kernel.area(), self.filters])
    }

    fn is_convolution(&self) -> bool {
        true
    }
}
