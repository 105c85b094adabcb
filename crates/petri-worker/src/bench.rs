//! Times the session beside bare burn loops, for `cargo xtask bench`; only in builds with the feature `bench`.

use std::rc::Rc;

use petri_engine::bench::{BareLoop, Reference};
use petri_engine::driver::Turn;
use petri_engine::{EngineError, Session};
use petri_protocol::event::BenchResult;
use petri_protocol::{ErrorCode, WireError};

use crate::calibration::median;
use crate::engines::{Engines, wire_error};
use crate::pace::now_millis;

/// Steps between two reads, in both loops.
const STEPS_PER_READ: usize = 5;
/// Groups of steps that are not counted: they compile shaders and warm caches.
const WARM_UP_GROUPS: usize = 2;
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

/// Times the session beside the bare loop, group by group in turn, so that both see the same noise.
pub(crate) async fn run(engines: &Engines, preset: &str, gpu: bool, steps: usize, turn: &Turn) -> Result<BenchResult, WireError> {
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
        turn.pause().await;
    }
    Ok(BenchResult { preset: preset.to_owned(), session_millis: median(session_groups), bare_millis: median(bare_groups) })
}
