//! Forward pass of batch normalisation.

use burn::tensor::Tensor;
use burn::tensor::module::{batch_norm, batch_norm_train};
use petri_protocol::op::BatchNorm;

use crate::layers::RunningStats;
use crate::op::trial::Trial;
use crate::op::{Forward, Node, one};
use crate::value::Value;

/// ε (PyTorch's default).
const EPSILON: f64 = 1e-5;
/// Part of the running statistics that a batch replaces (PyTorch's default).
const MOMENTUM: f64 = 0.1;

impl Forward for BatchNorm {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let [gamma, beta] = node.scale();
        let Some(stats) = node.running else { unreachable!("every batch normalisation has running statistics") };
        let value = one(inputs);
        if !node.is_training {
            let (mean, variance) = (stats.mean.clone(), stats.variance.clone());
            return match value {
                Value::Vector(x) => Value::Vector(batch_norm(x, gamma, beta, mean, variance, EPSILON)),
                Value::Maps(x) => Value::Maps(batch_norm(x, gamma, beta, mean, variance, EPSILON)),
            };
        }
        match value {
            Value::Vector(x) => {
                let n = x.dims()[0];
                let out = batch_norm_train(x, gamma, beta, EPSILON);
                node.updated = Some(updated(stats, out.mean, out.variance, n));
                Value::Vector(out.output)
            }
            Value::Maps(x) => {
                let [n, _, h, w] = x.dims();
                let out = batch_norm_train(x, gamma, beta, EPSILON);
                node.updated = Some(updated(stats, out.mean, out.variance, n * h * w));
                Value::Maps(out.output)
            }
        }
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::on_images("batch norm", vec![Self.into()])]
    }
}

/// Running statistics after a batch of `n` values a channel; the variance is made unbiased as in
/// PyTorch (burn's own module keeps the biased one).
fn updated(stats: &RunningStats, mean: Tensor<1>, variance: Tensor<1>, n: usize) -> RunningStats {
    let unbiased = n as f64 / (n.max(2) - 1) as f64;
    let mix = |old: &Tensor<1>, new: Tensor<1>, factor: f64| {
        old.clone().mul_scalar(1.0 - MOMENTUM) + new.inner().mul_scalar(MOMENTUM * factor)
    };
    RunningStats { mean: mix(&stats.mean, mean, 1.0), variance: mix(&stats.variance, variance, unbiased) }
}
