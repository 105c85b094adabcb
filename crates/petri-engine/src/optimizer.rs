//! The optimizers with PyTorch's formulas and constants.
//!
//! They are ours rather than burn's, because a run must be saved and restored exactly: burn keeps the moments
//! to itself, and its way of saving them blocks, which panics on WebGPU.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use petri_protocol::OptimizerSpec;

/// ε that keeps divisions finite (PyTorch's default).
const EPSILON: f64 = 1e-8;

/// What an optimizer remembers of one parameter, all values in one dimension.
#[derive(Debug, Clone, Default)]
pub struct Moments {
    /// Momentum, or the mean of the gradients.
    first: Option<Tensor<1>>,
    /// Mean of the squared gradients.
    second: Option<Tensor<1>>,
}

/// Names of the two moments of an optimizer in a state dictionary, as PyTorch calls them.
pub fn moment_names(spec: OptimizerSpec) -> [&'static str; 2] {
    match spec {
        OptimizerSpec::Sgd { .. } => ["momentum_buffer", "unused"],
        OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. } => ["exp_avg", "exp_avg_sq"],
        OptimizerSpec::RmsProp { .. } => ["momentum_buffer", "square_avg"],
    }
}

/// An optimizer with its memory.
#[derive(Debug, Clone)]
pub struct Optimizer {
    spec: OptimizerSpec,
    weight_decay: f64,
    /// Updates done, for the correction of Adam's means.
    time: u32,
    /// By the place of the parameter.
    moments: BTreeMap<usize, Moments>,
}

impl Optimizer {
    /// Remembers nothing yet.
    pub fn new(spec: OptimizerSpec, weight_decay: f64) -> Self {
        Self { spec, weight_decay, time: 0, moments: BTreeMap::new() }
    }

    /// See [`moment_names`].
    pub fn moment_names(&self) -> [&'static str; 2] {
        moment_names(self.spec)
    }

    /// Updates done.
    pub fn time(&self) -> u32 {
        self.time
    }

    /// Begins an update of all parameters.
    pub fn begin(&mut self) {
        self.time += 1;
    }

    /// The new values of the parameter at place `index`.
    ///
    /// # Shapes
    ///
    /// `values` and `gradient`: `[n]`.
    pub fn update(&mut self, index: usize, values: Tensor<1>, gradient: Tensor<1>, learning_rate: f64) -> Tensor<1> {
        let moments = self.moments.entry(index).or_default();
        let decay = self.weight_decay;
        let decoupled = matches!(self.spec, OptimizerSpec::AdamW { .. });
        let gradient = if decay > 0.0 && !decoupled { gradient + values.clone().mul_scalar(decay) } else { gradient };
        match self.spec {
            OptimizerSpec::Sgd { momentum, nesterov } => {
                let step = if momentum > 0.0 {
                    let velocity = match moments.first.take() {
                        Some(velocity) => velocity.mul_scalar(momentum) + gradient.clone(),
                        None => gradient.clone(),
                    };
                    moments.first = Some(velocity.clone());
                    if nesterov { gradient + velocity.mul_scalar(momentum) } else { velocity }
                } else {
                    gradient
                };
                values - step.mul_scalar(learning_rate)
            }
            OptimizerSpec::Adam { beta1, beta2 } | OptimizerSpec::AdamW { beta1, beta2 } => {
                // w ← w · (1 − lr · λ), apart from the gradient (Loshchilov and Hutter 2019).
                let values = if decoupled && decay > 0.0 { values.mul_scalar(1.0 - learning_rate * decay) } else { values };
                let mean = mixed(moments.first.take(), gradient.clone(), beta1);
                let square = mixed(moments.second.take(), gradient.square(), beta2);
                moments.first = Some(mean.clone());
                moments.second = Some(square.clone());
                let time = f64::from(self.time);
                let (first, second) = (1.0 - beta1.powf(time), 1.0 - beta2.powf(time));
                let denominator = square.sqrt().mul_scalar(1.0 / second.sqrt()).add_scalar(EPSILON);
                values - mean.div(denominator).mul_scalar(learning_rate / first)
            }
            OptimizerSpec::RmsProp { alpha, momentum } => {
                let square = mixed(moments.second.take(), gradient.clone().square(), alpha);
                moments.second = Some(square.clone());
                let mut step = gradient.div(square.sqrt().add_scalar(EPSILON));
                if momentum > 0.0 {
                    if let Some(velocity) = moments.first.take() {
                        step = velocity.mul_scalar(momentum) + step;
                    }
                    moments.first = Some(step.clone());
                }
                values - step.mul_scalar(learning_rate)
            }
        }
    }

    /// Everything that is remembered: place of the parameter, which moment (0 or 1), values `[n]`.
    pub fn remembered(&self) -> Vec<(usize, usize, Tensor<1>)> {
        let mut all = Vec::new();
        for (&index, moments) in &self.moments {
            for (which, moment) in [&moments.first, &moments.second].into_iter().enumerate() {
                all.extend(moment.clone().map(|values| (index, which, values)));
            }
        }
        all
    }

    /// Replaces what is remembered.
    pub fn remember(&mut self, time: u32, all: Vec<(usize, usize, Tensor<1>)>) {
        self.time = time;
        self.moments.clear();
        for (index, which, values) in all {
            let moments = self.moments.entry(index).or_default();
            *(if which == 0 { &mut moments.first } else { &mut moments.second }) = Some(values);
        }
    }
}

/// factor · old + (1 − factor) · new, with an old value of zero at first.
fn mixed(old: Option<Tensor<1>>, new: Tensor<1>, factor: f64) -> Tensor<1> {
    let new = new.mul_scalar(1.0 - factor);
    match old {
        Some(old) => old.mul_scalar(factor) + new,
        None => new,
    }
}
