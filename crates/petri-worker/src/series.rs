//! A queue of runs: each member is trained to its end, evaluated, and let go.

use std::collections::VecDeque;

use petri_data::metric::accuracy;
use petri_engine::baselines::Baseline;
use petri_engine::device::Device;
use petri_engine::{EngineError, Results, Session, results};
use petri_protocol::metric_point::LOSS;
use petri_protocol::{Event, Member, MetricPoint, ModelSpec, RunEnd, SeriesId, Split, WireError};

use crate::codec;
use crate::engines::wire_error;
use crate::pace::{give_way_if_due, now_millis};
use crate::sources::Sources;

/// How long a member is trained before the worker looks elsewhere, in milliseconds.
const SLICE_MILLIS: f64 = 40.0;
/// Steps between two readings of the losses: each holds its loss on the device.
const STEPS_PER_READ: usize = 32;

const ACCURACY: &str = accuracy::CARD.id;

/// The member that is being trained.
struct Current {
    index: usize,
    session: Session,
    /// Sum and number of the training losses of the epoch.
    epoch: EpochMean,
}

#[derive(Default)]
struct EpochMean {
    loss: f64,
    accuracy: f64,
    n: u32,
}

impl EpochMean {
    fn add(&mut self, point: &MetricPoint) {
        self.loss += f64::from(point.loss());
        self.accuracy += f64::from(point.get(ACCURACY));
        self.n += 1;
    }

    /// The mean as a point at the place of `last`; the next epoch begins anew.
    fn take(&mut self, last: &MetricPoint) -> MetricPoint {
        let n = f64::from(self.n.max(1));
        let mean = MetricPoint::new(Split::Train, last.step, last.epoch)
            .with(LOSS, (self.loss / n) as f32)
            .with(ACCURACY, (self.accuracy / n) as f32);
        *self = Self::default();
        mean
    }
}

/// The queue.
pub(crate) struct Series {
    pub(crate) id: SeriesId,
    pub(crate) on_gpu: bool,
    waiting: VecDeque<(usize, Member)>,
    current: Option<Current>,
}

impl Series {
    pub(crate) fn new(id: SeriesId, members: Vec<Member>, on_gpu: bool) -> Self {
        Self { id, on_gpu, waiting: members.into_iter().enumerate().collect(), current: None }
    }

    /// Works for a while; true when everything is done.
    pub(crate) async fn slice(&mut self, sources: &mut Sources, device: &Device) -> bool {
        if let Some(mut current) = self.current.take() {
            match self.train(&mut current).await {
                Ok(None) => self.current = Some(current),
                Ok(Some(end)) => {
                    let results = results::of_session(&current.session, give_way_if_due).await;
                    self.report(current.index, results.map(|r| (end, r)));
                }
                Err(error) => self.report(current.index, Err(error)),
            }
            return false;
        }
        let Some((index, member)) = self.waiting.pop_front() else { return true };
        let dataset = match sources.dataset(&member.experiment).await {
            Ok(dataset) => dataset,
            Err(error) => {
                self.failed(index, error);
                return false;
            }
        };
        if member.model == ModelSpec::Network {
            match Session::new(member.experiment, dataset, device) {
                Ok(session) => self.current = Some(Current { index, session, epoch: EpochMean::default() }),
                Err(error) => self.report(index, Err(error)),
            }
            return false;
        }
        let seed = member.experiment.seed;
        let outcome = match Baseline::fit(member.model, &dataset, seed) {
            Ok(baseline) => results::of_baseline(&baseline, &dataset, seed, give_way_if_due).await,
            Err(error) => Err(error),
        };
        self.report(index, outcome.map(|r| (RunEnd::Finished, r)));
        false
    }

    /// Trains for about a slice of time.
    async fn train(&self, current: &mut Current) -> Result<Option<RunEnd>, EngineError> {
        let before = now_millis();
        let mut points = Vec::new();
        let mut end = None;
        while end.is_none() && now_millis() - before < SLICE_MILLIS {
            let step = current.session.step();
            if !step.ends_epoch && current.session.n_pending() < STEPS_PER_READ {
                continue;
            }
            for point in current.session.metrics().await? {
                current.epoch.add(&point);
                if !point.loss().is_finite() {
                    end = Some(RunEnd::Diverged { step: point.step as usize });
                }
            }
            if step.ends_epoch {
                let (point, stopped) = current.session.end_epoch(give_way_if_due).await?;
                points.push(current.epoch.take(&point));
                points.push(point);
                end = end.or(stopped).or(step.ends_run.then_some(RunEnd::Finished));
            }
        }
        if !points.is_empty() {
            let (columns, values) = MetricPoint::encode(&points);
            codec::send_values(&Event::SeriesPoints { series: self.id, member: current.index, columns }, &values);
        }
        Ok(end)
    }

    fn report(&self, member: usize, outcome: Result<(RunEnd, Results), EngineError>) {
        match outcome {
            Ok((end, results)) => {
                let (parts, values) = results.payload();
                let event = Event::MemberEnded { series: self.id, member, end: Some(end), error: None, parts };
                codec::send_values(&event, &values);
            }
            Err(error) => self.failed(member, wire_error(&error, self.on_gpu)),
        }
    }

    fn failed(&self, member: usize, error: WireError) {
        codec::send(&Event::MemberEnded { series: self.id, member, end: None, error: Some(error), parts: vec![] });
    }
}
