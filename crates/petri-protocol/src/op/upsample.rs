//! Enlarges an image.

use crate::op::argument::{Argument, UpsampleMode, Visit};
use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Enlarges an image by a whole factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Upsample {
    /// The factor.
    pub factor: usize,
    /// How.
    pub mode: UpsampleMode,
}

impl Default for Upsample {
    fn default() -> Self {
        Self { factor: 2, mode: UpsampleMode::Nearest }
    }
}

static CARD: Card = Card {
    word: "upsample",
    title: "Upsample",
    group: Group::Shape,
    help: "Enlarges an image, by repeating pixels or by blending between them. Nothing is learned.",
    forward: "Pixels are repeated, or blended from their neighbours.",
    backward: "A pixel gets the sum of the gradients of what was made from it.",
};

impl Operation for Upsample {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        visit.visit(&Argument::new("factor", "", "How many times larger each side becomes.", 1), &mut self.factor, "");
        visit.visit(&Argument::new("mode", "mode", "Repeats pixels, or blends between them.", 0), &mut self.mode, "nearest");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let (channels, height, width) = operation::image(inputs)?;
        let larger = |side: usize| size::product(&[side, self.factor]);
        Ok(TensorShape::image(channels, larger(height)?, larger(width)?))
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        match self.mode {
            UpsampleMode::Nearest => 0,
            UpsampleMode::Bilinear => size::count(&[8, output.len()]),
        }
    }
}
