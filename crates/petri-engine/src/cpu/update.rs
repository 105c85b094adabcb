//! The optimizers over flat vectors, with PyTorch's formulas and constants (as `optimizer.rs`, which computes them with
//! burn).

use petri_kernels::update::{self, Adam, RmsProp};
use petri_protocol::OptimizerSpec;

use super::layout::Layout;

/// ε that keeps divisions finite (PyTorch's default).
const EPSILON: f32 = 1e-8;

/// An optimizer with its memory, laid out as the parameters.
#[derive(Debug, Clone)]
pub(super) struct FlatOptimizer {
    spec: OptimizerSpec,
    weight_decay: f64,
    /// Updates done, for the correction of Adam's means.
    pub(super) time: u32,
    /// Momentum, or the mean of the gradients; empty where there is none.
    pub(super) first: Vec<f32>,
    /// Mean of the squared gradients; empty where there is none.
    pub(super) second: Vec<f32>,
}

impl FlatOptimizer {
    pub(super) fn new(spec: OptimizerSpec, weight_decay: f64, len: usize) -> Self {
        let (first, second) = match spec {
            OptimizerSpec::Sgd { momentum, .. } => (momentum > 0.0, false),
            OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. } => (true, true),
            OptimizerSpec::RmsProp { momentum, .. } => (momentum > 0.0, true),
        };
        let zeros = |is_there: bool| if is_there { vec![0.0; len] } else { Vec::new() };
        Self { spec, weight_decay, time: 0, first: zeros(first), second: zeros(second) }
    }

    pub(super) fn spec(&self) -> OptimizerSpec {
        self.spec
    }

    /// One update of all parameters that learn.
    pub(super) fn update(&mut self, layout: &Layout, values: &mut [f32], gradients: &[f32], learning_rate: f64) {
        self.time += 1;
        for parameter in layout.parameters.iter().filter(|p| p.learns()) {
            let range = parameter.range.clone();
            let part = |moment: &mut Vec<f32>| if moment.is_empty() { 0..0 } else { range.clone() };
            let (first, second) = (part(&mut self.first), part(&mut self.second));
            let rate = learning_rate * parameter.rate;
            let (first, second) = (&mut self.first[first], &mut self.second[second]);
            let (values, gradients) = (&mut values[range.clone()], &gradients[range]);
            let decay = self.weight_decay as f32;
            match self.spec {
                OptimizerSpec::Sgd { momentum, nesterov } if momentum > 0.0 => {
                    update::sgd_momentum(values, gradients, first, momentum as f32, nesterov, decay, rate as f32);
                }
                OptimizerSpec::Sgd { .. } => update::sgd(values, gradients, decay, rate as f32),
                OptimizerSpec::Adam { beta1, beta2 } => {
                    let with = adam([beta1, beta2], self.time, rate);
                    update::adam(values, gradients, first, second, Adam { decay, ..with });
                }
                OptimizerSpec::AdamW { beta1, beta2 } => {
                    // Apart from the gradient.
                    let shrink = (1.0 - rate * self.weight_decay) as f32;
                    let with = adam([beta1, beta2], self.time, rate);
                    update::adam(values, gradients, first, second, Adam { shrink, ..with });
                }
                OptimizerSpec::RmsProp { alpha, momentum } => {
                    let alpha = [alpha as f32, (1.0 - alpha) as f32];
                    let with = RmsProp { alpha, momentum: momentum as f32, decay, rate: rate as f32, epsilon: EPSILON };
                    update::rms_prop(values, gradients, first, second, with);
                }
            }
        }
    }
}

/// A step of Adam without weight decay.
fn adam([beta1, beta2]: [f64; 2], time: u32, rate: f64) -> Adam {
    Adam {
        keep: [beta1 as f32, beta2 as f32],
        new: [(1.0 - beta1) as f32, (1.0 - beta2) as f32],
        scale: (1.0 / (1.0 - power(beta2, time)).sqrt()) as f32,
        rate: (rate / (1.0 - power(beta1, time))) as f32,
        decay: 0.0,
        shrink: 1.0,
        epsilon: EPSILON,
    }
}

/// Whole powers by squaring: the standard library's differ between machines in their last bit.
fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest % 2 == 1 {
            result *= square;
        }
        square *= square;
        rest /= 2;
    }
    result
}
