//! The loop of the worker: commands first, then a slice of training.

use std::rc::Rc;

use petri_data::Dataset;
use petri_engine::probe;
use petri_engine::selftest;
use petri_protocol::engine_choice::{Calibration, Decision, Engine};
use petri_protocol::event::WorkerKind;
use petri_protocol::{
    Command, ErrorCode, Event, Experiment, Probe, RequestId, RunId, RunState, Split, WireError, notation, series,
};
use web_sys::File;

use crate::bench;
use crate::codec;
use crate::engines::{Engines, Ready, wire_error};
use crate::mailbox::{Letter, Mailbox};
use crate::pace::{give_way, give_way_if_due, sleep};
use crate::reports::take_gpu_fault;
use crate::run::Run;
use crate::series::Series;
use crate::sources::{Content, Sources};

/// Longest wait between two looks into the mailbox while a slow run waits, in milliseconds.
const MAX_SLEEP_MILLIS: f64 = 20.0;
/// Samples in the comparison of both engines before a run.
const COMPARED_SAMPLES: usize = 4;

/// The state of the worker.
pub(crate) struct Runner {
    mailbox: Mailbox,
    engines: Engines,
    sources: Sources,
    run: Option<Run>,
    series: Option<Series>,
}

impl Runner {
    pub(crate) fn new(kind: WorkerKind, mailbox: Mailbox) -> Self {
        Self { mailbox, engines: Engines::new(kind), sources: Sources::default(), run: None, series: None }
    }

    /// Never returns: the page ends a worker by terminating it.
    pub(crate) async fn run(mut self) {
        loop {
            while let Some(letter) = self.mailbox.take() {
                self.handle(letter).await;
            }
            if self.run.as_ref().is_some_and(Run::is_running) {
                self.train().await;
                if self.series.is_some() {
                    self.work_on_series().await;
                }
            } else if self.series.is_some() {
                self.work_on_series().await;
            } else {
                let letter = self.mailbox.next().await;
                self.handle(letter).await;
            }
        }
    }

    async fn train(&mut self) {
        let Some(run) = &mut self.run else { return };
        let wait = run.wait_millis();
        if wait > 0.0 {
            run.flush(false);
            sleep(wait.min(MAX_SLEEP_MILLIS)).await;
            return;
        }
        let outcome = run.slice().await;
        self.check(outcome.map_err(|e| wire_error(&e, self.on_gpu())));
        give_way().await;
    }

    fn on_gpu(&self) -> bool {
        self.run.as_ref().is_some_and(|r| r.on_gpu)
    }

    /// Ends the run when something went wrong, also where only the log tells.
    fn check(&mut self, outcome: Result<(), WireError>) {
        let fault = take_gpu_fault() && self.on_gpu();
        let error = match outcome {
            Err(error) => error,
            Ok(()) if fault => WireError::new(ErrorCode::GpuLost, "The GPU reported an error: its numbers cannot be trusted."),
            Ok(()) => return,
        };
        let run = self.run.take().map(|mut run| {
            run.flush(true);
            run.id
        });
        codec::send_error(run, error);
    }

