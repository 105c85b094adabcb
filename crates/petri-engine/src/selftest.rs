//! Compares every operation, loss and optimizer of one device with another: forward pass, gradients
//! and weights after two steps. On the web a shader that fails validation is only logged and leaves
//! stale numbers behind, so the GPU engine is not believed before this has passed.

use petri_data::Batch;
use petri_data::random::{Purpose, normal, stream};
use petri_protocol::event::SelfTestResult;
use petri_protocol::{
    Init, LossSpec, NetworkSpec, OpSpec, OptimizerSpec, Padding, TargetCode, Task, TensorShape, TrainingSpec, notation,
};

use crate::device::Device;
use crate::error::EngineError;
use crate::executor::Executor;
use crate::op::trial::Trial;
use crate::plan::Plan;

/// Largest difference |a − b| / (1 + |b|) of losses and logits that is believed to be rounding.
pub const TOLERANCE: f64 = 1e-3;
/// The same after two steps, on whose way an optimizer may blow up rounding noise.
const TOLERANCE_AFTER: f64 = 5e-2;
/// Largest relative difference of the gradient of a parameter.
const GRADIENT_TOLERANCE: f64 = 1e-2;
/// Largest relative difference of the way that a parameter moved. A missing update or another optimizer is at
/// about 1; single values whose gradient is nearly zero may step the other way.
const UPDATE_TOLERANCE: f64 = 0.1;
/// Gradients below this part of all gradients together are rounding noise.
const NOISE: f64 = 1e-5;

/// Learning rate of the comparisons.
const RATE: f64 = 0.01;
/// Operations are compared with the plainest optimizer, the others have cases of their own.
const SGD: OptimizerSpec = OptimizerSpec::Sgd { momentum: 0.0, nesterov: false };

/// One comparison.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is compared.
    pub name: String,
    network: NetworkSpec,
    input: TensorShape,
    training: TrainingSpec,
    task: Task,
}

