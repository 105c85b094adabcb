//! The loop of the worker: messages first, then a turn of work.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use petri_engine::StateDict;
use petri_engine::driver::{Driver, Host, Job, Preparation, Run, TURN_MILLIS, Turn};
use petri_engine::selftest;
use petri_protocol::event::{SavedState, WorkerKind};
use petri_protocol::{Command, ErrorCode, Event, RequestId, RunId, RunState, WireError, series};
use web_sys::File;

#[cfg(feature = "bench")]
use crate::bench;
use crate::codec::{self, Attached};
use crate::engines::{Engines, wire_error};
use crate::host::WorkerHost;
use crate::mailbox::{Letter, Mailbox};
use crate::pace::{give_way, now_millis, sleep};
use crate::prepare::{Ready, Workshop};
use crate::reports::take_gpu_fault;
use crate::sources::{Content, Sources};

/// Longest wait between two looks into the mailbox while a slow run waits, in milliseconds.
const MAX_SLEEP_MILLIS: f64 = 20.0;
/// Samples in the comparison of each kind of layer.
const COMPARED_SAMPLES: usize = 4;

/// The run that is being prepared, with what is to be done to it when it is there.
struct Preparing {
    run: RunId,
    from: Option<StateDict>,
    job: Job<Result<Ready, WireError>>,
    later: Vec<Command>,
}

/// The state of the worker.
pub(crate) struct Runner {
    mailbox: Mailbox,
    host: Rc<dyn Host>,
    workshop: Workshop,
    driver: Driver,
    preparing: Option<Preparing>,
    /// Files, benchmarks and self-tests: one after the other.
    errands: Vec<Job<()>>,
    /// Messages that wait until the state of the run before them has been sent.
    waiting: VecDeque<Letter>,
}

