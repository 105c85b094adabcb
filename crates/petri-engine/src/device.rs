//! What computes: the CPU engine, or burn on a device of its own.

use petri_protocol::{NetworkSpec, Problem, SortedMap, TensorShape, TrainingSpec};

#[cfg(not(target_family = "wasm"))]
use crate::cpu::CpuTrainer;
use crate::executor::Executor;
use crate::layers::{HostTensor, draw};
use crate::plan::Plan;
use crate::trainer::Trainer;

/// See the module.
#[derive(Debug, Clone)]
pub enum Device {
    /// Kernels of our own. Not in the workers, which would become larger, until browsers have tried it.
    #[cfg(not(target_family = "wasm"))]
    Cpu,
    /// burn, on the GPU or, in tests, on its own CPU backend.
    Burn(burn::tensor::Device),
}

/// The CPU engine of the site: burn's, until [`Device::Cpu`] has been tried in browsers.
pub fn cpu() -> Device {
    Device::Burn(flex())
}

/// burn's CPU backend, with which kernels of our own are compared.
pub fn flex() -> burn::tensor::Device {
    burn::tensor::Device::flex()
}

impl Device {
    /// Gives back memory that nothing uses any more.
    pub fn memory_cleanup(&self) {
        match self {
            #[cfg(not(target_family = "wasm"))]
            Self::Cpu => {}
            Self::Burn(device) => device.memory_cleanup(),
        }
    }

    /// Draws the initial weights of `network` from `seed` and puts it on the device.
    ///
    /// # Errors
    ///
    /// All problems of the network.
    pub fn start(
        &self,
        network: &NetworkSpec,
        input: TensorShape,
        training: &TrainingSpec,
        seed: u32,
    ) -> Result<Box<dyn Executor>, Vec<Problem>> {
        let plan = Plan::new(network, input, training.loss)?;
        let values = draw(seed, &plan, &SortedMap::new());
        Ok(self.executor(plan, values, training, seed))
    }

    /// Puts a network with given weights, in the order of [`draw`], on the device.
    pub fn executor(&self, plan: Plan, values: Vec<[HostTensor; 2]>, training: &TrainingSpec, seed: u32) -> Box<dyn Executor> {
        match self {
            #[cfg(not(target_family = "wasm"))]
            Self::Cpu => Box::new(CpuTrainer::with_weights(plan, values, training, seed)),
            Self::Burn(device) => Box::new(Trainer::with_weights(plan, values, training, seed, device)),
        }
    }
}

/// What the GPU engine needs of its device beside burn.
#[cfg(feature = "gpu")]
pub struct Gpu {
    /// The device that every tensor of this engine is made on. No other way of naming it is the
    /// same device for burn.
    pub device: Device,
    destroy: Box<dyn Fn()>,
}

#[cfg(feature = "gpu")]
impl Gpu {
    /// Starts the GPU. Possible once in the life of a worker. `on_error` hears of every error that
    /// nobody waits for, such as a shader that fails validation.
    ///
    /// # Errors
    ///
    /// [`EngineError::GpuUnavailable`](crate::EngineError) with the reason.
    pub async fn start(on_error: impl Fn(String) + Send + Sync + 'static) -> Result<Self, crate::EngineError> {
        let (device, setup) = burn::tensor::Device::wgpu_options()
            .init_with_setup_async()
            .await
            .map_err(|e| crate::EngineError::GpuUnavailable { why: e.to_string() })?;
        // cubecl's own handler panics, which would take the worker with it.
        let raw = setup.device.clone();
        raw.on_uncaptured_error(std::sync::Arc::new(move |error| on_error(format!("{error}"))));
        Ok(Self { device: Device::Burn(device), destroy: Box::new(move || setup.device.destroy()) })
    }

    /// Loses the device, as a driver reset does. For tests.
    pub fn destroy(&self) {
        (self.destroy)();
    }
}
