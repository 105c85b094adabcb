//! The loss over two parameters while all others stay, and the way of the optimizer on it.

use petri_data::Batch;
use petri_protocol::{ParameterRef, TensorPart};

use super::{Answer, refuse};
use crate::error::EngineError;
use crate::layers::HostTensor;
use crate::readback::Reader;
use crate::session::Session;

/// Most points along one side.
const MAX_RESOLUTION: usize = 64;
/// Most training samples that a surface is computed from.
const MAX_SAMPLES: usize = 1024;
/// Points whose losses are read together.
const POINTS_PER_READ: usize = 64;
/// Most points of the path in one answer: the newest ones.
const MAX_PATH: usize = 2000;

/// The surface and the path.
pub(super) async fn answer(
    session: &Session,
    parameters: &[ParameterRef; 2],
    extent: f32,
    centre: [f32; 2],
    resolution: usize,
    full_batch: bool,
    mut pause: impl AsyncFnMut(),
) -> Result<Answer, EngineError> {
    let trainer = session.trainer();
    let resolution = resolution.clamp(2, MAX_RESOLUTION);
    if !(extent.is_finite() && extent > 0.0 && centre.iter().all(|c| c.is_finite())) {
        return refuse("the square of the surface must be finite");
    }
    let mut nodes = Vec::new();
    for parameter in parameters {
        match trainer.plan().index(&parameter.node) {
            Some(node) if trainer.layer(node).and_then(|l| l.value(parameter.part, parameter.index)).is_some() => {
                nodes.push(node);
            }
            _ => return refuse("the surface needs two parameters that exist"),
        }
    }
    let batch = if full_batch {
        let all: Vec<usize> = (0..session.dataset().info.sizes.train.min(MAX_SAMPLES)).collect();
        session.batch_of(&all, all.len())
    } else {
        session.current_batch()
    };
    let mut changed_nodes = nodes.clone();
    changed_nodes.dedup();
    let now = trainer.read_weights(&changed_nodes).await?;
    let at = |i: usize| (i as f32 / (resolution - 1) as f32 * 2.0 - 1.0) * extent;
    let points: Vec<[f32; 2]> =
        (0..resolution * resolution).map(|cell| [centre[0] + at(cell % resolution), centre[1] - at(cell / resolution)]).collect();
    let mut surface = Vec::with_capacity(points.len());
    for points in points.chunks(POINTS_PER_READ) {
        let mut reader = Reader::default();
        for point in points {
            reader = reader.with(trainer.loss_at(&moved(&now, &changed_nodes, &nodes, parameters, *point), &batch));
        }
        surface.extend(reader.read().await?.into_iter().filter_map(|v| v.first().copied()));
        pause().await;
    }
    Ok(finish(session, &batch, surface, resolution))
}

fn finish(session: &Session, batch: &Batch, surface: Vec<f32>, resolution: usize) -> Answer {
    let path = session.path();
    let path = &path[path.len().saturating_sub(MAX_PATH)..];
    let mut answer = Answer::default();
    answer.push("surface", vec![resolution, resolution], surface);
    answer.push("path", vec![path.len(), 2], path.concat());
    answer.push("samples", vec![1], vec![batch.n_real as f32]);
    answer
}

/// The parameters of the changed nodes with both values replaced.
fn moved(
    now: &[[HostTensor; 2]],
    changed: &[usize],
    nodes: &[usize],
    parameters: &[ParameterRef; 2],
    point: [f32; 2],
) -> Vec<(usize, [HostTensor; 2])> {
    let mut all: Vec<(usize, [HostTensor; 2])> = changed.iter().copied().zip(now.iter().cloned()).collect();
    for ((node, parameter), value) in nodes.iter().zip(parameters).zip(point) {
        for (_, tensors) in all.iter_mut().filter(|(n, _)| n == node) {
            if let Some(at) = tensors[usize::from(parameter.part == TensorPart::Bias)].values.get_mut(parameter.index) {
                *at = value;
            }
        }
    }
    all
}
