//! One sample, or one batch, forward and backward, with every number on the way.

use petri_data::Batch;
use petri_protocol::{ParameterRef, TensorPart};

use super::{Answer, indices, refuse};
use crate::error::EngineError;
use crate::layers::layer_indices;
use crate::readback::Reader;
use crate::session::Session;
use crate::trainer::Pass;

/// Most values that one sample may leave on its way: this is for small networks.
const MAX_VALUES: usize = 4096;
/// Step of the finite difference: small beside a weight, large beside the rounding of an f32 loss.
const EPSILON: f32 = 0.01;

/// Gradients of weight and bias of each layer with parameters, in the order of the layers.
fn by_layer(session: &Session, pass: &Pass) -> Vec<(Vec<f32>, Vec<f32>)> {
    let plan = session.trainer().plan();
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
pub(super) async fn gradients(session: &Session, nodes: &[String]) -> Result<Answer, EngineError> {
    let found = indices(session, nodes)?;
    let plan = session.trainer().plan();
    let pass = session.trainer().backprop(&session.current_batch()).await?;
    let gradients = by_layer(session, &pass);
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
async fn finite_difference(session: &Session, batch: &Batch, parameter: &ParameterRef) -> Result<f32, EngineError> {
    let trainer = session.trainer();
    let node = trainer.plan().index(&parameter.node).filter(|&n| trainer.layer(n).is_some());
    let Some(node) = node else { return refuse(format!("there is no layer \"{}\" with parameters", parameter.node)) };
    let now = trainer.read_weights(&[node]).await?;
    let at = usize::from(parameter.part == TensorPart::Bias);
    let Some(&value) = now[0][at].values.get(parameter.index) else { return refuse("there is no such parameter") };
    let moved = |by: f32| {
        let mut tensors = now[0].clone();
        if let Some(v) = tensors[at].values.get_mut(parameter.index) {
            *v = value + by;
        }
        trainer.loss_at(&[(node, tensors)], batch)
    };
    let losses = Reader::default().with(moved(EPSILON)).with(moved(-EPSILON)).read().await?;
    let loss = |i: usize| losses.get(i).and_then(|l| l.first()).copied().unwrap_or(f32::NAN);
    Ok((loss(0) - loss(1)) / (2.0 * EPSILON))
}

/// One training sample: see [`petri_protocol::Probe::Backprop`].
pub(super) async fn answer(session: &Session, index: usize, check: Option<&ParameterRef>) -> Result<Answer, EngineError> {
    let dataset = session.dataset();
    if index >= dataset.info.sizes.train {
        return refuse(format!("there is no training sample {index}"));
    }
    let trainer = session.trainer();
    let plan = trainer.plan();
    if plan.nodes.iter().map(|n| n.output.len()).sum::<usize>() > MAX_VALUES {
        return refuse("this network has too many values to be shown one by one");
    }
    let batch = session.batch_of(&[index], 1);
    let pass = trainer.backprop(&batch).await?;
    let weights = trainer.read_all_weights().await?;
    let gradients = by_layer(session, &pass);
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
        answer.push("check", vec![1], vec![finite_difference(session, &batch, parameter).await?]);
    }
    Ok(answer)
}
