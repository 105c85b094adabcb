//! Dropout.

use crate::op::argument::{Argument, Visit};
use crate::op::operation::{self, Card, Group, Operation};
use crate::{TensorShape, size};

/// Sets a random part of the values to zero while training and scales the rest by 1 / (1 − rate).
#[derive(Debug, Clone, PartialEq)]
pub struct Dropout {
    /// Probability that a value is set to zero.
    pub rate: f64,
}

impl Default for Dropout {
    fn default() -> Self {
        Self { rate: 0.5 }
    }
}

static CARD: Card = Card {
    word: "dropout",
    title: "Dropout",
    group: Group::Regularisation,
    help: "While training, switches off a random part of the values at each step, so that the network cannot rely on any \
           single one. When predicting all values count.",
    forward: "All values go on: values are only dropped while training.",
    backward: "The gradient goes back as it came.",
};

impl Operation for Dropout {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        let rate = Argument::new("rate", "", "Part of the values that is switched off.", 0).up_to(1.0).excluded();
        visit.visit(&rate, &mut self.rate, "");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        output.len() as u64
    }

    /// The mask as well.
    fn n_kept(&self, _inputs: &[TensorShape], output: TensorShape) -> usize {
        size::capped_product(&[2, output.len()])
    }
}
