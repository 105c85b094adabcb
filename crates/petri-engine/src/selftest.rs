//! Compares every operation, loss and optimizer of one device with another: forward pass, gradients
//! and weights after two steps. On the web a shader that fails validation is only logged and leaves
//! stale numbers behind, so the GPU engine is not believed before this has passed.

use burn::tensor::Device;
use petri_data::Batch;
use petri_data::random::{Purpose, normal, stream};
use petri_protocol::event::SelfTestResult;
use petri_protocol::{Init, LossSpec, NetworkSpec, OpSpec, OptimizerSpec, Padding, TargetCode, TensorShape, TrainingSpec};

use crate::error::EngineError;
use crate::op::trial::Trial;
use crate::trainer::Trainer;

/// Largest difference |a − b| / (1 + |b|) that is believed to be rounding.
pub const TOLERANCE: f64 = 1e-3;

/// A bias in front of a batch normalisation has no effect: its gradient is rounding noise, which Adam
/// would blow up to whole steps. Operations are therefore compared with SGD, optimizers on their own.
const SGD: OptimizerSpec = OptimizerSpec::Sgd { momentum: 0.0, nesterov: false };

/// One comparison.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is compared.
    pub name: String,
    network: NetworkSpec,
    input: TensorShape,
    training: TrainingSpec,
}

fn case(name: impl Into<String>, ops: Vec<OpSpec>, input: TensorShape, loss: LossSpec, optimizer: OptimizerSpec) -> Case {
    let training = TrainingSpec { loss, optimizer, learning_rate: 0.01, weight_decay: 0.01, ..TrainingSpec::default() };
    Case { name: name.into(), network: NetworkSpec::chain(ops), input, training }
}

/// Every operation, loss and optimizer once.
pub fn all_cases() -> Vec<Case> {
    let of_trial =
        |trial: Trial| Case { network: trial.network, ..case(trial.name, vec![], trial.input, LossSpec::CrossEntropy, SGD) };
    let mut cases: Vec<Case> = crate::op::trials().into_iter().map(of_trial).collect();
    let mut clipped = of_trial(Trial::on_features("gradient clipping", vec![OpSpec::dense(4)]));
    clipped.training.clip_norm = 0.1;
    cases.push(clipped);
    let neuron = |units| vec![OpSpec::dense(units)];
    let features = TensorShape::Features(3);
    cases.push(case("binary cross-entropy", neuron(1), features, LossSpec::BinaryCrossEntropy, SGD));
    cases.push(case("mean squared error", neuron(2), features, LossSpec::MeanSquaredError, SGD));
    let segmentation = vec![OpSpec::conv(2, 3, Padding::Same, Init::He)];
    cases.push(case("cross-entropy of pixels", segmentation, TensorShape::image(1, 8, 8), LossSpec::CrossEntropy, SGD));
    for optimizer in [
        OptimizerSpec::ADAM,
        OptimizerSpec::Sgd { momentum: 0.9, nesterov: false },
        OptimizerSpec::Sgd { momentum: 0.9, nesterov: true },
        OptimizerSpec::AdamW { beta1: 0.9, beta2: 0.999 },
        OptimizerSpec::RmsProp { alpha: 0.99, momentum: 0.9 },
    ] {
        let name = match optimizer {
            OptimizerSpec::Sgd { nesterov: true, .. } => "SGD with Nesterov momentum".to_owned(),
            OptimizerSpec::Sgd { .. } => "SGD with momentum".to_owned(),
            other => other.title().to_owned(),
        };
        cases.push(case(name, neuron(2), features, LossSpec::CrossEntropy, optimizer));
    }
    cases
}

/// The one comparison that a run needs before it starts: every operation of its own network, and its loss.
pub fn case_for(network: &NetworkSpec, input: TensorShape, training: &TrainingSpec) -> Case {
    let training = TrainingSpec { optimizer: SGD, ..training.clone() };
    Case { name: "this network".into(), network: network.clone(), input, training }
}

/// A batch of noise with alternating targets.
fn noise_batch(trainer: &Trainer, n: usize) -> Batch {
    let plan = trainer.plan();
    let mut rng = stream(7, Purpose::Data);
    let (channels, area) = (plan.logits_shape().channels(), plan.logits_shape().area());
    let mut targets = vec![0.0; n * channels * area];
    for sample in 0..n {
        for pixel in 0..area {
            let class = (sample + pixel) % channels.max(2);
            if class < channels {
                targets[(sample * channels + class) * area + pixel] = 1.0;
            }
        }
    }
    // Half a batch of filling would hide nothing: all samples count, with different weights.
    let weights = (0..n * area).map(|i| 0.5 + (i % 3) as f32).collect();
    let code = if channels == 1 { TargetCode::Binary } else { TargetCode::OneHot };
    Batch { size: n, n_real: n, code, inputs: (0..n * plan.input.len()).map(|_| normal(&mut rng)).collect(), targets, weights }
}

/// Logits, gradients and weights after two steps of one case on one device.
async fn run(case: &Case, device: &Device, n: usize) -> Result<Vec<Vec<f32>>, EngineError> {
    let mut trainer = Trainer::new(&case.network, case.input, &case.training, 3, device)
        .map_err(|problems| EngineError::Invalid { problems })?;
    let batch = noise_batch(&trainer, n);
    let (loss, gradients) = trainer.gradients(&batch).await?;
    let mut values = vec![vec![loss]];
    values.extend(gradients);
    for step in 0..2 {
        trainer.step(&batch, step, 0.01);
    }
    for [weight, bias] in trainer.read_all_weights().await? {
        values.extend([weight.values, bias.values]);
    }
    values.push(crate::readback::read(trainer.logits(batch.inputs.clone(), n)).await?);
    Ok(values)
}

/// Largest difference |a − b| / (1 + |b|); NaN when the shapes differ or a value is no number.
pub fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> f64 {
    if a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.len() != b.len()) {
        return f64::NAN;
    }
    let mut largest = 0.0f64;
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        let d = f64::from((a - b).abs()) / (1.0 + f64::from(b.abs()));
        if d.is_nan() {
            return f64::NAN;
        }
        largest = largest.max(d);
    }
    largest
}

/// Runs a case on both devices with `n` samples.
///
/// # Errors
///
/// When a device fails.
pub async fn compare(case: &Case, tested: &Device, reference: &Device, n: usize) -> Result<SelfTestResult, EngineError> {
    let expected = run(case, reference, n).await?;
    let found = run(case, tested, n).await?;
    let difference = difference(&found, &expected);
    Ok(SelfTestResult {
        name: case.name.clone(),
        difference: difference.is_finite().then_some(difference),
        passed: difference <= TOLERANCE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_is_seen() {
        assert!(difference(&[vec![1.0, 2.0]], &[vec![1.0, 2.0]]) < 1e-12);
        assert!(difference(&[vec![1.0, 2.1]], &[vec![1.0, 2.0]]) > TOLERANCE);
        assert!(difference(&[vec![f32::NAN]], &[vec![1.0]]).is_nan());
        assert!(difference(&[vec![]], &[vec![1.0]]).is_nan());
    }

    #[test]
    fn every_case_runs_on_the_cpu() {
        let device = crate::device::cpu();
        for case in all_cases() {
            let result = pollster::block_on(compare(&case, &device, &device, 4)).expect("the CPU cannot fail");
            assert!(result.passed && result.difference == Some(0.0), "{result:?}");
        }
    }
}
