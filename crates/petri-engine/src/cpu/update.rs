//! The optimizers over flat vectors, with PyTorch's formulas and constants (as `optimizer.rs`, which computes them with
//! burn).

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
            let one = One { decay: self.weight_decay as f32, rate: rate as f32, time: self.time };
            let (first, second) = (&mut self.first[first], &mut self.second[second]);
            one.update(self.spec, &mut values[range.clone()], &gradients[range], first, second, rate * self.weight_decay);
        }
    }
}

/// What the formulas need beside the vectors.
struct One {
    decay: f32,
    rate: f32,
    time: u32,
}

impl One {
    fn update(
        &self,
        spec: OptimizerSpec,
        values: &mut [f32],
        gradients: &[f32],
        first: &mut [f32],
        second: &mut [f32],
        decoupled: f64,
    ) {
        let Self { decay, rate, .. } = *self;
        match spec {
            OptimizerSpec::Sgd { momentum, nesterov } if momentum > 0.0 => {
                let momentum = momentum as f32;
                for ((w, g), v) in values.iter_mut().zip(gradients).zip(first) {
                    let g = g + *w * decay;
                    *v = *v * momentum + g;
                    let step = if nesterov { g + *v * momentum } else { *v };
                    *w -= step * rate;
                }
            }
            OptimizerSpec::Sgd { .. } => {
                for (w, g) in values.iter_mut().zip(gradients) {
                    *w -= (g + *w * decay) * rate;
                }
            }
            OptimizerSpec::Adam { beta1, beta2 } => self.adam([beta1, beta2], values, gradients, first, second, (decay, 1.0)),
            OptimizerSpec::AdamW { beta1, beta2 } => {
                // w ← w · (1 − lr · λ), apart from the gradient (Loshchilov and Hutter 2019).
                self.adam([beta1, beta2], values, gradients, first, second, (0.0, (1.0 - decoupled) as f32));
            }
            OptimizerSpec::RmsProp { alpha, momentum } => {
                let (keep, new) = (alpha as f32, (1.0 - alpha) as f32);
                let step = |w: f32, g: f32, s: &mut f32| {
                    let g = g + w * decay;
                    *s = *s * keep + g * g * new;
                    g / (s.sqrt() + EPSILON)
                };
                if momentum > 0.0 {
                    let momentum = momentum as f32;
                    for (((w, g), v), s) in values.iter_mut().zip(gradients).zip(first).zip(second) {
                        *v = *v * momentum + step(*w, *g, s);
                        *w -= *v * rate;
                    }
                } else {
                    for ((w, g), s) in values.iter_mut().zip(gradients).zip(second) {
                        *w -= step(*w, *g, s) * rate;
                    }
                }
            }
        }
    }

    /// Adam (Kingma and Ba 2015); `decays` are the factors of the weight in the gradient and of the weight itself.
    fn adam(
        &self,
        [beta1, beta2]: [f64; 2],
        values: &mut [f32],
        gradients: &[f32],
        first: &mut [f32],
        second: &mut [f32],
        (decay, shrink): (f32, f32),
    ) {
        let correction = |beta: f64| 1.0 - power(beta, self.time);
        let factor = (1.0 / correction(beta2).sqrt()) as f32;
        let rate = (f64::from(self.rate) / correction(beta1)) as f32;
        let [keep1, keep2] = [beta1 as f32, beta2 as f32];
        let [new1, new2] = [(1.0 - beta1) as f32, (1.0 - beta2) as f32];
        for (((w, g), m), s) in values.iter_mut().zip(gradients).zip(first).zip(second) {
            let g = g + *w * decay;
            *m = *m * keep1 + g * new1;
            *s = *s * keep2 + g * g * new2;
            *w = *w * shrink - *m / (s.sqrt() * factor + EPSILON) * rate;
        }
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
