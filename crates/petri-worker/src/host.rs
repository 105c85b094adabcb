//! What the run driver needs of the worker: a clock, messages, and word of GPU faults.

use petri_engine::driver::Host;
use petri_protocol::Event;

use crate::{codec, pace, reports};

/// The worker as a host.
pub(crate) struct WorkerHost;

impl Host for WorkerHost {
    fn now_millis(&self) -> f64 {
        pace::now_millis()
    }

    fn send(&self, event: &Event, values: &[f32]) {
        if values.is_empty() {
            codec::send(event);
        } else {
            codec::send_values(event, values);
        }
    }

    fn take_fault(&self) -> bool {
        reports::take_gpu_fault()
    }
}
