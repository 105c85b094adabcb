//! Loss functions, on the device for training and on the host for evaluation.
//!
//! All read `[batch, channels, area]`: area is 1 for whole samples and height × width for pixels.
//! Weights of samples (class weights, 0 for filling) are divided by their sum on the host, so that
//! every loss is a weighted sum and a filled-up batch needs no second shape.

use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, log_softmax};
use petri_data::Batch;
use petri_protocol::LossSpec;

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

/// Weighted mean loss.
///
/// # Shapes
///
/// - `logits`, `targets`: `[batch, channels, area]`
/// - `weights`: `[batch, 1, area]`, already multiplied by [`normaliser`]
pub fn weighted(loss: LossSpec, logits: Tensor<3>, targets: Tensor<3>, weights: Tensor<3>) -> Tensor<1> {
    (elementwise(loss, logits, targets) * weights).sum()
}

/// Number of right answers among those with a weight above zero.
///
/// # Shapes
///
/// As [`weighted`].
pub fn hits(loss: LossSpec, logits: Tensor<3>, targets: Tensor<3>, weights: Tensor<3>) -> Tensor<1> {
    let counts = weights.greater_elem(0.0).float();
    let channels = logits.dims()[1];
    if loss == LossSpec::CrossEntropy || (loss == LossSpec::MeanSquaredError && channels > 1) {
        // Right where the largest logit stands at the target.
        let largest = logits.clone().max_dim(1);
        let at_largest = logits.greater_equal(largest).float();
        (at_largest * targets * counts).sum()
    } else {
        let threshold = threshold(loss);
        let same = logits.greater_elem(threshold).equal(targets.greater_elem(0.5)).float();
        (same * counts).sum()
    }
}

/// Above this a single output means "yes".
fn threshold(loss: LossSpec) -> f32 {
    if loss == LossSpec::BinaryCrossEntropy { 0.0 } else { 0.5 }
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

/// Probability of each class (or label) from the logits of one sample or pixel.
pub fn probabilities(loss: LossSpec, logits: &[f32], n_classes: usize) -> Vec<f32> {
    let each: Vec<f32> = match loss {
        LossSpec::CrossEntropy => {
            let log_sum = log_sum_exp(logits);
            logits.iter().map(|&x| (f64::from(x) - log_sum).exp() as f32).collect()
        }
        LossSpec::BinaryCrossEntropy => logits.iter().map(|&x| 1.0 / (1.0 + (-x).exp())).collect(),
        LossSpec::MeanSquaredError => logits.iter().map(|&x| x.clamp(0.0, 1.0)).collect(),
    };
    match each[..] {
        [p] if n_classes == 2 => vec![1.0 - p, p],
        _ => each,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
