//! Loss functions, on the device for training and on the host for evaluation.
//!
//! All read `[batch, channels, area]`: area is 1 for whole samples and height × width for pixels.
//! Weights of samples (class weights, 0 for filling) are divided by their sum on the host, so that
//! every loss is a weighted sum and a filled-up batch needs no second shape.

mod host_pass;
mod smoothing;

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Int, Tensor};
use petri_data::Batch;
use petri_protocol::{Decision, LossSpec, TrainingSpec};
use smoothing::Smoothing;

/// Loss and number of right answers of a batch, as tensors on the device.
pub struct LossOutput {
    /// Mean loss, `[1]`.
    pub loss: Tensor<1>,
    /// Right answers among the samples (or pixels, or labels) that count, `[1]`.
    pub hits: Tensor<1>,
}

/// What a training minimises: a loss and everything that changes it. Whatever computes a loss asks this.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    loss: LossSpec,
    smoothing: Smoothing,
}

impl Objective {
    /// The objective of a training whose classes count alike.
    pub fn new(training: &TrainingSpec) -> Self {
        Self { loss: training.loss, smoothing: Smoothing::new(training) }
    }

    /// With the weights of the classes, which the weights of the samples hold already.
    pub fn set_class_weights(&mut self, class_weights: &[f32]) {
        self.smoothing.set_class_weights(class_weights);
    }

    /// The kind of loss.
    pub fn loss(&self) -> LossSpec {
        self.loss
    }

    /// Factor on the weights of a batch, as PyTorch reduces: cross-entropy by the sum of the weights,
    /// the others by the number of elements that count.
    pub fn normaliser(&self, batch: &Batch, channels: usize) -> f32 {
        let area = batch.weights.len() / batch.size.max(1);
        let sum = match self.loss {
            LossSpec::CrossEntropy => batch.weights.iter().sum(),
            LossSpec::BinaryCrossEntropy | LossSpec::MeanSquaredError => (batch.n_real * channels * area) as f32,
        };
        if sum > 0.0 { 1.0 / sum } else { 0.0 }
    }

    /// Weighted mean loss.
    ///
    /// # Shapes
    ///
    /// - `logits`, `targets`: `[batch, channels, area]`
    /// - `weights`: `[batch, 1, area]`, already multiplied by [`Objective::normaliser`]
    pub fn weighted(&self, logits: Tensor<3>, targets: Tensor<3>, weights: Tensor<3>) -> Tensor<1> {
        (elementwise(self.loss, logits, self.smoothing.targets(targets)) * weights).sum()
    }

    /// Loss of one sample (or pixel) on the host, before weighting, with the same formulas.
    pub fn on_host(&self, logits: &[f32], targets: &[f32]) -> f64 {
        host_loss(self.loss, logits, &self.smoothing.host_targets(targets))
    }

    /// What one sample (or pixel) adds to the sum by which weighted losses on the host are divided.
    pub fn host_divisor(&self, channels: usize, weight: f32) -> f64 {
        match self.loss {
            LossSpec::CrossEntropy => f64::from(weight),
            LossSpec::BinaryCrossEntropy | LossSpec::MeanSquaredError => channels as f64,
        }
    }
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

/// Number of right answers among those with a weight above zero; 0 where numbers are predicted.
///
/// # Shapes
///
/// As [`Objective::weighted`].
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

/// Loss of one sample (or pixel) on the host, before weighting.
fn host_loss(loss: LossSpec, logits: &[f32], targets: &[f32]) -> f64 {
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
    fn probabilities_add_up() {
        let p = probabilities(LossSpec::CrossEntropy, &[1000.0, 0.0, -3.0], 3);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(probabilities(LossSpec::BinaryCrossEntropy, &[0.0], 2), [0.5, 0.5]);
    }

    /// Hits on the device and decisions on the host for logits with ties and values around every threshold.
    #[test]
    fn device_and_host_decide_alike() {
        let device = crate::device::flex();
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
