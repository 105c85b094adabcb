//! Fixed normalisation of the channels of an image.

use crate::op::argument::{Argument, Visit};
use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Mean of red, green and blue over ImageNet, for values from 0 to 1.
pub const IMAGENET_MEAN: [f64; 3] = [0.485, 0.456, 0.406];
/// Standard deviation of red, green and blue over ImageNet.
pub const IMAGENET_STD: [f64; 3] = [0.229, 0.224, 0.225];

/// (x − mean) / std with a fixed mean and standard deviation for each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalise {
    /// Mean of each channel.
    pub mean: Vec<f64>,
    /// Standard deviation of each channel.
    pub std: Vec<f64>,
}

impl Default for Normalise {
    fn default() -> Self {
        Self { mean: IMAGENET_MEAN.into(), std: IMAGENET_STD.into() }
    }
}

static CARD: Card = Card {
    word: "normalise",
    title: "Fixed normalisation",
    group: Group::Preparation,
    help: "Subtracts a fixed mean from each channel and divides by a fixed spread: networks trained on ImageNet expect \
           its numbers.",
    forward: "Each channel has its fixed mean subtracted and is divided by its fixed spread.",
    backward: "The gradient is divided by the fixed spread of its channel.",
};

impl Operation for Normalise {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        let mean = Argument::new("mean", "mean", "Mean of each channel.", 0).up_to(1e6);
        visit.visit(&mean, &mut self.mean, "0.485+0.456+0.406");
        let std = Argument::new("std", "std", "Standard deviation of each channel.", 0).from(1e-6).up_to(1e6);
        visit.visit(&std, &mut self.std, "0.229+0.224+0.225");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let (channels, ..) = operation::image(inputs)?;
        for (name, values) in [("mean", &self.mean), ("std", &self.std)] {
            if values.len() != channels {
                return Err(format!("{name} has {} values, its input has {channels} channels", values.len()));
            }
        }
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[2, output.len()])
    }
}
