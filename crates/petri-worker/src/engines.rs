//! The devices of the worker: the CPU always, the GPU when it is wanted and works.

#[cfg(feature = "gpu")]
use std::cell::Cell;
use std::cell::RefCell;
#[cfg(feature = "gpu")]
use std::rc::Rc;

use petri_engine::device::Device;
#[cfg(feature = "gpu")]
use petri_protocol::Event;
use petri_protocol::engine_choice::{Decision, Engine};
use petri_protocol::event::WorkerKind;
use petri_protocol::{ErrorCode, WireError};

pub(crate) use petri_engine::driver::wire_error;

use crate::codec;

/// The devices.
pub(crate) struct Engines {
    kind: WorkerKind,
    #[cfg(feature = "gpu")]
    gpu: Rc<RefCell<Option<Result<petri_engine::device::Gpu, String>>>>,
    /// Whether the GPU is being started.
    #[cfg(feature = "gpu")]
    is_starting: Rc<Cell<bool>>,
    /// Runs that computed the same on both engines, see `selftest::key`.
    trusted: RefCell<Vec<String>>,
}

impl Engines {
    pub(crate) fn new(kind: WorkerKind) -> Self {
        Self {
            kind,
            #[cfg(feature = "gpu")]
            gpu: Rc::default(),
            #[cfg(feature = "gpu")]
            is_starting: Rc::default(),
            trusted: RefCell::default(),
        }
    }

    /// The CPU engine.
    pub(crate) fn cpu(&self) -> Device {
        petri_engine::device::cpu()
    }

    /// The GPU engine, started when it is asked for the first time.
    #[cfg(feature = "gpu")]
    pub(crate) async fn gpu(&self) -> Result<Device, String> {
        // An adapter can be started once in the life of a worker. Whoever asks may be cancelled, the start must not be.
        if self.gpu.borrow().is_none() && !self.is_starting.replace(true) {
            codec::send(&Event::Progress { what: "Starting the GPU".into(), part: None });
            let (gpu, is_starting) = (Rc::clone(&self.gpu), Rc::clone(&self.is_starting));
            wasm_bindgen_futures::spawn_local(async move {
                let started = petri_engine::device::Gpu::start(|message| crate::reports::note_gpu_fault(&message)).await;
                gpu.replace(Some(started.map_err(|e| e.to_string())));
                is_starting.set(false);
            });
        }
        while self.is_starting.get() {
            crate::pace::sleep(5.0).await;
        }
        match &*self.gpu.borrow() {
            Some(Ok(gpu)) => Ok(gpu.device.clone()),
            Some(Err(why)) => Err(why.clone()),
            None => Err("not started".into()),
        }
    }

    /// The small worker has no GPU engine.
    #[cfg(not(feature = "gpu"))]
    pub(crate) async fn gpu(&self) -> Result<Device, String> {
        Err("this worker was built without it".into())
    }

    /// Whether this worker can have a GPU engine at all.
    pub(crate) fn may_have_gpu(&self) -> bool {
        self.kind == WorkerKind::Gpu
    }

    /// Whether such a run was compared on both engines before.
    pub(crate) fn is_trusted(&self, key: &str) -> bool {
        self.trusted.borrow().iter().any(|k| k == key)
    }

    /// Notes that such a run computes the same on both engines.
    pub(crate) fn trust(&self, key: String) {
        self.trusted.borrow_mut().push(key);
    }

    /// Falls back to the CPU and says why.
    pub(crate) fn fall_back(&self, code: ErrorCode, why: &str) -> Decision {
        codec::send_error(None, WireError::new(code, format!("The GPU engine cannot be used: {why}.")));
        Decision { engine: Engine::Cpu, adapter: None, reason: format!("the GPU engine cannot be used: {why}") }
    }

    /// Loses the GPU, for tests.
    pub(crate) fn lose_gpu(&self) {
        #[cfg(feature = "gpu")]
        if let Some(Ok(gpu)) = &*self.gpu.borrow() {
            gpu.destroy();
        }
    }
}
