//! Loss functions, on the device for training and on the host for evaluation.
//!
//! All read `[batch, channels, area]`: area is 1 for whole samples and height × width for pixels.
//! Weights of samples (class weights, 0 for filling) are divided by their sum on the host, so that
//! every loss is a weighted sum and a filled-up batch needs no second shape.

use std::borrow::Cow;

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Int, Tensor};
use petri_data::Batch;
use petri_protocol::{Decision, LossSpec, TrainingSpec};

/// Loss and number of right answers of a batch, as tensors on the device.
pub struct LossOutput {
    /// Mean loss, `[1]`.
    pub loss: Tensor<1>,
    /// Right answers among the samples (or pixels, or labels) that count, `[1]`.
    pub hits: Tensor<1>,
}

/// Factor on the weights of a batch, as PyTorch reduces: cross-entropy by the sum of the weights,
/// the others by the number of elements that count.
pub fn normaliser(loss: LossSpec, batch: &Batch, channels: usize) -> f32 {
    let area = batch.weights.len() / batch.size.max(1);
    let sum = match loss {
        LossSpec::CrossEntropy => batch.weights.iter().sum(),
        LossSpec::BinaryCrossEntropy | LossSpec::MeanSquaredError => (batch.n_real * channels * area) as f32,
    };
    if sum > 0.0 { 1.0 / sum } else { 0.0 }
}

/// Loss of each element or pixel, before weighting.
///
/// # Shapes
///
/// - `logits`, `targets`: `[batch, channels, area]`
/// - returns `[batch, channels, area]`, or `[batch, 1, area]` for cross-entropy
fn elementwise(loss: LossSpec, logits: Tensor<3>, targets: Tensor<3>) -> Tensor<3> {
    match loss {
        // −Σ t · log softmax(x)
        LossSpec::CrossEntropy => (log_softmax(logits, 1) * targets).sum_dim(1).neg(),
        // (1 − t) x − log σ(x), which cannot overflow
        LossSpec::BinaryCrossEntropy => (targets.neg() + 1.0) * logits.clone() - log_sigmoid(logits),
        LossSpec::MeanSquaredError => (logits - targets).square(),
    }
}

/// Label smoothing (Szegedy et al. 2016) as in PyTorch's `CrossEntropyLoss`: a part of each target is spread evenly
/// over the classes, where each class counts with its own weight.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Smoothing {
    part: f32,
    class_weights: Vec<f32>,
}

impl Smoothing {
    /// Smoothing as a training asks for it; none for losses other than cross-entropy.
    pub fn new(training: &TrainingSpec) -> Self {
        let part = if training.loss == LossSpec::CrossEntropy { training.label_smoothing as f32 } else { 0.0 };
        Self { part, class_weights: Vec::new() }
    }

    /// With the weights of the classes; without them all count alike.
    pub fn weighted_by(self, class_weights: &[f32]) -> Self {
        Self { class_weights: class_weights.to_vec(), ..self }
    }

    fn weight(&self, class: usize) -> f32 {
        self.class_weights.get(class).copied().unwrap_or(1.0)
    }

    /// What the loss reads instead of the targets: with the weight wᵧ of its sample, class c counts
    /// wᵧ (1 − ε) tᶜ + wᶜ ε / k.
    ///
    /// # Shapes
    ///
    /// Both `[batch, classes, area]`.
    pub fn targets(&self, targets: Tensor<3>) -> Tensor<3> {
        if self.part == 0.0 {
            return targets;
        }
        let k = targets.dims()[1];
        let weights: Vec<f32> = (0..k).map(|class| self.weight(class)).collect();
        let weights = Tensor::<1>::from_floats(weights.as_slice(), &targets.device()).reshape([1, k, 1]);
        let of_sample = (targets.clone() * weights.clone()).sum_dim(1);
        targets * (1.0 - self.part) + weights.div(of_sample) * (self.part / k as f32)
    }

    /// The same for one sample (or pixel) on the host.
    pub fn host_targets<'a>(&self, targets: &'a [f32]) -> Cow<'a, [f32]> {
        if self.part == 0.0 {
            return targets.into();
        }
        let of_sample: f32 = targets.iter().enumerate().map(|(class, t)| t * self.weight(class)).sum();
        let spread = self.part / targets.len() as f32;
        let smooth = |(class, t): (usize, &f32)| t * (1.0 - self.part) + spread * self.weight(class) / of_sample;
        targets.iter().enumerate().map(smooth).collect()
    }
}

