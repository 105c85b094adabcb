//! How much memory a network needs, from its shapes: the bound that is checked before anything is computed.
//!
//! In bytes, four for each value, with P parameters, m moments of the optimizer for each, B samples in a batch, x
//! values in a sample, and k values that node i keeps for one sample until the backward pass (its output; dropout and
//! batch normalisation twice as much):
//!
//! - a training step: 4 · (P · (3 + m) + B · (2 · x + 2 · Σ k + max k)): weights, their gradients and the new weights; the
//!   inputs, on the host and on the device; every kept value and its gradient; a working copy of the largest;
//! - a forward pass alone: 4 · (P + B · (the most values that are alive at one time + max k)), as outputs are let go
//!   behind their last reader.
//!
//! Both are bounds, not measurements: the backward pass frees values on its way, and engines add buffers of their own.

use crate::network::NetworkShape;
use crate::{OptimizerSpec, Problem};

/// Most bytes that a training step may hold: a browser's worker has 4 GiB at best, which data, kernels and
/// fragmentation share.
pub const MAX_STEP_BYTES: u64 = 3 << 29;
/// Bytes that a batch of an evaluation or a probe should stay below.
pub const MAX_EVALUATION_BYTES: u64 = 1 << 28;
/// Most samples in one batch of an evaluation: more are not faster.
const MAX_EVALUATION_BATCH: usize = 256;
/// Size of a value.
const BYTES: u64 = 4;

impl OptimizerSpec {
    /// Number of values that the optimizer keeps for each parameter.
    pub fn n_moments(self) -> u64 {
        let of_momentum = |momentum: f64| u64::from(momentum > 0.0);
        match self {
            Self::Sgd { momentum, .. } => of_momentum(momentum),
            Self::Adam { .. } | Self::AdamW { .. } => 2,
            Self::RmsProp { momentum, .. } => 1 + of_momentum(momentum),
        }
    }
}

fn bytes(values: u64) -> u64 {
    values.saturating_mul(BYTES)
}

/// Bytes that a training step on a batch of `n` samples holds at most.
pub fn step(shape: &NetworkShape, optimizer: OptimizerSpec, n: usize) -> u64 {
    let kept = shape.nodes.iter().fold(0u64, |all, node| all.saturating_add(node.n_kept as u64));
    let twice = (shape.input.len() as u64).saturating_add(kept).saturating_mul(2);
    let for_sample = twice.saturating_add(largest(shape));
    let for_parameter = 3 + optimizer.n_moments();
    let weights = (shape.n_parameters() as u64).saturating_mul(for_parameter);
    bytes(weights.saturating_add(for_sample.saturating_mul(n as u64)))
}

/// Bytes that a forward pass of `n` samples holds at most, when the outputs of the nodes `keep` are kept to its end.
pub fn forward(shape: &NetworkShape, keep: &[usize], n: usize) -> u64 {
    let for_sample = alive(shape, keep).saturating_add(largest(shape));
    bytes((shape.n_parameters() as u64).saturating_add(for_sample.saturating_mul(n as u64)))
}

/// Samples whose forward pass, with the outputs of the nodes `keep` kept, stays below `budget` bytes; at least one.
pub fn samples(shape: &NetworkShape, keep: &[usize], budget: u64) -> usize {
    let for_weights = forward(shape, keep, 0);
    let for_sample = forward(shape, keep, 1).saturating_sub(for_weights).max(1);
    let fitting = budget.saturating_sub(for_weights) / for_sample;
    usize::try_from(fitting).unwrap_or(usize::MAX).max(1)
}

/// Samples in one batch of an evaluation that stays below `budget` bytes; at least one.
pub fn evaluation_batch_size(shape: &NetworkShape, budget: u64) -> usize {
    samples(shape, &[], budget).min(MAX_EVALUATION_BATCH)
}

/// Values that the largest node keeps for one sample.
fn largest(shape: &NetworkShape) -> u64 {
    shape.nodes.iter().map(|n| n.n_kept as u64).max().unwrap_or(0)
}

/// The most values of one sample that are needed at one time.
fn alive(shape: &NetworkShape, keep: &[usize]) -> u64 {
    let nodes = &shape.nodes;
    let mut last_use: Vec<usize> = (0..nodes.len()).collect();
    for (idx, node) in nodes.iter().enumerate() {
        for input in node.inputs.iter().flatten() {
            last_use[*input] = idx;
        }
    }
    for idx in keep {
        if let Some(last) = last_use.get_mut(*idx) {
            *last = nodes.len();
        }
    }
    let mut freed_behind = vec![0u64; nodes.len() + 1];
    let (mut now, mut most) = (shape.input.len() as u64, shape.input.len() as u64);
    for (idx, node) in nodes.iter().enumerate() {
        let size = node.output.len() as u64;
        freed_behind[last_use[idx]] += size;
        now += size;
        most = most.max(now);
        now -= freed_behind[idx];
    }
    most
}

