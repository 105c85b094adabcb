//! Times training steps of both engines: the calibration behind `auto`.

use std::rc::Rc;

use petri_data::Dataset;
use petri_engine::device::Device;
use petri_engine::driver::Turn;
use petri_engine::{EngineError, Session};
use petri_protocol::Experiment;

use crate::pace::now_millis;

/// Most steps of each engine in a calibration.
const CALIBRATION_STEPS: usize = 8;
/// After this time, in milliseconds, two steps are enough.
const CALIBRATION_MILLIS: f64 = 500.0;

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
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