/// Weighted mean loss.
///
/// # Shapes
///
/// - `logits`, `targets`: `[batch, channels, area]`
/// - `weights`: `[batch, 1, area]`, already multiplied by [`normaliser`]
pub fn weighted(loss: LossSpec, logits: Tensor<3>, targets: Tensor<3>, weights: Tensor<3>) -> Tensor<1> {
    (elementwise(loss, logits, targets) * weights).sum()
}

/// Number of right answers among those with a weight above zero; 0 where numbers are predicted.
///
/// # Shapes
///
/// As [`weighted`].
pub fn hits(decision: Decision, logits: Tensor<3>, targets: Tensor<3>, weights: Tensor<3>) -> Tensor<1> {
    let counts = weights.greater_elem(0.0).float();
    match decision {
        Decision::Number => Tensor::zeros([1], &logits.device()),
        Decision::Above(value) | Decision::Each(value) => {
            let same = logits.greater_elem(value).equal(targets.greater_elem(0.5)).float();
            (same * counts).sum()
        }
        Decision::Largest => {
            let channels = logits.dims()[1];
            // The first of equal ones has the highest of the ranks channels, …, 2, 1.
            let device = logits.device();
            let ranks = Tensor::<1, Int>::arange(1..channels as i64 + 1, &device).float().flip([0]).reshape([1, channels, 1]);
            let largest = logits.clone().max_dim(1);
            let answer = (logits.greater_equal(largest).float() * ranks.clone()).max_dim(1);
            let truth = (targets * ranks).sum_dim(1);
            (answer.equal(truth).float() * counts).sum()
        }
    }
}

/// Loss of one sample (or pixel) on the host, before weighting, with the same formulas.
pub fn host_loss(loss: LossSpec, logits: &[f32], targets: &[f32]) -> f64 {
    let pairs = logits.iter().zip(targets).map(|(&x, &t)| (f64::from(x), f64::from(t)));
    match loss {
        LossSpec::CrossEntropy => {
            let log_sum = log_sum_exp(logits);
            pairs.map(|(x, t)| t * (log_sum - x)).sum()
        }
        LossSpec::BinaryCrossEntropy => pairs.map(|(x, t)| x.max(0.0) - x * t + (-x.abs()).exp().ln_1p()).sum(),
        LossSpec::MeanSquaredError => pairs.map(|(x, t)| (x - t).powi(2)).sum(),
    }
}

fn log_sum_exp(logits: &[f32]) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&x| f64::from(x - largest).exp()).sum();
    f64::from(largest) + sum.ln()
}