/// What is wrong with a network that needs more memory than there is; `names` are those of its nodes.
pub fn problem(shape: &NetworkShape, names: &[&str], optimizer: OptimizerSpec, batch_size: usize) -> Option<Problem> {
    let needed = step(shape, optimizer, batch_size);
    if needed <= MAX_STEP_BYTES {
        return None;
    }
    let alone = step(shape, optimizer, 1);
    let of_weights = step(shape, optimizer, 0);
    let largest = (0..shape.nodes.len()).max_by_key(|&i| shape.nodes[i].n_kept);
    let culprit = match largest.zip(largest.and_then(|i| names.get(i))) {
        Some((i, name)) if of_weights <= needed / 2 => format!(", mostly {name}'s {}", shape.nodes[i].output),
        _ => format!(", mostly for its {} weights", shape.n_parameters()),
    };
    let (remedy, field) = if alone <= MAX_STEP_BYTES {
        ("smaller batches or a smaller network", "training.batch_size")
    } else {
        ("a smaller network", "network")
    };
    let message = format!("a step would hold {}{culprit}; at most {} fit: use {remedy}", gb(needed), gb(MAX_STEP_BYTES));
    Some(Problem::new(field, message))
}

/// Bytes as a person reads them.
fn gb(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NetworkSpec, TensorShape, notation};

    fn shape(text: &str, input: TensorShape) -> (NetworkSpec, NetworkShape) {
        let network = notation::parse(text).expect("notation");
        let shape = network.infer(input).expect("valid");
        (network, shape)
    }

    const SGD: OptimizerSpec = OptimizerSpec::Sgd { momentum: 0.0, nesterov: false };

    #[test]
    fn the_bound_is_the_formula() {
        let (_, shape) = shape("dense(3)-relu-dense(2)", TensorShape::Features(4));
        // 12 + 3 + 6 + 2 parameters; a sample of 4 values; nodes of 3, 3 and 2.
        assert_eq!(step(&shape, SGD, 10), 4 * (23 * 3 + 10 * (2 * 4 + 2 * 8 + 3)));
        assert_eq!(step(&shape, OptimizerSpec::ADAM, 10), 4 * (23 * 5 + 10 * (2 * 4 + 2 * 8 + 3)));
        // The input, which is kept, and two nodes at a time.
        assert_eq!(forward(&shape, &[], 10), 4 * (23 + 10 * (4 + 6 + 3)));
        assert_eq!(forward(&shape, &[0, 1, 2], 10), 4 * (23 + 10 * (4 + 8 + 3)));
    }

    #[test]
    fn a_skip_stays_alive_until_it_is_read() {
        let (_, chain) = shape("dense(8)-dense(2)-dense(2)-dense(8)-dense(2)", TensorShape::Features(1));
        let (_, skip) = shape("dense(8)-dense(2)-dense(2)-dense(8)-add@dense1+dense4", TensorShape::Features(1));
        assert_eq!(alive(&chain, &[]), 1 + 10);
        assert_eq!(alive(&skip, &[]), 1 + 24);
    }

    #[test]
    fn an_enlarged_image_is_refused_with_the_reason() {
        let text = "conv(64,p=same)-upsample(16)-globalavgpool-dense(2)";
        let (network, shape) = shape(text, TensorShape::image(1, 28, 28));
        let names: Vec<&str> = network.nodes.iter().map(|n| n.name.as_str()).collect();
        let problem = problem(&shape, &names, OptimizerSpec::ADAM, 32).expect("too large");
        assert_eq!(problem.field, "training.batch_size");
        assert!(problem.message.contains("mostly upsample1's 64×448×448"), "{}", problem.message);
        assert!(problem.message.starts_with("a step would hold 4.9 GB"), "{}", problem.message);
        assert!(super::problem(&shape, &names, OptimizerSpec::ADAM, 8).is_none());
        // Evaluation takes as many samples as fit: a map of 64 × 448² and a working copy are 103 MB.
        let n = evaluation_batch_size(&shape, MAX_EVALUATION_BYTES);
        assert!((1..=3).contains(&n) && forward(&shape, &[], n) <= MAX_EVALUATION_BYTES, "{n}");
    }

    #[test]
    fn networks_that_no_batch_fits_are_problems_of_the_network() {
        let (_, shape) = shape("conv(64,p=same)-upsample(16)-conv(64,p=same)-conv(64,p=same)", TensorShape::image(1, 32, 32));
        assert_eq!(problem(&shape, &["a", "b", "c", "d"], SGD, 64).expect("too large").field, "training.batch_size");
        let (_, shape) = self::shape(
            "upsample(4)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)-conv(16,k=1)",
            TensorShape::image(1, 256, 256),
        );
        assert_eq!(problem(&shape, &["a"], SGD, 1).expect("too large").field, "network");
        let (_, shape) =
            self::shape("dense(4096)-dense(4096)-dense(4096)-dense(4096)-dense(4096)-dense(4096)", TensorShape::Features(4096));
        let problem = problem(&shape, &[], OptimizerSpec::ADAM, 1).expect("too large");
        assert!(problem.message.contains("weights"), "{}", problem.message);
    }

    #[test]
    fn small_networks_are_evaluated_in_large_batches() {
        let (_, shape) = shape("dense(8)-tanh-dense(2)", TensorShape::Features(2));
        assert_eq!(evaluation_batch_size(&shape, MAX_EVALUATION_BYTES), 256);
        assert_eq!(evaluation_batch_size(&shape, 0), 1);
    }
}