fn case(name: impl Into<String>, ops: Vec<OpSpec>, input: TensorShape, loss: LossSpec, optimizer: OptimizerSpec) -> Case {
    let training = TrainingSpec { loss, optimizer, learning_rate: RATE, weight_decay: 0.01, ..TrainingSpec::default() };
    Case { name: name.into(), network: NetworkSpec::chain(ops), input, training, task: Task::MultiClass }
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
    let labels = case("several labels", neuron(3), features, LossSpec::BinaryCrossEntropy, SGD);
    cases.push(Case { task: Task::MultiLabel, ..labels });
    cases.push(Case { task: Task::Regression, ..case("a number", neuron(1), features, LossSpec::MeanSquaredError, SGD) });
    let mut smoothed = case("label smoothing", neuron(3), features, LossSpec::CrossEntropy, SGD);
    smoothed.training.label_smoothing = 0.2;
    cases.push(smoothed);
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

/// The one comparison that a run needs before it starts: its own network, loss, targets, optimizer and clipping, at a
/// learning rate at which nothing overflows.
pub fn case_for(network: &NetworkSpec, input: TensorShape, training: &TrainingSpec, task: Task) -> Case {
    let training = TrainingSpec { learning_rate: RATE, ..training.clone() };
    Case { name: "this network".into(), network: network.clone(), input, training, task }
}

/// What a comparison vouches for: another network, loss, kind of targets, optimizer, clipping or number of samples is
/// compared anew.
pub fn key(case: &Case, n: usize) -> String {
    let training = &case.training;
    format!(
        "{:?} {} {:?} {:?} {:?} smooth {} clip {} decay {} n {n}",
        case.input,
        notation::print(&case.network),
        case.task,
        training.loss,
        training.optimizer,
        training.label_smoothing > 0.0,
        training.clip_norm > 0.0,
        training.weight_decay > 0.0,
    )
}

/// A batch of noise with alternating targets, whose last sample is filling and must not count.
fn noise_batch(plan: &Plan, n: usize, code: TargetCode) -> Batch {
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
    let n_real = n - usize::from(n > 2);
    let weights = (0..n * area).map(|i| if i < n_real * area { 0.5 + (i % 3) as f32 } else { 0.0 }).collect();
    Batch { size: n, n_real, code, inputs: (0..n * plan.input.len()).map(|_| normal(&mut rng)).collect(), targets, weights }
}

/// What one device makes of a case.
#[derive(Debug, Clone, PartialEq)]
struct Evidence {
    loss: f32,
    /// Right answers in each of the two steps.
    hits: Vec<f32>,
    /// By parameter; zeros where there is none.
    gradients: Vec<Vec<f32>>,
    /// How far each parameter moved in two steps.
    updates: Vec<Vec<f32>>,
    /// Before and after these steps, in evaluation mode.
    logits: [Vec<f32>; 2],
}

/// Runs one case on one device.
async fn run(case: &Case, device: &Device, n: usize, pause: &mut impl AsyncFnMut()) -> Result<Evidence, EngineError> {
    let mut trainer =
        device.start(&case.network, case.input, &case.training, 3).map_err(|problems| EngineError::Invalid { problems })?;
    let channels = trainer.network().plan().logits_shape().channels();
    let batch = noise_batch(trainer.network().plan(), n, (case.task.card().code)(case.training.loss, channels));
    let (loss, gradients) = trainer.network().gradients(&batch).await?;
    pause().await;
    let first = trainer.network().logits(vec![(batch.inputs.clone(), n)]).await?.swap_remove(0);
    pause().await;
    let before = parameters(&*trainer).await?;
    let mut hits = Vec::new();
    for step in 0..2 {
        trainer.step(&batch, step, case.training.learning_rate);
        hits.extend(trainer.read().await?.steps.iter().map(|s| s.hits));
        pause().await;
    }
    let moved = |(after, before): (Vec<f32>, Vec<f32>)| after.iter().zip(before).map(|(a, b)| a - b).collect();
    let updates = parameters(&*trainer).await?.into_iter().zip(before).map(moved).collect();
    let last = trainer.network().logits(vec![(batch.inputs.clone(), n)]).await?.swap_remove(0);
    pause().await;
    Ok(Evidence { loss, hits, gradients, updates, logits: [first, last] })
}

/// All parameters: weight, bias (where there is one), weight …
async fn parameters(trainer: &dyn Executor) -> Result<Vec<Vec<f32>>, EngineError> {
    let network = trainer.network();
    let all: Vec<usize> = (0..network.plan().nodes.len()).collect();
    let tensors = network.weights(&all).await?.into_iter().flatten().map(|t| t.values);
    Ok(tensors.filter(|values| !values.is_empty()).collect())
}

/// How far a list of tensors is from the expected one: the largest |a − b| / |b| by tensor, as Euclidean norms.
/// Tensors below [`NOISE`] of the whole are rounding noise and compared with that.
fn relative(found: &[Vec<f32>], expected: &[Vec<f32>]) -> f64 {
    if found.len() != expected.len() || found.iter().zip(expected).any(|(a, b)| a.len() != b.len()) {
        return f64::NAN;
    }
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let whole = norm(&mut expected.iter().flatten().map(|v| f64::from(*v)));
    let mut largest = 0.0f64;
    for (a, b) in found.iter().zip(expected) {
        let size = norm(&mut b.iter().map(|v| f64::from(*v))).max(NOISE * whole).max(f64::MIN_POSITIVE);
        let distance = norm(&mut a.iter().zip(b).map(|(a, b)| f64::from(a - b))) / size;
        if distance.is_nan() {
            return f64::NAN;
        }
        largest = largest.max(distance);
    }
    largest
}

/// Compares what two devices made of a case; the number is the largest difference, NaN when something is no number.
fn judge(found: &Evidence, expected: &Evidence, optimizer: OptimizerSpec) -> (f64, bool) {
    let of = |e: &Evidence| [vec![e.loss], e.logits[0].clone()];
    let forward = difference(&of(found), &of(expected));
    let after = difference(&found.logits[1..], &expected.logits[1..]);
    // Rounding may turn one answer over, not two.
    let miscounts = found.hits.iter().zip(&expected.hits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let counts_alike = found.hits.len() == expected.hits.len() && miscounts <= 1.0;
    if expected.updates.len() != expected.gradients.len() {
        return (f64::NAN, false);
    }
    let gradients = relative(&found.gradients, &expected.gradients);
    // Parameters whose gradient is rounding noise: adaptive optimizers blow it up to whole steps.
    let steady = |values: &[Vec<f32>]| -> Vec<Vec<f32>> {
        let whole: f32 = expected.gradients.iter().flatten().map(|g| g * g).sum();
        let is_steady = |g: &Vec<f32>| g.iter().map(|g| g * g).sum::<f32>() > (NOISE * NOISE) as f32 * whole;
        let is_adaptive = !matches!(optimizer, OptimizerSpec::Sgd { .. });
        values.iter().zip(&expected.gradients).filter(|(_, g)| !is_adaptive || is_steady(g)).map(|(v, _)| v.clone()).collect()
    };
    let updates = relative(&steady(&found.updates), &steady(&expected.updates));
    let passed = counts_alike
        && forward <= TOLERANCE
        && after <= TOLERANCE_AFTER
        && gradients <= GRADIENT_TOLERANCE
        && updates <= UPDATE_TOLERANCE;
    let all = [forward, after, gradients, updates];
    (if all.iter().any(|d| d.is_nan()) { f64::NAN } else { all.into_iter().fold(0.0, f64::max) }, passed)
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

/// Runs a case on both devices with `n` samples. `pause` is awaited between the parts.
///
/// # Errors
///
/// When a device fails.
pub async fn compare(
    case: &Case,
    tested: &Device,
    reference: &Device,
    n: usize,
    mut pause: impl AsyncFnMut(),
) -> Result<SelfTestResult, EngineError> {
    let expected = run(case, reference, n, &mut pause).await?;
    let found = run(case, tested, n, &mut pause).await?;
    let (difference, passed) = judge(&found, &expected, case.training.optimizer);
    Ok(SelfTestResult { name: case.name.clone(), difference: difference.is_finite().then_some(difference), passed })
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

    /// A network with batch norm, whose bias before it has a gradient of rounding noise, and Adam.
    fn adam_case() -> Case {
        let network = notation::parse("conv(4,p=same)-batchnorm-flatten-dense(2)").expect("a network");
        Case { network, ..case("damaged", vec![], TensorShape::image(2, 8, 8), LossSpec::CrossEntropy, OptimizerSpec::ADAM) }
    }

    fn evidence(case: &Case) -> Evidence {
        pollster::block_on(run(case, &crate::device::cpu(), 4, &mut async || {})).expect("the CPU cannot fail")
    }

    #[test]
    fn rounding_passes() {
        let expected = evidence(&adam_case());
        let mut found = expected.clone();
        for value in found.gradients.iter_mut().chain(&mut found.updates).flatten() {
            *value *= 1.0 + 1e-5;
        }
        assert!(judge(&found, &expected, OptimizerSpec::ADAM).1);
    }

    #[test]
    fn a_missing_update_fails() {
        let expected = evidence(&adam_case());
        for parameter in 0..expected.updates.len() {
            // The bias in front of the batch norm moves by noise.
            if expected.gradients[parameter].iter().all(|g| g.abs() < 1e-6) {
                continue;
            }
            let mut found = expected.clone();
            found.updates[parameter].fill(0.0);
            assert!(!judge(&found, &expected, OptimizerSpec::ADAM).1, "parameter {parameter}");
        }
    }

    #[test]
    fn a_zeroed_gradient_fails() {
        let expected = evidence(&adam_case());
        for parameter in 0..expected.gradients.len() {
            if expected.gradients[parameter].iter().all(|g| g.abs() < 1e-6) {
                continue;
            }
            let mut found = expected.clone();
            found.gradients[parameter].fill(0.0);
            assert!(!judge(&found, &expected, OptimizerSpec::ADAM).1, "parameter {parameter}");
        }
    }

    #[test]
    fn a_missing_update_behind_a_frozen_layer_or_a_dead_branch_fails() {
        for text in ["dense(4)~frozen-tanh-dense(2)", "dense(4)-dense(3)-dense(2)@dense1"] {
            let network = notation::parse(text).expect("a network");
            for optimizer in [SGD, OptimizerSpec::ADAM] {
                let of = case("damaged", vec![], TensorShape::Features(3), LossSpec::CrossEntropy, optimizer);
                let expected = evidence(&Case { network: network.clone(), ..of });
                assert_eq!(expected.gradients.len(), expected.updates.len(), "{text}");
                assert!(judge(&expected.clone(), &expected, optimizer).1, "{text}");
                let moved = expected.updates.iter().rposition(|u| u.iter().any(|v| *v != 0.0)).expect("something learns");
                let mut found = expected.clone();
                found.updates[moved].fill(0.0);
                assert!(!judge(&found, &expected, optimizer).1, "{text} {optimizer:?}");
            }
        }
    }

    #[test]
    fn miscounted_answers_fail() {
        let expected = evidence(&adam_case());
        let mut found = expected.clone();
        found.hits[0] += 2.0;
        assert!(!judge(&found, &expected, OptimizerSpec::ADAM).1);
    }

    #[test]
    fn a_wrong_optimizer_fails() {
        let case = adam_case();
        let expected = evidence(&case);
        for optimizer in [SGD, OptimizerSpec::RmsProp { alpha: 0.99, momentum: 0.0 }] {
            let mut other = case.clone();
            other.training.optimizer = optimizer;
            assert!(!judge(&evidence(&other), &expected, OptimizerSpec::ADAM).1, "{optimizer:?}");
        }
    }

    #[test]
    fn another_optimizer_loss_or_clipping_is_compared_anew() {
        let case = adam_case();
        let mut keys = vec![key(&case, 4), key(&case, 8)];
        for change in [
            |t: &mut TrainingSpec| t.optimizer = SGD,
            |t: &mut TrainingSpec| t.loss = LossSpec::MeanSquaredError,
            |t: &mut TrainingSpec| t.clip_norm = 1.0,
            |t: &mut TrainingSpec| t.label_smoothing = 0.1,
        ] {
            let mut other = case.clone();
            change(&mut other.training);
            keys.push(key(&other, 4));
        }
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 6);
    }

    #[test]
    fn the_cpu_engine_computes_what_burn_does() {
        let burn = Device::Burn(crate::device::flex());
        for case in all_cases() {
            let result = pollster::block_on(compare(&case, &Device::Cpu, &burn, 4, async || {})).expect("the CPU cannot fail");
            assert!(result.passed, "{result:?}");
        }
    }
}
