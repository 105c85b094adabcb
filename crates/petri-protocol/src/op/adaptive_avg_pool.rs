//! Average pooling to a given size.

use crate::op::argument::{Argument, Sides, Visit};
use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Means of as many windows as the output has pixels, whatever the size of the image. Windows overlap where the
/// sizes do not divide, as in PyTorch.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptiveAvgPool {
    /// Sides of the output in pixels.
    pub size: Sides,
}

impl Default for AdaptiveAvgPool {
    fn default() -> Self {
        Self { size: 1.into() }
    }
}

static CARD: Card = Card {
    word: "adaptiveavgpool",
    title: "Adaptive average pooling",
    group: Group::Pooling,
    help: "Shrinks an image of any size to a given one: each new pixel is the mean of its part of the image.",
    forward: "The mean of each part of the image goes on.",
    backward: "The gradient is shared out evenly over its part of the image.",
};

impl Operation for AdaptiveAvgPool {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        let size = Argument::new("size", "", "Side of the output in pixels, or height and width as 2x3.", 1);
        visit.visit(&size, &mut self.size, "");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let (channels, height, width) = operation::image(inputs)?;
        let Sides { height: new_height, width: new_width } = self.size;
        if new_height > height || new_width > width {
            return Err(format!("its output of {} pixels is larger than the image of {height}x{width}", self.size));
        }
        Ok(TensorShape::image(channels, new_height, new_width))
    }

    /// As two matrix products: along the columns, then along the rows.
    fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        let Ok((channels, height, width)) = operation::image(inputs) else { return 0 };
        let Sides { height: new_height, .. } = self.size;
        size::count(&[2, channels, new_height, height, width]).saturating_add(size::count(&[2, width, output.len()]))
    }
}
