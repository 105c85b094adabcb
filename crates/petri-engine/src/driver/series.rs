//! A queue of runs: each member is trained to its end by the same [`Run`] as the learner's, evaluated, and let go.

use std::collections::VecDeque;
use std::rc::Rc;

use petri_protocol::metric_point::LOSS;
use petri_protocol::{ErrorCode, Event, Member, MetricPoint, ModelSpec, RunEnd, RunState, SeriesId, Split, WireError};

use super::errors::wire_error;
use super::host::{Host, TURN_MILLIS};
use super::job::Job;
use super::prepared::{Prepare, Prepared};
use super::run::{News, Run};
use crate::baselines::Baseline;
use crate::error::EngineError;
use crate::results::{self, Results};
use crate::session::Session;

/// What a member has come to.
type Outcome = Result<(RunEnd, Results), WireError>;

/// The member that is being worked on.
enum Current {
    Preparing(Job<Result<Prepared, WireError>>),
    Training(Box<Run>, EpochMean),
    /// A fitted comparison model, or a trained network.
    Judging(Job<Outcome>),
}

/// Means over the steps of an epoch: a series draws one point an epoch.
#[derive(Default)]
struct EpochMean {
    sums: Vec<(String, f64)>,
    n: u32,
}

impl EpochMean {
    fn add(&mut self, point: &MetricPoint) {
        for (name, value) in point.values() {
            match self.sums.iter_mut().find(|(n, _)| n == name) {
                Some((_, sum)) => *sum += f64::from(value),
                None => self.sums.push((name.to_owned(), f64::from(value))),
            }
        }
        self.n += 1;
    }

    /// The mean as a point at the place of `last`; the next epoch begins anew.
    fn take(&mut self, last: &MetricPoint) -> MetricPoint {
        let n = f64::from(self.n.max(1));
        let mean = MetricPoint::new(Split::Train, last.step, last.epoch);
        std::mem::take(self).sums.into_iter().fold(mean, |mean, (name, sum)| mean.with(&name, (sum / n) as f32))
    }
}

/// The queue.
pub struct Series {
    /// Its identity.
    pub id: SeriesId,
    host: Rc<dyn Host>,
    prepare: Prepare,
    waiting: VecDeque<(usize, Member)>,
    current: Option<(usize, Current)>,
    /// The member that is worked on on the GPU, to begin it again on the CPU should the GPU fail.
    again: Option<Member>,
    /// Members are to use the GPU; no longer once it has failed.
    wants_gpu: bool,
    /// The current member does.
    on_gpu: bool,
}

impl Series {
    /// Nothing is done yet. `prepare` makes data and session of each member.
    pub fn new(id: SeriesId, members: Vec<Member>, host: Rc<dyn Host>, wants_gpu: bool, prepare: Prepare) -> Self {
        let waiting = members.into_iter().enumerate().collect();
        Self { id, host, prepare, waiting, current: None, again: None, wants_gpu, on_gpu: false }
    }

    /// Whether the member that is worked on uses the GPU.
    pub fn on_gpu(&self) -> bool {
        self.current.is_some() && self.on_gpu
    }

    /// Whether a member is being compared on both engines, which looks for faults of the GPU itself.
    pub fn is_comparing(&self) -> bool {
        self.on_gpu() && matches!(self.current, Some((_, Current::Preparing(_))))
    }

    /// Ends the member that is worked on with an error; the others go on. Where the GPU has failed, the member begins
    /// again on the CPU, as do those behind it.
    pub fn fail_current(&mut self, error: WireError) {
        let Some((index, _)) = self.current.take() else { return };
        let again = self.again.take();
        if self.on_gpu
            && matches!(error.code, ErrorCode::GpuLost | ErrorCode::GpuUnavailable)
            && let Some(member) = again
        {
            self.wants_gpu = false;
            self.on_gpu = false;
            self.waiting.push_front((index, member));
            let mut told =
                WireError::new(ErrorCode::GpuUnavailable, "The GPU failed in a series of runs: it goes on with the CPU engine.");
            told.details.push(error.message);
            self.host.send(&Event::Failed { run: None, request: None, error: told }, &[]);
        } else {
            self.report(index, Err(error));
        }
    }