    async fn handle(&mut self, (command, file): Letter) {
        match command {
            Command::OpenFile { request } => self.open_file(request, file).await,
            Command::Start { run, experiment, decision } => {
                if let Err(error) = self.start(run, *experiment, decision).await {
                    self.run = None;
                    codec::send_error(Some(run), error);
                }
            }
            Command::Resume { run } => self.with_run(run, Run::resume),
            Command::Pause { run } => self.with_run(run, Run::pause),
            Command::SetLearningRate { run, value } => {
                if value.is_finite() && value > 0.0 {
                    self.with_run(run, |r| r.session.set_learning_rate(value));
                }
            }
            Command::Watch { run, parameters } => self.with_run(run, |r| r.watch(parameters)),
            Command::Commit { run } => self.commit(run).await,
            Command::StartSeries { series, mut members, on_gpu } => {
                self.end_series(true);
                members.truncate(series::MAX_MEMBERS);
                self.series = Some(Series::new(series, members, on_gpu && self.engines.may_have_gpu()));
            }
            Command::CancelSeries { series } => {
                if self.series.as_ref().is_some_and(|s| s.id == series) {
                    self.end_series(true);
                }
            }
            Command::SetSpeed { run, steps_per_second } => self.with_run(run, |r| r.set_speed(steps_per_second)),
            Command::StepOnce { run } => {
                if let Some(current) = self.run.as_mut().filter(|r| r.id == run) {
                    let outcome = current.step_once().await;
                    self.check(outcome.map_err(|e| wire_error(&e, self.on_gpu())));
                }
            }
            Command::Probe { run, request, probe } => self.probe(run, request, &probe).await,
            Command::SelfTest { request } => self.self_test(request).await,
            Command::Bench { request, preset, gpu, steps } => match bench::run(&mut self.engines, &preset, gpu, steps).await {
                Ok(result) => codec::send(&Event::Benched { request, result }),
                Err(error) => codec::send(&Event::Failed { run: None, request: Some(request), error }),
            },
            Command::LoseDevice => self.engines.lose_gpu(),
            // Acted upon when it arrives, see the mailbox.
            Command::Panic => {}
        }
    }

    fn with_run(&mut self, id: RunId, act: impl FnOnce(&mut Run)) {
        if let Some(run) = self.run.as_mut().filter(|r| r.id == id) {
            act(run);
        }
    }

    async fn open_file(&mut self, request: RequestId, file: Option<File>) {
        match self.sources.open(file).await {
            Ok((file, Content::Images(info))) => codec::send(&Event::FileRead { request, file, info }),
            Ok((file, Content::Table(info))) => codec::send(&Event::TableRead { request, file, info }),
            Err(error) => codec::send(&Event::Failed { run: None, request: Some(request), error }),
        }
    }

    fn end_series(&mut self, cancelled: bool) {
        if let Some(series) = self.series.take() {
            codec::send(&Event::SeriesEnded { series: series.id, cancelled });
        }
    }

    async fn work_on_series(&mut self) {
        let Some(mut series) = self.series.take() else { return };
        let device = if series.on_gpu { self.engines.gpu().await.ok() } else { None };
        series.on_gpu = device.is_some();
        let device = device.unwrap_or_else(|| self.engines.cpu());
        let done = series.slice(&mut self.sources, &device).await;
        self.series = Some(series);
        if done {
            self.end_series(false);
        }
        give_way().await;
    }

    async fn commit(&mut self, id: RunId) {
        let Some(run) = self.run.as_mut().filter(|r| r.id == id) else { return };
        let outcome = run.commit().await;
        self.check(outcome.map_err(|e| wire_error(&e, self.on_gpu())));
    }

    async fn start(&mut self, id: RunId, experiment: Experiment, decision: Option<Decision>) -> Result<(), WireError> {
        self.run = None;
        codec::send_progress("Preparing the data".into());
        give_way().await;
        let dataset = self.sources.dataset(&experiment).await?;
        let (ready, calibration) = self.choose(&experiment, &dataset, decision).await?;
        let on_gpu = ready.decision.engine == Engine::Gpu;
        let run = Run::new(id, experiment, Rc::clone(&dataset), &ready.device, on_gpu).map_err(|e| wire_error(&e, on_gpu))?;
        codec::send(&Event::Started {
            run: id,
            decision: ready.decision,
            calibration,
            info: dataset.info.clone(),
            steps_per_epoch: run.session.steps_per_epoch(),
        });
        self.run.insert(run).set_state(RunState::Paused);
        Ok(())
    }

