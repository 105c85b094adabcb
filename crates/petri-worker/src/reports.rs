//! Log lines and panics of the worker, on their way to the page.

use std::sync::atomic::{AtomicBool, Ordering};

use petri_protocol::{ErrorCode, WireError};

use crate::codec;

/// Set by an error that nobody waits for: a shader that failed validation, a lost device.
static GPU_FAULT: AtomicBool = AtomicBool::new(false);

struct Console;

impl log::Log for Console {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = format!("{}: {}", record.target(), record.args());
        if record.level() == log::Level::Error {
            web_sys::console::error_1(&line.into());
            // On the web a module that fails validation is only logged (tracel-ai/cubecl#1641).
            if record.target().starts_with("cubecl") || record.target().starts_with("wgpu") {
                GPU_FAULT.store(true, Ordering::Relaxed);
            }
        } else {
            web_sys::console::warn_1(&line.into());
        }
    }

    fn flush(&self) {}
}

/// Sends panics to the page and log lines to the console.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let message: String = info.to_string().chars().take(500).collect();
        // Where the GPU has failed just before, that is the reason, and the CPU goes on.
        let mut error = if GPU_FAULT.load(Ordering::Relaxed) {
            WireError::new(ErrorCode::GpuLost, "The GPU stopped working during the run.")
        } else {
            WireError::new(ErrorCode::WorkerCrashed, "The training worker stopped unexpectedly.")
        };
        error.details.push(message);
        codec::send_error(None, error);
    }));
    if log::set_logger(&Console).is_ok() {
        log::set_max_level(log::LevelFilter::Warn);
    }
}

/// Notes an error of the GPU that nobody waits for.
#[cfg(feature = "gpu")]
pub(crate) fn note_gpu_fault(message: &str) {
    web_sys::console::error_1(&message.into());
    GPU_FAULT.store(true, Ordering::Relaxed);
}

/// Whether the GPU failed since the last call.
pub(crate) fn take_gpu_fault() -> bool {
    GPU_FAULT.swap(false, Ordering::Relaxed)
}