/// Score of each class (or label) from the logits of one sample or pixel: its probability; under squared error the
/// outputs themselves, which aim at 0 and 1 and may lie outside.
pub fn probabilities(loss: LossSpec, logits: &[f32], n_classes: usize) -> Vec<f32> {
    let each: Vec<f32> = match loss {
        LossSpec::CrossEntropy => {
            let log_sum = log_sum_exp(logits);
            logits.iter().map(|&x| (f64::from(x) - log_sum).exp() as f32).collect()
        }
        LossSpec::BinaryCrossEntropy => logits.iter().map(|&x| 1.0 / (1.0 + (-x).exp())).collect(),
        // What is above 1 or below 0 stays so: it decides and ranks as it is.
        LossSpec::MeanSquaredError => logits.to_vec(),
    };
    match each[..] {
        [p] if n_classes == 2 => vec![1.0 - p, p],
        _ => each,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use petri_data::random::{Purpose, stream, uniform_in};
    use petri_protocol::{TargetCode, Task};

    #[test]
    fn host_losses_follow_their_formulas() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(host_loss(LossSpec::CrossEntropy, &[0.0, 0.0], &[1.0, 0.0]), 2.0f64.ln());
        close(host_loss(LossSpec::BinaryCrossEntropy, &[0.0], &[1.0]), 2.0f64.ln());
        close(host_loss(LossSpec::BinaryCrossEntropy, &[-1000.0], &[1.0]), 1000.0);
        close(host_loss(LossSpec::MeanSquaredError, &[0.5], &[1.0]), 0.25);
    }

    #[test]
    fn smoothed_targets_are_the_same_on_device_and_host() {
        let training = TrainingSpec { label_smoothing: 0.3, ..TrainingSpec::default() };
        for weights in [vec![], vec![0.5, 2.0, 1.25]] {
            let smoothing = Smoothing::new(&training).weighted_by(&weights);
            let one_hot = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
            let tensor = Tensor::<1>::from_floats(one_hot, &crate::device::cpu()).reshape([2, 3, 1]);
            let read = crate::readback::read(smoothing.targets(tensor).flatten::<1>(0, 2));
            let on_device = pollster::block_on(read).expect("the CPU cannot fail");
            let on_host: Vec<f32> = one_hot.chunks(3).flat_map(|t| smoothing.host_targets(t).into_owned()).collect();
            for (a, b) in on_device.iter().zip(&on_host) {
                assert!((a - b).abs() < 1e-6, "{on_device:?} {on_host:?}");
            }
            if weights.is_empty() {
                assert!((on_host[1] - 0.8).abs() < 1e-6 && (on_host[0] - 0.1).abs() < 1e-6, "{on_host:?}");
            }
        }
        let mse = TrainingSpec { loss: LossSpec::MeanSquaredError, ..training };
        assert_eq!(Smoothing::new(&mse).host_targets(&[0.0, 1.0])[..], [0.0, 1.0], "cross-entropy only");
    }

    #[test]
    fn probabilities_add_up() {
        let p = probabilities(LossSpec::CrossEntropy, &[1000.0, 0.0, -3.0], 3);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(probabilities(LossSpec::BinaryCrossEntropy, &[0.0], 2), [0.5, 0.5]);
    }

    /// Hits on the device and decisions on the host for logits with ties and values around every threshold.
    #[test]
    fn device_and_host_decide_alike() {
        let device = crate::device::cpu();
        let mut rng = stream(11, Purpose::Data);
        let mut draw = |n: usize| -> Vec<f32> {
            // Halves make ties, the smallest steps round away in a probability.
            (0..n)
                .map(|_| (uniform_in(&mut rng, -3.0, 4.0) * 2.0).round() / 2.0 + uniform_in(&mut rng, -1.0, 1.0).round() * 1e-9)
                .collect()
        };
        let mut compared = 0;
        for task in Task::ALL {
            let (n, area) = (64, if task.card().by_pixel { 9 } else { 1 });
            for loss in [LossSpec::BinaryCrossEntropy, LossSpec::CrossEntropy, LossSpec::MeanSquaredError] {
                for k in [2, 3, 5] {
                    if (task.card().refuses)(loss, k).is_some() {
                        continue;
                    }
                    for channels in (task.card().channels)(loss, k) {
                        let code = (task.card().code)(loss, channels);
                        let decision = Decision::new(code, loss);
                        let logits = draw(n * channels * area);
                        let mut targets = vec![0.0; n * channels * area];
                        let mut weights = vec![1.0; n * area];
                        // Filling counts for nothing.
                        weights[(n - 5) * area..].fill(0.0);
                        let mut expected = 0;
                        for (cell, weight) in weights.iter().enumerate() {
                            let (sample, pixel) = (cell / area, cell % area);
                            let at = |c: usize| (sample * channels + c) * area + pixel;
                            let outputs: Vec<f32> = (0..channels).map(|c| logits[at(c)]).collect();
                            let truth = cell % k;
                            let right = match code {
                                TargetCode::Number => 0,
                                TargetCode::Labels => (0..channels)
                                    .filter(|&c| {
                                        let is_yes = (cell + c) % 3 == 0;
                                        targets[at(c)] = f32::from(u8::from(is_yes));
                                        decision.is_yes(outputs[c]) == is_yes
                                    })
                                    .count(),
                                TargetCode::Binary | TargetCode::OneHot => {
                                    if code == TargetCode::Binary {
                                        targets[at(0)] = truth as f32;
                                    } else {
                                        targets[at(truth)] = 1.0;
                                    }
                                    usize::from(decision.class(&outputs) == truth)
                                }
                            };
                            if *weight > 0.0 {
                                expected += right;
                            }
                        }
                        let tensor = |values: &[f32], channels: usize| {
                            Tensor::<3>::from_data(TensorData::new(values.to_vec(), [n, channels, area]), &device)
                        };
                        let hits = hits(decision, tensor(&logits, channels), tensor(&targets, channels), tensor(&weights, 1));
                        let found = pollster::block_on(crate::readback::read(hits)).expect("the CPU cannot fail");
                        assert_eq!(found, [expected as f32], "{task:?} {loss:?} {k} {channels}");
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared >= 20, "only {compared} combinations");
    }
}
