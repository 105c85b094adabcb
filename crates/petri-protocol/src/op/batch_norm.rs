//! Batch normalisation.

use crate::op::operation::{self, Card, Group, Operation, Parameters, Start};
use crate::{TensorShape, size};

/// Normalises each channel over the batch (Ioffe and Szegedy 2015); ε = 1e-5, momentum = 0.1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BatchNorm;

static CARD: Card = Card {
    word: "batchnorm",
    title: "Batch norm",
    group: Group::Regularisation,
    help: "Brings each channel to mean 0 and spread 1 over the batch, then scales and shifts it by two learned numbers. \
           When predicting it uses the means of training.",
    forward: "Each channel is shifted and scaled to mean 0 and spread 1, then scaled and shifted as learned.",
    backward: "The gradient is divided by the spread of its channel.",
};

impl Operation for BatchNorm {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::one(inputs)
    }

    fn has_parameters(&self) -> bool {
        true
    }

    fn parameters(&self, inputs: &[TensorShape]) -> Option<Parameters> {
        let n = operation::channels(inputs);
        Some(Parameters { weight: vec![n], n_biases: n, start: Start::Ones, n_running: n })
    }

    fn flops(&self, _inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[2, output.len()])
    }

    /// The normalised values as well.
    fn n_kept(&self, _inputs: &[TensorShape], output: TensorShape) -> usize {
        size::capped_product(&[2, output.len()])
    }
}
