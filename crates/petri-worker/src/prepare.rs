//! Preparing a run: its data, its engine, and the proof that the engine computes what it should.

use std::rc::Rc;

use petri_data::Dataset;
use petri_engine::device::Device;
use petri_engine::driver::{Prepared, Turn};
use petri_engine::selftest;
use petri_protocol::engine_choice::{Calibration, Decision, Engine, step_flops};
use petri_protocol::{ErrorCode, Experiment, Problem, WireError};

use crate::engines::{Engines, wire_error};
use crate::reports::take_gpu_fault;
use crate::sources::Sources;
use crate::{adapter, calibration, codec};

/// Fewest samples in the comparison of both engines before a run.
const MIN_COMPARED: usize = 4;
/// Floating-point operations that each step of that comparison may take: half a second on a slow processor.
const COMPARED_FLOPS: u64 = 2_000_000_000;

/// Everything that runs are prepared from.
#[derive(Clone)]
pub(crate) struct Workshop {
    pub(crate) engines: Rc<Engines>,
    pub(crate) sources: Rc<Sources>,
}

/// A run that is ready, and what the page is told about it.
pub(crate) struct Ready {
    pub(crate) prepared: Prepared,
    pub(crate) decision: Decision,
    pub(crate) calibration: Option<Calibration>,
}

impl Workshop {
    /// A workshop with the same engines that keeps the data sets that are there now.
    pub(crate) fn keeping_sources(&self) -> Self {
        Self { engines: Rc::clone(&self.engines), sources: Rc::new((*self.sources).clone()) }
    }

    /// Prepares a run. `turn` is given way to as often as possible, so that it can be cancelled.
    pub(crate) async fn prepare(
        &self,
        experiment: Experiment,
        decision: Option<Decision>,
        turn: &Turn,
    ) -> Result<Ready, WireError> {
        codec::send_progress("Preparing the data".into());
        turn.pause().await;
        let dataset = self.checked_dataset(&experiment).await?;
        turn.pause().await;
        let (device, decision, calibration) = self.choose(&experiment, &dataset, decision, turn).await?;
        let on_gpu = decision.engine == Engine::Gpu;
        Ok(Ready { prepared: Prepared { experiment, dataset, device, on_gpu }, decision, calibration })
    }

    /// A member of a series, on the GPU where that is wanted and works.
    pub(crate) async fn prepare_member(&self, experiment: Experiment, on_gpu: bool, turn: &Turn) -> Result<Prepared, WireError> {
        let dataset = self.checked_dataset(&experiment).await?;
        let decision = Decision {
            engine: if on_gpu { Engine::Gpu } else { Engine::Cpu },
            adapter: None,
            reason: "the engine of the page".into(),
        };
        let (device, decision, _) = self.choose(&experiment, &dataset, Some(decision), turn).await?;
        Ok(Prepared { experiment, dataset, device, on_gpu: decision.engine == Engine::Gpu })
    }

    /// The data of an experiment that fits them: nothing is computed, or taken from memory, for one that does not.
    async fn checked_dataset(&self, experiment: &Experiment) -> Result<Rc<Dataset>, WireError> {
        let refuse = |problems: Vec<Problem>| match problems.is_empty() {
            true => Ok(()),
            false => Err(wire_error(&petri_engine::EngineError::Invalid { problems }, false)),
        };
        refuse(experiment.validate(None))?;
        let dataset = self.sources.dataset(experiment).await?;
        refuse(experiment.validate(Some(&dataset.info)))?;
        Ok(dataset)
    }

    /// The device of a run: as decided, or the faster one, or the CPU when the GPU does not work.
    async fn choose(
        &self,
        experiment: &Experiment,
        dataset: &Rc<Dataset>,
        decision: Option<Decision>,
        turn: &Turn,
    ) -> Result<(Device, Decision, Option<Calibration>), WireError> {
        let cpu = self.engines.cpu();
        match &decision {
            Some(decision) if decision.engine == Engine::Cpu => return Ok((cpu, decision.clone(), None)),
            _ if !self.engines.may_have_gpu() => {
                let decision = self.engines.fall_back(ErrorCode::GpuUnavailable, "the small worker has no GPU engine");
                return Ok((cpu, decision, None));
            }
            _ => {}
        }
        let gpu = match self.engines.gpu().await {
            Ok(gpu) => gpu,
            Err(why) => return Ok((cpu, self.engines.fall_back(ErrorCode::GpuUnavailable, &why), None)),
        };
        // Every allocation is a buffer of its own: the last run's are given back first.
        gpu.memory_cleanup();
        if let Some(decision) = self.distrust(experiment, dataset, &gpu, turn).await {
            return Ok((cpu, decision, None));
        }
        if let Some(decision) = decision {
            return Ok((gpu, decision, None));
        }
        codec::send_progress("Measuring both engines".into());
        let measured = calibration::both(experiment, dataset, &cpu, &gpu, turn).await;
        // The measurement is the first to use whole batches.
        if take_gpu_fault() {
            let decision = self.engines.fall_back(ErrorCode::GpuUnavailable, "it reported an error while it was measured");
            return Ok((cpu, decision, None));
        }
        let (cpu_millis, gpu_millis) = measured.map_err(|e| wire_error(&e, true))?;
        let calibration = Calibration { key: String::new(), cpu_millis, gpu_millis };
        let decision = match &adapter::describe().await {
            Some(adapter) => petri_protocol::engine_choice::decide(&calibration, adapter),
            None => Decision { engine: Engine::Cpu, adapter: None, reason: "the adapter has gone".into() },
        };
        let device = if decision.engine == Engine::Gpu { gpu } else { cpu };
        Ok((device, decision, Some(calibration)))
    }

    /// Compares this very run on both engines, once; the decision to fall back when they differ.
    async fn distrust(&self, experiment: &Experiment, dataset: &Dataset, gpu: &Device, turn: &Turn) -> Option<Decision> {
        let case = selftest::case_for(&experiment.network, dataset.info.input, &experiment.training, dataset.info.task);
        let flops = experiment.network.infer(dataset.info.input).map_or(0, |shape| step_flops(shape.flops(), 1));
        let most = (COMPARED_FLOPS / flops.max(1)) as usize;
        let n = experiment.training.batch_size.min(most).max(MIN_COMPARED);
        let key = selftest::key(&case, n);
        if self.engines.is_trusted(&key) {
            return None;
        }
        codec::send_progress("Compiling shaders and comparing both engines".into());
        let result = selftest::compare(&case, gpu, &self.engines.cpu(), n, async || turn.pause().await).await;
        // Asked for whatever came out: a fault that is left behind would end another run.
        let fault = take_gpu_fault();
        match result {
            Ok(_) if fault => {
                Some(self.engines.fall_back(ErrorCode::GpuMismatch, "it reported an error while it was compared with the CPU"))
            }
            Ok(result) if result.passed => {
                self.engines.trust(key);
                None
            }
            Ok(result) => {
                let size = result.difference.map_or("no number came out".to_owned(), |d| format!("by {d:.2e}"));
                Some(self.engines.fall_back(ErrorCode::GpuMismatch, &format!("it computes something else than the CPU: {size}")))
            }
            Err(error) => Some(self.engines.fall_back(ErrorCode::GpuUnavailable, &error.to_string())),
        }
    }
}
