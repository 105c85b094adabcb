//! Max pooling: the largest value of each window.

use crate::op::argument::{Argument, Setting, Sides, Visit};
use crate::op::operation::{self, Card, Group, Operation};
use crate::op::window::Window;
use crate::{TensorShape, size};

/// The largest value of each window. The padding is smaller than every value, as in PyTorch.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxPool {
    /// Sides of the window in pixels.
    pub size: Sides,
    /// Step between windows in pixels.
    pub stride: Sides,
    /// Pixels around the image; at most half of the window.
    pub padding: Sides,
}

impl MaxPool {
    /// Windows side by side.
    pub fn new(size: usize) -> Self {
        Self { size: size.into(), stride: size.into(), padding: 0.into() }
    }
}

impl Default for MaxPool {
    fn default() -> Self {
        Self::new(2)
    }
}

static CARD: Card = Card {
    word: "maxpool",
    title: "Max pooling",
    group: Group::Pooling,
    help: "Keeps the largest value of each window: the image shrinks, what was found stays.",
    forward: "The largest value of each window goes on.",
    backward: "The gradient goes back to the value that was the largest of its window.",
};

impl Operation for MaxPool {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        visit.visit(
            &Argument::new("size", "", "Side of the window in pixels, or height and width as 2x3.", 1),
            &mut self.size,
            "",
        );
        let side_by_side = self.size.print();
        visit.visit(&Argument::new("stride", "s", "Step between windows in pixels.", 1), &mut self.stride, &side_by_side);
        visit.visit(&Argument::new("padding", "p", "Pixels around the image.", 0), &mut self.padding, "0");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let (channels, height, width) = operation::image(inputs)?;
        let Self { size, stride, padding } = *self;
        if padding.height > size.height / 2 || padding.width > size.width / 2 {
            return Err(format!("padding {padding} must be at most half of the window of {size}"));
        }
        Window { size, stride, padding, dilation: 1.into() }.output(channels, height, width)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[self.size.area(), output.len()])
    }
}
