//! burn's optimizers with PyTorch's constants.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer, RmsPropConfig, SgdConfig};
use petri_protocol::OptimizerSpec;

/// ε that keeps divisions finite (PyTorch's default; burn's own is 1e-5).
const EPSILON: f32 = 1e-8;

/// Builds an optimizer. The learning rate is given at each step.
pub fn build(spec: OptimizerSpec, weight_decay: f64) -> ModuleOptimizer {
    let decay = (weight_decay > 0.0).then_some(WeightDecayConfig { penalty: weight_decay as f32 });
    match spec {
        OptimizerSpec::Sgd { momentum, nesterov } => SgdConfig::new()
            .with_momentum((momentum > 0.0).then_some(MomentumConfig { momentum, dampening: 0.0, nesterov }))
            .with_weight_decay(decay)
            .init(),
        OptimizerSpec::Adam { beta1, beta2 } => AdamConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(EPSILON)
            .with_weight_decay(decay)
            .init(),
        OptimizerSpec::AdamW { beta1, beta2 } => AdamWConfig::new()
            .with_beta_1(beta1 as f32)
            .with_beta_2(beta2 as f32)
            .with_epsilon(EPSILON)
            .with_weight_decay(weight_decay as f32)
            .init(),
        OptimizerSpec::RmsProp { alpha, momentum } => RmsPropConfig::new()
            .with_alpha(alpha as f32)
            .with_momentum(momentum as f32)
            .with_epsilon(EPSILON)
            .with_weight_decay(decay)
            .init(),
    }
}
