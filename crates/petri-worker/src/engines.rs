//! The devices of the worker: the CPU always, the GPU when it is wanted and works.

use petri_engine::EngineError;
use petri_engine::device::Device;
#[cfg(feature = "gpu")]
use petri_protocol::Event;
use petri_protocol::engine_choice::{Decision, Engine};
use petri_protocol::event::WorkerKind;
use petri_protocol::{ErrorCode, WireError};

use crate::codec;

/// The devices.
pub(crate) struct Engines {
    kind: WorkerKind,
    #[cfg(feature = "gpu")]
    gpu: Option<Result<petri_engine::device::Gpu, String>>,
    /// Networks that computed the same on both engines, as text.
    trusted: Vec<String>,
}

/// A device that is ready, and the decision that is true now.
pub(crate) struct Ready {
    pub(crate) device: Device,
    pub(crate) decision: Decision,
}

impl Engines {
    pub(crate) fn new(kind: WorkerKind) -> Self {
        Self {
            kind,
            #[cfg(feature = "gpu")]
            gpu: None,
            trusted: Vec::new(),
        }
    }

    /// The CPU engine.
    pub(crate) fn cpu(&self) -> Device {
        petri_engine::device::cpu()
    }

    /// The GPU engine, started when it is asked for the first time.
    #[cfg(feature = "gpu")]
    pub(crate) async fn gpu(&mut self) -> Result<Device, String> {
        if self.gpu.is_none() {
            codec::send(&Event::Progress { what: "Starting the GPU".into(), part: None });
            let started = petri_engine::device::Gpu::start(|message| crate::reports::note_gpu_fault(&message)).await;
            self.gpu = Some(started.map_err(|e| e.to_string()));
        }
        match &self.gpu {
            Some(Ok(gpu)) => Ok(gpu.device.clone()),
            Some(Err(why)) => Err(why.clone()),
            None => Err("not started".into()),
        }
    }

    /// The small worker has no GPU engine.
    #[cfg(not(feature = "gpu"))]
    pub(crate) async fn gpu(&mut self) -> Result<Device, String> {
        Err("this worker was built without it".into())
    }

    /// Whether this worker can have a GPU engine at all.
    pub(crate) fn may_have_gpu(&self) -> bool {
        self.kind == WorkerKind::Gpu
    }

    /// Whether a network was compared on both engines before.
    pub(crate) fn is_trusted(&self, key: &str) -> bool {
        self.trusted.iter().any(|k| k == key)
    }

    /// Notes that a network computes the same on both engines.
    pub(crate) fn trust(&mut self, key: String) {
        self.trusted.push(key);
    }

    /// Falls back to the CPU and says why.
    pub(crate) fn fall_back(&self, code: ErrorCode, why: &str) -> Ready {
        codec::send_error(None, WireError::new(code, format!("The GPU engine cannot be used: {why}.")));
        Ready {
            device: self.cpu(),
            decision: Decision { engine: Engine::Cpu, adapter: None, reason: format!("the GPU engine cannot be used: {why}") },
        }
    }

    /// Loses the GPU, for tests.
    pub(crate) fn lose_gpu(&self) {
        #[cfg(feature = "gpu")]
        if let Some(Ok(gpu)) = &self.gpu {
            gpu.destroy();
        }
    }
}

/// An error of the engine as the page shows it.
pub(crate) fn wire_error(error: &EngineError, on_gpu: bool) -> WireError {
    match error {
        EngineError::Invalid { problems } => WireError {
            code: ErrorCode::InvalidExperiment,
            message: "The experiment cannot be trained as it is.".into(),
            details: problems.iter().map(ToString::to_string).collect(),
        },
        EngineError::Device { why } if on_gpu => {
            let mut error = WireError::new(ErrorCode::GpuLost, "The GPU stopped working during the run.");
            error.details.push(why.chars().take(500).collect());
            error
        }
        EngineError::GpuUnavailable { why } => WireError::new(ErrorCode::GpuUnavailable, why.clone()),
        EngineError::Probe { why } => WireError::new(ErrorCode::BadProbe, why.clone()),
        other => WireError::new(ErrorCode::WorkerCrashed, other.to_string()),
    }
}
