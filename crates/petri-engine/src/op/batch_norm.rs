//! Forward pass of batch normalisation.

use burn::tensor::Tensor;
use burn::tensor::module::{batch_norm, batch_norm_train};
use petri_kernels::norm;
use petri_protocol::op::BatchNorm;

use crate::layers::RunningStats;
use crate::op::kernel::{Backward, Kernel, Pass, Running};
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

impl Kernel for BatchNorm {
    fn forward(&self, pass: &mut Pass<'_>) {
        let (n, channels, area) = (pass.inputs.n, pass.shape.channels(), pass.shape.area());
        let (x, epsilon) = (pass.inputs.get(0), EPSILON as f32);
        let Some(running) = &mut pass.running else { unreachable!("every batch normalisation has running statistics") };
        let Running { mean, variance } = &mut **running;
        if !pass.is_training {
            norm::eval_forward(n, channels, area, x, pass.weight, pass.bias, mean, variance, epsilon, pass.output);
            return;
        }
        pass.saved.values.resize(2 * channels, 0.0);
        let (batch_mean, batch_variance) = pass.saved.values.split_at_mut(channels);
        norm::train_forward(n, channels, area, x, pass.weight, pass.bias, epsilon, pass.output, batch_mean, batch_variance);
        let count = (n * area) as f64;
        let unbiased = (count / (count.max(2.0) - 1.0)) as f32;
        let keep = 1.0 - MOMENTUM as f32;
        let mix = |old: &mut [f32], new: &[f32], factor: f32| {
            old.iter_mut().zip(new).for_each(|(old, new)| *old = *old * keep + new * factor);
        };
        mix(mean, batch_mean, MOMENTUM as f32);
        mix(variance, batch_variance, MOMENTUM as f32 * unbiased);
    }

    fn backward_parameters(&self, back: &mut Backward<'_>) {
        let (n, channels, area) = (back.inputs.n, back.shape.channels(), back.shape.area());
        let (mean, variance) = statistics(back);
        let (x, epsilon) = (back.inputs.get(0), EPSILON as f32);
        norm::backward_parameters(n, channels, area, x, mean, variance, epsilon, back.gradient, back.d_weight, back.d_bias);
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        let (n, channels, area) = (back.inputs.n, back.shape.channels(), back.shape.area());
        let (mean, variance) = statistics(back);
        let (weight, gradient, epsilon) = (back.weight, back.gradient, EPSILON as f32);
        if back.is_training {
            let (x, sums) = (back.inputs.get(input), [&*back.d_weight, &*back.d_bias]);
            norm::train_backward(n, channels, area, x, mean, variance, weight, epsilon, gradient, sums, d_input);
        } else {
            norm::eval_backward(n, channels, area, variance, weight, epsilon, gradient, d_input);
        }
    }
}

/// The mean and the variance that the forward pass used.
fn statistics<'a>(back: &Backward<'a>) -> (&'a [f32], &'a [f32]) {
    if back.is_training {
        return back.saved.values.split_at(back.shape.channels());
    }
    back.running.map_or((&[], &[]), |running| (&running.mean, &running.variance))
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
