//! One sample, or one batch, forward and backward, with every number on the way.

use petri_data::Batch;
use petri_protocol::{OptimizerSpec, ParameterRef, TensorPart, memory};

use super::{Answer, indices, refuse};
use crate::error::EngineError;
use crate::executor::Pass;
use crate::layers::layer_indices;
use crate::moment::Moment;

/// Most values that one sample may leave on its way: this is for small networks.
const MAX_VALUES: usize = 4096;
/// Gradients are asked for without an optimizer.
const SGD: OptimizerSpec = OptimizerSpec::Sgd { momentum: 0.0, nesterov: false };
/// Step of the finite difference: small beside a weight, large beside the rounding of an f32 loss.
const EPSILON: f32 = 0.01;

/// Gradients of weight and bias of each layer with parameters, in the order of the layers.
fn by_layer(moment: &Moment, pass: &Pass) -> Vec<(Vec<f32>, Vec<f32>)> {
    let plan = moment.network().plan();
    let mut values = pass.parameters.iter().cloned();
    plan.nodes
        .iter()
        .filter(|n| n.parameters.is_some())
        .map(|n| {
            let weight = values.next().unwrap_or_default();
            let bias = if n.op.n_biases(&n.input_shapes) > 0 { values.next().unwrap_or_default() } else { Vec::new() };
            (weight, bias)
        })
        .collect()
}

/// Gradients of some nodes for the batch of the last step.
pub(super) async fn gradients(moment: &Moment, nodes: &[String]) -> Result<Answer, EngineError> {
    let found = indices(moment, nodes)?;
    let plan = moment.network().plan();
    let batch = moment.current_batch(usize::MAX);
    // The way back keeps a gradient for every output beside what a step keeps.
    let outputs = plan.nodes.iter().fold(0u64, |all, n| all.saturating_add(n.output.len() as u64));
    let needed = memory::step(&plan.shape, SGD, batch.size).saturating_add(outputs.saturating_mul(4 * batch.size as u64));
    if needed > memory::MAX_STEP_BYTES {
        return refuse("this network is too large for its gradients to be shown: use smaller batches");
    }
    let pass = moment.network().backprop(&batch).await?;
    let gradients = by_layer(moment, &pass);
    let layers = layer_indices(plan);
    let mut answer = Answer::default();
    for idx in found {
        if let Some((weight, bias)) = layers[idx].and_then(|l| gradients.get(l)) {
            let name = &plan.nodes[idx].name;
            answer.push(format!("{name}.weight"), vec![weight.len()], weight.clone());
            answer.push(format!("{name}.bias"), vec![bias.len()], bias.clone());
        }
    }
    Ok(answer)
}

/// (L(w + ε) − L(w − ε)) / 2ε for one parameter.
async fn finite_difference(moment: &Moment, batch: &Batch, parameter: &ParameterRef) -> Result<f32, EngineError> {
    let network = moment.network();
    let Some(place) = network.find(parameter) else { return refuse("there is no such parameter") };
    let now = network.weights(&[place.node]).await?;
    let tensor = now.first().map(|[weight, bias]| if place.part == TensorPart::Bias { bias } else { weight });
    let Some(&value) = tensor.and_then(|t| t.values.get(place.index)) else { return refuse("there is no such parameter") };
    let losses = network.losses(batch, vec![vec![(place, value + EPSILON)], vec![(place, value - EPSILON)]]).await?;
    let loss = |i: usize| losses.get(i).copied().unwrap_or(f32::NAN);
    Ok((loss(0) - loss(1)) / (2.0 * EPSILON))
}

/// One training sample: see [`petri_protocol::Probe::Backprop`].
pub(super) async fn answer(moment: &Moment, index: usize, check: Option<&ParameterRef>) -> Result<Answer, EngineError> {
    let dataset = moment.dataset();
    if index >= dataset.info.sizes.train {
        return refuse(format!("there is no training sample {index}"));
    }
    let network = moment.network();
    let plan = network.plan();
    if plan.nodes.iter().map(|n| n.output.len()).sum::<usize>() > MAX_VALUES {
        return refuse("this network has too many values to be shown one by one");
    }
    let batch = moment.batch_of(&[index], 1);
    let pass = network.backprop(&batch).await?;
    let all: Vec<usize> = (0..plan.nodes.len()).collect();
    let weights = network.weights(&all).await?;
    let gradients = by_layer(moment, &pass);
    let layers = layer_indices(plan);
    let mut answer = Answer::default();
    for (idx, (node, (value, gradient))) in plan.nodes.iter().zip(&pass.nodes).enumerate() {
        let name = &node.name;
        answer.push(format!("{name}.value"), vec![value.len()], value.clone());
        if let Some(gradient) = gradient {
            answer.push(format!("{name}.gradient"), vec![gradient.len()], gradient.clone());
        }
        if let Some(layer) = layers[idx] {
            let ([weight, bias], (by_weight, by_bias)) = (&weights[layer], &gradients[layer]);
            answer.push(format!("{name}.weight"), weight.shape.clone(), weight.values.clone());
            answer.push(format!("{name}.weight.gradient"), weight.shape.clone(), by_weight.clone());
            answer.push(format!("{name}.bias"), bias.shape.clone(), bias.values.clone());
            answer.push(format!("{name}.bias.gradient"), bias.shape.clone(), by_bias.clone());
        }
    }
    answer.push("input", vec![batch.inputs.len()], batch.inputs.clone());
    answer.push("target", vec![batch.targets.len()], batch.targets.clone());
    answer.push("loss", vec![1], vec![pass.loss]);
    if let Some(parameter) = check {
        answer.push("check", vec![1], vec![finite_difference(moment, &batch, parameter).await?]);
    }
    Ok(answer)
}
