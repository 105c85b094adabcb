//! Fully connected layer.

use crate::op::argument::{Argument, Init, Visit};
use crate::op::operation::{self, Card, Group, Operation, Parameters, Start};
use crate::{OpSpec, TensorShape, size};

/// Fully connected layer: y = Wx + b.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// Number of outputs.
    pub units: usize,
    /// Initial weights.
    pub init: Init,
    /// Whether there is a b.
    pub bias: bool,
}

impl Default for Dense {
    fn default() -> Self {
        Self { units: 8, init: Init::Glorot, bias: true }
    }
}

impl OpSpec {
    /// A fully connected layer with bias and Glorot's weights.
    pub fn dense(units: usize) -> Self {
        Dense { units, ..Dense::default() }.into()
    }
}

static CARD: Card = Card {
    word: "dense",
    title: "Dense",
    group: Group::Layer,
    help: "Neurons that each see all values of the layer before: a weighted sum and a bias.",
    forward: "Each neuron multiplies its inputs by its weights, adds them up and adds its bias.",
    backward: "The gradient of a weight is the value on its left times the gradient on its right. \
               The rest is handed on to the left.",
};

impl Operation for Dense {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        visit.visit(&Argument::new("units", "", "Number of neurons.", 1), &mut self.units, "");
        visit.visit(&Argument::new("init", "init", "How the initial weights are drawn.", 0), &mut self.init, "glorot");
        visit.visit(&Argument::new("bias", "bias", "Whether each neuron adds a bias.", 0), &mut self.bias, "yes");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        operation::vector(inputs, ": put Flatten or GlobalAvgPool before it")?;
        Ok(TensorShape::Features(self.units))
    }

    fn parameters(&self, inputs: &[TensorShape]) -> Option<Parameters> {
        let fan_in = operation::channels(inputs);
        Some(Parameters {
            weight: vec![fan_in, self.units],
            n_biases: if self.bias { self.units } else { 0 },
            start: Start::Drawn { init: self.init, fan_in, fan_out: self.units },
            n_running: 0,
        })
    }

    fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[2, operation::channels(inputs), output.len()])
    }

    fn units(&self) -> Option<usize> {
        Some(self.units)
    }
}
