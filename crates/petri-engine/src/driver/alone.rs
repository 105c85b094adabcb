//! A run to its end with nobody watching: for tests and tools. The same [`Run`] as in the worker.

use std::rc::Rc;

use petri_protocol::{Event, MetricPoint, RunEnd, RunState};

use super::Host;
use super::run::{News, Run};
use crate::error::EngineError;
use crate::moment::Moment;
use crate::session::Session;

/// A run that is over.
pub struct Trained {
    /// All points of its curves, in order.
    pub points: Vec<MetricPoint>,
    /// How it ended.
    pub end: RunEnd,
    /// The network at the end.
    pub moment: Moment,
}

/// A host for which no time passes: nothing is ever late, so nothing gives way.
struct Nobody;

impl Host for Nobody {
    fn now_millis(&self) -> f64 {
        0.0
    }

    fn send(&self, _: &Event, _: &[f32]) {}

    fn take_fault(&self) -> bool {
        false
    }
}

/// Trains to the end.
///
/// # Errors
///
/// When the device fails.
pub async fn train(session: Session) -> Result<Trained, EngineError> {
    let mut run = Run::new(session, Rc::new(Nobody), f64::INFINITY);
    run.resume();
    let mut points = Vec::new();
    loop {
        run.take_turn().await?;
        points.extend(run.take_news().into_iter().filter_map(|news| match news {
            News::Point(point) => Some(point),
            News::State(_) | News::Checkpoint(_) | News::Committed(_) => None,
        }));
        if let RunState::Ended { end } = run.state() {
            return Ok(Trained { points, end, moment: run.session().moment() });
        }
    }
}
