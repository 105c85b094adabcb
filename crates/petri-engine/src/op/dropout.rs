//! Forward pass of dropout, and its masks.

use petri_data::random::uniform;
use petri_kernels::elementwise;
use petri_protocol::op::Dropout;
use rand_chacha::ChaCha8Rng;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

impl Forward for Dropout {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        match (one(inputs), node.drawn.take()) {
            (Value::Vector(x), Some(Value::Vector(mask))) => Value::Vector(x * mask),
            (Value::Maps(x), Some(Value::Maps(mask))) => Value::Maps(x * mask),
            (value, None) if !node.is_training => value,
            _ => unreachable!("a training step has a mask in the shape of the output"),
        }
    }

    /// The mask: 0 for the values that are dropped, 1 / (1 − rate) for the others.
    fn draw(&self, rng: &mut ChaCha8Rng, n: usize) -> Option<Vec<f32>> {
        let keep = 1.0 / (1.0 - self.rate) as f32;
        Some((0..n).map(|_| if f64::from(uniform(rng)) < self.rate { 0.0 } else { keep }).collect())
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::on_images("dropout", vec![Self { rate: 0.5 }.into()])]
    }
}

impl Kernel for Dropout {
    fn forward(&self, pass: &mut Pass<'_>) {
        if pass.is_training {
            elementwise::product(pass.inputs.get(0), pass.drawn, pass.output);
        } else {
            pass.output.copy_from_slice(pass.inputs.get(0));
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        if back.is_training {
            elementwise::product(back.gradient, back.drawn, d_input);
        } else {
            d_input.copy_from_slice(back.gradient);
        }
    }
}