    /// The device of a run: as decided, or the faster one, or the CPU when the GPU does not work.
    async fn choose(
        &mut self,
        experiment: &Experiment,
        dataset: &Rc<Dataset>,
        decision: Option<Decision>,
    ) -> Result<(Ready, Option<Calibration>), WireError> {
        let cpu = self.engines.cpu();
        match &decision {
            Some(decision) if decision.engine == Engine::Cpu => {
                return Ok((Ready { device: cpu, decision: decision.clone() }, None));
            }
            _ if !self.engines.may_have_gpu() => {
                return Ok((self.engines.fall_back(ErrorCode::GpuUnavailable, "the small worker has no GPU engine"), None));
            }
            _ => {}
        }
        let gpu = match self.engines.gpu().await {
            Ok(gpu) => gpu,
            Err(why) => return Ok((self.engines.fall_back(ErrorCode::GpuUnavailable, &why), None)),
        };
        // Every allocation is a buffer of its own: the last run's are given back first.
        gpu.memory_cleanup();
        let key = format!("{:?} {}", dataset.info.input, notation::print(&experiment.network));
        if !self.engines.is_trusted(&key) {
            codec::send_progress("Compiling shaders and comparing both engines".into());
            let case = selftest::case_for(&experiment.network, dataset.info.input, &experiment.training);
            match selftest::compare(&case, &gpu, &cpu, COMPARED_SAMPLES).await {
                Ok(result) if result.passed && !take_gpu_fault() => self.engines.trust(key.clone()),
                Ok(result) => {
                    let why = format!("it computes something else than the CPU (difference {:?})", result.difference);
                    return Ok((self.engines.fall_back(ErrorCode::GpuMismatch, &why), None));
                }
                Err(error) => return Ok((self.engines.fall_back(ErrorCode::GpuUnavailable, &error.to_string()), None)),
            }
        }
        match decision {
            Some(decision) => Ok((Ready { device: gpu, decision }, None)),
            None => {
                codec::send_progress("Measuring both engines".into());
                let (cpu_millis, gpu_millis) =
                    bench::both(experiment, dataset, &cpu, &gpu).await.map_err(|e| wire_error(&e, true))?;
                let calibration = Calibration { key: String::new(), cpu_millis, gpu_millis };
                let adapter = crate::adapter::describe().await;
                let decision = match &adapter {
                    Some(adapter) => petri_protocol::engine_choice::decide(&calibration, adapter),
                    None => Decision { engine: Engine::Cpu, adapter: None, reason: "the adapter has gone".into() },
                };
                let device = if decision.engine == Engine::Gpu { gpu } else { cpu };
                Ok((Ready { device, decision }, Some(calibration)))
            }
        }
    }

    async fn probe(&mut self, id: RunId, request: RequestId, probe: &Probe) {
        let Some(run) = self.run.as_ref().filter(|r| r.id == id) else { return };
        if probe.split() == Some(Split::Test) && !run.is_committed() {
            let error = WireError::new(ErrorCode::BadProbe, "The test set is locked until you commit to a model.");
            codec::send(&Event::ProbeFailed { run: id, request, error });
            return;
        }
        match probe::answer(&run.session, probe, give_way_if_due).await {
            Ok(answer) => codec::send_values(
                &Event::ProbeAnswered {
                    run: id,
                    request,
                    step: run.session.step_count(),
                    parts: answer.parts,
                    range: answer.range,
                },
                &answer.values,
            ),
            Err(error) => {
                let error = wire_error(&error, run.on_gpu);
                let lost = error.code == ErrorCode::GpuLost;
                codec::send(&Event::ProbeFailed { run: id, request, error: error.clone() });
                if lost {
                    self.check(Err(error));
                }
            }
        }
    }

    async fn self_test(&mut self, request: RequestId) {
        let gpu = match self.engines.gpu().await {
            Ok(gpu) => gpu,
            Err(why) => {
                let error = WireError::new(ErrorCode::GpuUnavailable, why);
                codec::send(&Event::Failed { run: None, request: Some(request), error });
                return;
            }
        };
        let cpu = self.engines.cpu();
        let cases = selftest::all_cases();
        let mut results = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            codec::send(&Event::Progress { what: format!("Comparing {}", case.name), part: Some(i as f32 / cases.len() as f32) });
            match selftest::compare(case, &gpu, &cpu, COMPARED_SAMPLES).await {
                Ok(mut result) => {
                    result.passed &= !take_gpu_fault();
                    results.push(result);
                }
                Err(error) => {
                    codec::send(&Event::Failed { run: None, request: Some(request), error: wire_error(&error, true) });
                    return;
                }
            }
            give_way().await;
        }
        codec::send(&Event::SelfTested { request, results });
    }
}