    /// Works for about a turn; true when everything is done.
    pub async fn take_turn(&mut self) -> bool {
        let until = self.host.now_millis() + TURN_MILLIS;
        if self.current.is_none() {
            let Some((index, member)) = self.waiting.pop_front() else { return true };
            self.current = Some((index, self.begin(member)));
        }
        let Some((index, current)) = &mut self.current else { return false };
        let index = *index;
        match current {
            Current::Preparing(job) => match job.take_turn(until).await {
                None => {}
                Some(Ok(prepared)) => {
                    // What does not work for one member is not tried, and told, for each.
                    self.wants_gpu &= prepared.on_gpu || !self.on_gpu;
                    self.on_gpu = prepared.on_gpu;
                    match Session::new(prepared.experiment, prepared.dataset, &prepared.device) {
                        Ok(session) => {
                            let mut run = Box::new(Run::new(session, Rc::clone(&self.host), f64::INFINITY));
                            run.resume();
                            self.current = Some((index, Current::Training(run, EpochMean::default())));
                        }
                        Err(error) => self.fail_current(wire_error(&error, self.on_gpu)),
                    }
                }
                Some(Err(error)) => self.fail_current(error),
            },
            Current::Training(run, mean) => {
                if let Err(error) = run.take_turn().await {
                    self.fail_current(wire_error(&error, self.on_gpu));
                    return false;
                }
                let points = newest(run.take_news(), mean);
                let over = match run.state() {
                    RunState::Ended { end } => Some((end, run.session().moment())),
                    RunState::Running | RunState::Paused => None,
                };
                self.send_points(index, &points);
                if let Some((end, moment)) = over {
                    let on_gpu = self.on_gpu;
                    let job = Job::new(&self.host, |turn| async move {
                        let results = results::of_moment(&moment, async || turn.pause().await).await;
                        results.map(|r| (end, r)).map_err(|e| wire_error(&e, on_gpu))
                    });
                    self.current = Some((index, Current::Judging(job)));
                }
            }
            Current::Judging(job) => match job.take_turn(until).await {
                None => {}
                Some(Err(error)) => self.fail_current(error),
                Some(Ok(results)) => {
                    self.current = None;
                    self.report(index, Ok(results));
                }
            },
        }
        false
    }

    fn begin(&mut self, member: Member) -> Current {
        let prepare = Rc::clone(&self.prepare);
        let on_gpu = self.wants_gpu && member.model == ModelSpec::Network;
        self.on_gpu = on_gpu;
        self.again = on_gpu.then(|| member.clone());
        if member.model == ModelSpec::Network {
            return Current::Preparing(Job::new(&self.host, |turn| prepare(member.experiment, on_gpu, turn)));
        }
        let model = member.model;
        Current::Judging(Job::new(&self.host, |turn| async move {
            let prepared = prepare(member.experiment, false, Rc::clone(&turn)).await?;
            let seed = prepared.experiment.seed;
            let fitted = async {
                let baseline = Baseline::fit(model, &prepared.dataset, seed, async || turn.pause().await).await?;
                results::of_baseline(&baseline, &prepared.dataset, seed, async || turn.pause().await).await
            };
            fitted.await.map(|r| (RunEnd::Finished, r)).map_err(|e: EngineError| wire_error(&e, false))
        }))
    }

    fn send_points(&self, member: usize, points: &[MetricPoint]) {
        if !points.is_empty() {
            let (columns, values) = MetricPoint::encode(points);
            self.host.send(&Event::SeriesPoints { series: self.id, member, columns }, &values);
        }
    }

    fn report(&self, member: usize, outcome: Outcome) {
        let (end, error, (parts, values)) = match outcome {
            Ok((end, results)) => (Some(end), None, results.payload()),
            Err(error) => (None, Some(error), (Vec::new(), Vec::new())),
        };
        self.host.send(&Event::MemberEnded { series: self.id, member, end, error, parts }, &values);
    }
}

/// What the curves of a series show of a run: at the end of each epoch the mean over its steps, and the validation.
fn newest(news: Vec<News>, mean: &mut EpochMean) -> Vec<MetricPoint> {
    let mut points = Vec::new();
    for news in news {
        let News::Point(point) = news else { continue };
        if point.split == Split::Train {
            mean.add(&point);
        } else if mean.n > 0 && point.get(LOSS).is_finite() {
            points.push(mean.take(&point));
            points.push(point);
        }
    }
    points
}
