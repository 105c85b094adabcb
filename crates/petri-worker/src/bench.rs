//! Times training steps: for the calibration behind `auto`, and for `cargo xtask bench`.

use std::rc::Rc;

use petri_data::Dataset;
use petri_engine::bench::{BareLoop, Reference};
use petri_engine::device::Device;
use petri_engine::driver::Turn;
use petri_engine::{EngineError, Session};
use petri_protocol::event::BenchResult;
use petri_protocol::{ErrorCode, Experiment, WireError};

use crate::engines::{Engines, wire_error};
use crate::pace::{give_way, now_millis};

/// Steps between two reads, in both loops.
const STEPS_PER_READ: usize = 5;
/// Groups of steps that are not counted: they compile shaders and warm caches.
const WARM_UP_GROUPS: usize = 2;
/// Most steps of each engine in a calibration.
const CALIBRATION_STEPS: usize = 8;
/// After this time, in milliseconds, two steps are enough.
const CALIBRATION_MILLIS: f64 = 500.0;
/// Most timed steps.
const MAX_STEPS: usize = 10_000;

/// Milliseconds per step of one group of steps of a session.
async fn session_group(session: &mut Session) -> Result<f64, EngineError> {
    let start = now_millis();
    (0..STEPS_PER_READ).for_each(|_| {
        session.step();
    });
    session.metrics().await?;
    Ok((now_millis() - start) / STEPS_PER_READ as f64)
}

async fn bare_group(bare: &mut BareLoop) -> Result<f64, EngineError> {
    let start = now_millis();
    (0..STEPS_PER_READ).for_each(|_| bare.step());
    bare.losses().await?;
    Ok((now_millis() - start) / STEPS_PER_READ as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Milliseconds of one step, with its reading.
async fn single(session: &mut Session) -> Result<f64, EngineError> {
    let start = now_millis();
    session.step();
    session.metrics().await?;
    Ok(now_millis() - start)
}

/// Median milliseconds per step of an experiment on both devices.
pub(crate) async fn both(
    experiment: &Experiment,
    dataset: &Rc<Dataset>,
    cpu: &Device,
    gpu: &Device,
    turn: &Turn,
) -> Result<(f64, f64), EngineError> {
    let mut medians = [0.0; 2];
    for (device, median_millis) in [cpu, gpu].into_iter().zip(&mut medians) {
        let mut session = Session::new(experiment.clone(), Rc::clone(dataset), device)?;
        single(&mut session).await?;
        turn.pause().await;
        let mut times = Vec::new();
        let before = now_millis();
        // Some steps, but a slow network is not waited for longer than needed.
        while times.len() < CALIBRATION_STEPS && (times.len() < 2 || now_millis() - before < CALIBRATION_MILLIS) {
            times.push(single(&mut session).await?);
            turn.pause().await;
        }
        *median_millis = median(times);
    }
    Ok((medians[0], medians[1]))
}

/// Times the session beside the bare loop, group by group in turn, so that both see the same noise.
pub(crate) async fn run(engines: &Engines, preset: &str, gpu: bool, steps: usize) -> Result<BenchResult, WireError> {
    let reference = Reference::of_preset(preset)
        .ok_or_else(|| WireError::new(ErrorCode::BadMessage, format!("\"{preset}\" is no reference network")))?;
    let device =
        if gpu { engines.gpu().await.map_err(|why| WireError::new(ErrorCode::GpuUnavailable, why))? } else { engines.cpu() };
    let fail = |e: EngineError| wire_error(&e, gpu);
    let (experiment, dataset) = reference.experiment();
    let mut session = Session::new(experiment, Rc::new(dataset), &device).map_err(fail)?;
    let mut bare = BareLoop::new(reference, &device);
    for _ in 0..WARM_UP_GROUPS {
        session_group(&mut session).await.map_err(fail)?;
        bare_group(&mut bare).await.map_err(fail)?;
    }
    let (mut session_groups, mut bare_groups) = (Vec::new(), Vec::new());
    for _ in 0..(steps.clamp(1, MAX_STEPS)).div_ceil(STEPS_PER_READ) {
        session_groups.push(session_group(&mut session).await.map_err(fail)?);
        bare_groups.push(bare_group(&mut bare).await.map_err(fail)?);
        give_way().await;
    }
    Ok(BenchResult { preset: preset.to_owned(), session_millis: median(session_groups), bare_millis: median(bare_groups) })
}