impl Runner {
    pub(crate) fn new(kind: WorkerKind, mailbox: Mailbox) -> Self {
        let host: Rc<dyn Host> = Rc::new(WorkerHost);
        Self {
            mailbox,
            driver: Driver::new(Rc::clone(&host)),
            host,
            workshop: Workshop { engines: Rc::new(Engines::new(kind)), sources: Rc::new(Sources::default()) },
            preparing: None,
            errands: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Never returns: the page ends a worker by terminating it.
    pub(crate) async fn run(mut self) {
        loop {
            while let Some(letter) = self.mailbox.take() {
                // A new run takes the place of one whose state is still being read.
                let ends_run = matches!(letter.0, Command::Start { .. });
                if !self.waiting.is_empty() || (ends_run && self.driver.is_saving()) {
                    self.waiting.push_back(letter);
                } else {
                    self.handle(letter);
                }
            }
            while !self.driver.is_saving()
                && let Some(letter) = self.waiting.pop_front()
            {
                self.handle(letter);
            }
            if self.preparing.is_some() || !self.errands.is_empty() || self.driver.has_work() {
                self.work().await;
                give_way().await;
            } else if let Some(wait) = self.driver.wait_millis() {
                // Also passes on the points of the last steps.
                self.driver.work().await;
                sleep(wait.min(MAX_SLEEP_MILLIS)).await;
            } else {
                let letter = self.mailbox.next().await;
                self.handle(letter);
            }
        }
    }

    /// A turn of work. A message that arrives while a device computes is not kept waiting: the work goes on with the
    /// next turn.
    async fn work(&mut self) {
        let Self { mailbox, driver, preparing, errands, .. } = self;
        let mut done = {
            let turn = async {
                if driver.is_saving() {
                    driver.work().await;
                    return None;
                }
                // A run may need the file that was opened just before it.
                if let Some(errand) = errands.first_mut() {
                    if errand.take_turn(now_millis() + TURN_MILLIS).await.is_some() {
                        errands.remove(0);
                    }
                    return None;
                }
                if let Some(preparing) = preparing {
                    return preparing.job.take_turn(now_millis() + TURN_MILLIS).await.map(Some);
                }
                driver.work().await;
                None
            };
            unless_mail(mailbox, pin!(turn)).await.flatten().flatten()
        };
        if let Some(outcome) = done.take()
            && let Some(preparing) = self.preparing.take()
        {
            self.prepared(preparing, outcome);
        }
    }

    /// The run has been prepared, or could not be.
    fn prepared(&mut self, preparing: Preparing, outcome: Result<Ready, WireError>) {
        let Preparing { run, from, later, .. } = preparing;
        let started = outcome.and_then(|Ready { prepared, decision, calibration }| {
            let info = prepared.dataset.info.clone();
            self.driver.start(run, prepared, from.as_ref())?;
            let steps_per_epoch = self.driver.session(run).map_or(1, petri_engine::Session::steps_per_epoch);
            codec::send(&Event::Started { run, decision, calibration, info, steps_per_epoch });
            let (step, state) = self.driver.progress(run).unwrap_or((0, RunState::Paused));
            codec::send(&Event::State { run, state, step });
            Ok(())
        });
        if let Err(error) = started {
            codec::send_error(Some(run), error);
        }
        for command in later {
            self.handle((command, Attached::Nothing));
        }
    }

    fn handle(&mut self, (command, attached): Letter) {
        if let Some(preparing) = &mut self.preparing
            && of_run(&command) == Some(preparing.run)
        {
            preparing.later.push(command);
            return;
        }
        match command {
            Command::OpenFile { request } => self.open_file(request, attached),
            Command::Start { run, experiment, decision, from } => {
                // A newer start cancels what is being prepared.
                if let Some(older) = self.preparing.take() {
                    older.later.into_iter().for_each(|command| self.handle((command, Attached::Nothing)));
                }
                self.driver.stop();
                let from = match from.map(|state| saved(state, &attached)).transpose() {
                    Ok(from) => from,
                    Err(error) => {
                        codec::send_error(Some(run), error);
                        return;
                    }
                };
                let workshop = self.workshop.clone();
                let job = Job::new(&self.host, |turn| async move { workshop.prepare(*experiment, decision, &turn).await });
                self.preparing = Some(Preparing { run, from, job, later: Vec::new() });
            }
            Command::Resume { run } => self.driver.with_run(run, Run::resume),
            Command::Pause { run } => self.driver.with_run(run, Run::pause),
            Command::StepOnce { run } => self.driver.with_run(run, Run::step_once),
            Command::SetSpeed { run, steps_per_second } => self.driver.with_run(run, |r| r.set_speed(steps_per_second)),
            Command::Commit { run } => self.driver.with_run(run, Run::commit),
            Command::Watch { run, parameters } => self.driver.with_run(run, |r| {
                // A wrong name only means that there is no path.
                if r.watch(parameters).is_err() {
                    log::warn!("there is no such parameter to be watched");
                }
            }),
            Command::Change { run, request, key, value } => self.driver.change(run, request, key, value),
            Command::Save { run, request } => self.driver.save(run, request),
            Command::Probe { run, request, probe } => self.driver.probe(run, request, probe),
            Command::StartSeries { series, mut members, on_gpu } => {
                members.truncate(series::MAX_MEMBERS);
                // Its members are made of the data that are there now, also when another file is opened meanwhile.
                let workshop = self.workshop.keeping_sources();
                let on_gpu = on_gpu && workshop.engines.may_have_gpu();
                let prepare = move |experiment, on_gpu, turn: Rc<Turn>| -> Preparation {
                    let workshop = workshop.clone();
                    Box::pin(async move { workshop.prepare_member(experiment, on_gpu, &turn).await })
                };
                self.driver.start_series(series, members, on_gpu, Rc::new(prepare));
            }
            Command::CancelSeries { series } => self.driver.cancel_series(series),
            Command::SelfTest { request } => self.self_test(request),
            #[cfg(not(feature = "bench"))]
            Command::Bench { request, .. } => {
                codec::send_failure(request, WireError::new(ErrorCode::BadMessage, "This build measures nothing."));
            }
            #[cfg(feature = "bench")]
            Command::Bench { request, preset, gpu, steps } => {
                let workshop = self.workshop.clone();
                self.errand(|turn| async move {
                    match bench::run(&workshop.engines, &preset, gpu, steps, &turn).await {
                        Ok(result) => codec::send(&Event::Benched { request, result }),
                        Err(error) => codec::send_failure(request, error),
                    }
                });
            }
            Command::LoseDevice => self.workshop.engines.lose_gpu(),
            // Acted upon when it arrives, see the mailbox.
            Command::Panic => {}
        }
    }

    fn errand<F: Future<Output = ()> + 'static>(&mut self, work: impl FnOnce(Rc<Turn>) -> F) {
        self.errands.push(Job::new(&self.host, work));
    }

    fn open_file(&mut self, request: RequestId, attached: Attached) {
        let sources = Rc::clone(&self.workshop.sources);
        let file: Option<File> = match attached {
            Attached::File(file) => Some(file),
            Attached::Values(_) | Attached::Nothing => None,
        };
        self.errand(|turn| async move {
            match sources.open(file, &turn).await {
                Ok((file, Content::Images(info))) => codec::send(&Event::FileRead { request, file, info }),
                Ok((file, Content::Table(info))) => codec::send(&Event::TableRead { request, file, info }),
                Err(error) => codec::send_failure(request, error),
            }
        });
    }

    fn self_test(&mut self, request: RequestId) {
        let engines = Rc::clone(&self.workshop.engines);
        self.errand(|turn| async move {
            let gpu = match engines.gpu().await {
                Ok(gpu) => gpu,
                Err(why) => {
                    codec::send_failure(request, WireError::new(ErrorCode::GpuUnavailable, why));
                    return;
                }
            };
            let cpu = engines.cpu();
            let cases = selftest::all_cases();
            let mut results = Vec::new();
            for (i, case) in cases.iter().enumerate() {
                codec::send(&Event::Progress {
                    what: format!("Comparing {}", case.name),
                    part: Some(i as f32 / cases.len() as f32),
                });
                match selftest::compare(case, &gpu, &cpu, COMPARED_SAMPLES, async || turn.pause().await).await {
                    Ok(mut result) => {
                        result.passed &= !take_gpu_fault();
                        results.push(result);
                    }
                    Err(error) => {
                        codec::send_failure(request, wire_error(&error, true));
                        return;
                    }
                }
            }
            codec::send(&Event::SelfTested { request, results });
        });
    }
}

/// Awaits some work until a message has arrived; `None` then.
async fn unless_mail<F: Future>(mailbox: &Mailbox, mut work: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if mailbox.has_mail(context) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// The run that a command is about, where it changes or asks one.
fn of_run(command: &Command) -> Option<RunId> {
    match command {
        Command::Resume { run }
        | Command::Pause { run }
        | Command::StepOnce { run }
        | Command::SetSpeed { run, .. }
        | Command::Commit { run }
        | Command::Watch { run, .. }
        | Command::Change { run, .. }
        | Command::Save { run, .. }
        | Command::Probe { run, .. } => Some(*run),
        Command::OpenFile { .. }
        | Command::Start { .. }
        | Command::StartSeries { .. }
        | Command::CancelSeries { .. }
        | Command::SelfTest { .. }
        | Command::Bench { .. }
        | Command::LoseDevice
        | Command::Panic => None,
    }
}

/// The state that came with a message.
fn saved(state: SavedState, attached: &Attached) -> Result<StateDict, WireError> {
    let values: &[f32] = match attached {
        Attached::Values(values) => values,
        Attached::File(_) | Attached::Nothing => &[],
    };
    StateDict::from_payload(state.numbers, state.parts, values)
        .map_err(|e| WireError::new(ErrorCode::BadMessage, format!("The saved state is damaged: {e}.")))
}
