//! Learning rates of single nodes.

use burn::module::Param;
use burn::tensor::Tensor;

use crate::layers::{Layer, Weights};
use crate::plan::Plan;

/// Shortens or lengthens what an optimizer changed, by each node's factor on the learning rate. The updates of all
/// our optimizers are the learning rate times something that does not depend on it, weight decay included, so this is
/// the same as another learning rate for the node.
pub fn scaled(plan: &Plan, before: Weights, after: Weights) -> Weights {
    let factors = plan.nodes.iter().filter(|n| n.parameters.is_some()).map(|n| n.rate);
    let pairs = before.layers.into_iter().zip(after.layers).zip(factors);
    let layers = pairs.map(|((before, after), factor)| if factor == 1.0 { after } else { between(before, after, factor) });
    Weights { layers: layers.collect() }
}

/// True when a node has a learning rate of its own. Frozen nodes need none: they have no gradient.
pub fn any(plan: &Plan) -> bool {
    plan.nodes.iter().any(|n| n.rate != 1.0 && n.rate != 0.0)
}

fn between(before: Layer, after: Layer, factor: f64) -> Layer {
    match (before, after) {
        (Layer::Dense(old), Layer::Dense(mut new)) => {
            new.weight = mixed(&old.weight, new.weight, factor);
            new.bias = both(old.bias, new.bias, factor);
            Layer::Dense(new)
        }
        (Layer::Conv(old), Layer::Conv(mut new)) => {
            new.weight = mixed(&old.weight, new.weight, factor);
            new.bias = both(old.bias, new.bias, factor);
            Layer::Conv(new)
        }
        (Layer::Norm(old), Layer::Norm(mut new)) => {
            new.gamma = mixed(&old.gamma, new.gamma, factor);
            new.beta = mixed(&old.beta, new.beta, factor);
            Layer::Norm(new)
        }
        (before, after) => unreachable!("an update keeps the kind of a layer: {before:?}, {after:?}"),
    }
}

fn both(old: Option<Param<Tensor<1>>>, new: Option<Param<Tensor<1>>>, factor: f64) -> Option<Param<Tensor<1>>> {
    new.map(|new| match old {
        Some(old) => mixed(&old, new, factor),
        None => new,
    })
}

fn mixed<const D: usize>(old: &Param<Tensor<D>>, new: Param<Tensor<D>>, factor: f64) -> Param<Tensor<D>> {
    let old = old.val().inner();
    new.map(|new| {
        let mixed = old.clone() + (new.inner() - old).mul_scalar(factor);
        Tensor::from_inner(mixed).require_grad()
    })
}
