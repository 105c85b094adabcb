//! The loss over two parameters while all others stay, and the way of the optimizer on it.

use petri_data::Batch;
use petri_protocol::{ParameterRef, memory};

use super::{Answer, refuse};
use crate::error::EngineError;
use crate::moment::Moment;

/// Most points along one side.
const MAX_RESOLUTION: usize = 64;
/// Most training samples that a surface is computed from.
const MAX_SAMPLES: usize = 1024;
/// Most work of a surface over many samples, in floating-point operations: some seconds on a weak laptop.
const MAX_FLOPS: u64 = 20_000_000_000;
/// Points whose losses are read together.
const POINTS_PER_READ: usize = 64;
/// Most points of the path in one answer: the newest ones.
const MAX_PATH: usize = 2000;

/// The surface and the path.
pub(super) async fn answer(
    moment: &Moment,
    parameters: &[ParameterRef; 2],
    extent: f32,
    centre: [f32; 2],
    resolution: usize,
    full_batch: bool,
    mut pause: impl AsyncFnMut(),
) -> Result<Answer, EngineError> {
    let resolution = resolution.clamp(2, MAX_RESOLUTION);
    if !(extent.is_finite() && extent > 0.0 && centre.iter().all(|c| c.is_finite())) {
        return refuse("the square of the surface must be finite");
    }
    let [Some(first), Some(second)] = parameters.each_ref().map(|p| moment.network().find(p)) else {
        return refuse("the surface needs two parameters that exist");
    };
    let batch = if full_batch {
        // All of them at once, as one loss.
        let fitting = memory::samples(&moment.network().plan().shape, &[], memory::MAX_STEP_BYTES);
        let n = moment
            .dataset()
            .info
            .sizes
            .train
            .min(MAX_SAMPLES)
            .min(fitting)
            .min(in_time(moment.network().plan().shape.flops(), resolution));
        let all: Vec<usize> = (0..n).collect();
        moment.batch_of(&all, all.len())
    } else {
        moment.current_batch(in_time(moment.network().plan().shape.flops(), resolution))
    };
    let at = |i: usize| (i as f32 / (resolution - 1) as f32 * 2.0 - 1.0) * extent;
    let points: Vec<[f32; 2]> =
        (0..resolution * resolution).map(|cell| [centre[0] + at(cell % resolution), centre[1] - at(cell / resolution)]).collect();
    let mut surface = Vec::with_capacity(points.len());
    let at_once = (moment.network().plan().samples_in_a_moment() / batch.size.max(1)).clamp(1, POINTS_PER_READ);
    for points in points.chunks(at_once) {
        let changes = points.iter().map(|[x, y]| vec![(first, *x), (second, *y)]).collect();
        surface.extend(moment.network().losses(&batch, changes).await?);
        pause().await;
    }
    Ok(finish(moment, &batch, surface, resolution))
}

/// Samples, at least one, that are computed at every point in good time.
fn in_time(flops: u64, resolution: usize) -> usize {
    let points = (resolution * resolution) as u64;
    usize::try_from(MAX_FLOPS / points.saturating_mul(flops).max(1)).unwrap_or(usize::MAX).max(1)
}

fn finish(moment: &Moment, batch: &Batch, surface: Vec<f32>, resolution: usize) -> Answer {
    let path = moment.path();
    let path = &path[path.len().saturating_sub(MAX_PATH)..];
    let mut answer = Answer::default();
    answer.push("surface", vec![resolution, resolution], surface);
    answer.push("path", vec![path.len(), 2], path.concat());
    answer.push("samples", vec![1], vec![batch.n_real as f32]);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_networks_have_surfaces_over_fewer_samples() {
        assert!(in_time(200, 33) > MAX_SAMPLES);
        let two_wide_layers = 2 * 512 * 512;
        assert!(in_time(two_wide_layers, 33) < MAX_SAMPLES);
        assert_eq!(in_time(u64::MAX, 64), 1);
    }
}
