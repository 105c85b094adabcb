//! Devices of the two engines.

/// burn's handle of a device, so that the worker needs no burn of its own.
pub use burn::tensor::Device;

/// The CPU engine.
pub fn cpu() -> Device {
    Device::flex()
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
        let (device, setup) = Device::wgpu_options()
            .init_with_setup_async()
            .await
            .map_err(|e| crate::EngineError::GpuUnavailable { why: e.to_string() })?;
        // cubecl's own handler panics, which would take the worker with it.
        let raw = setup.device.clone();
        raw.on_uncaptured_error(std::sync::Arc::new(move |error| on_error(format!("{error}"))));
        Ok(Self { device, destroy: Box::new(move || setup.device.destroy()) })
    }

    /// Loses the device, as a driver reset does. For tests.
    pub fn destroy(&self) {
        (self.destroy)();
    }
}
