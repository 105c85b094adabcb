//! Some values of a vector.

use crate::TensorShape;
use crate::op::argument::{Argument, Visit};
use crate::op::operation::{self, Card, Group, Operation};

/// Some values of a vector: a neuron behind it sees only those.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Indices of the values, from 0.
    pub features: Vec<usize>,
}

impl Default for Select {
    fn default() -> Self {
        Self { features: vec![0] }
    }
}

static CARD: Card = Card {
    word: "select",
    title: "Select values",
    group: Group::Shape,
    help: "Lets only some values of a vector through, numbered from 0: neurons behind it see only those.",
    forward: "Only some of the values go on.",
    backward: "The gradient goes back to the values that went on; the others get none.",
};

impl Operation for Select {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        // Which indices there are depends on the input; any larger one is refused there.
        let features = Argument::new("features", "", "Indices of the values, from 0.", 0).up_to(f64::MAX);
        visit.visit(&features, &mut self.features, "");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let n = operation::vector(inputs, "")?;
        match self.features.iter().find(|&&f| f >= n) {
            Some(f) => Err(format!("selects value {f}, its input has {n} (0 to {})", n.saturating_sub(1))),
            None if self.features.is_empty() => Err("number of selected values must be at least 1".into()),
            None => Ok(TensorShape::Features(self.features.len())),
        }
    }

    fn flops(&self, _inputs: &[TensorShape], _output: TensorShape) -> u64 {
        0
    }
}
