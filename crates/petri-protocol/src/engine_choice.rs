//! Which engine trains, and why: a pure function, so that the badge's reason can be tested.

use serde::{Deserialize, Serialize};

use crate::EngineChoice;

/// An engine that trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// burn's flex backend.
    Cpu,
    /// WebGPU.
    Gpu,
}

/// The graphics adapter as the browser describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    /// Vendor and architecture, as far as the browser tells.
    pub name: String,
    /// A software adapter: correct, but slower than the CPU engine.
    pub is_software: bool,
    /// Has `timestamp-query`, without which the GPU engine cannot start.
    pub has_timestamps: bool,
}

/// Milliseconds per training step of one network, measured on both engines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// [`calibration_key`] of what was measured.
    pub key: String,
    /// On the CPU engine.
    pub cpu_millis: f64,
    /// On the GPU engine.
    pub gpu_millis: f64,
}

/// The engine of a run and the reason for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Which engine.
    pub engine: Engine,
    /// The adapter, for the GPU engine.
    pub adapter: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// What to do about a choice before anything is loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Start with this engine.
    Use(Decision),
    /// Load the GPU worker and measure both engines.
    Calibrate,
}

/// Below this many floating-point operations in a training step a GPU cannot win: the fixed cost of
/// about 150 dispatches (24 to 70 µs each in a browser) exceeds the time of the whole step on the CPU.
const WORTH_A_GPU: u64 = 20_000_000;

/// Floating-point operations of a training step: the backward pass costs twice the forward pass.
pub fn step_flops(forward_flops: u64, batch_size: usize) -> u64 {
    forward_flops.saturating_mul(3).saturating_mul(batch_size as u64)
}

/// Identity of a calibration: the same network, batch and adapter take the same time.
pub fn calibration_key(network: &str, batch_size: usize, adapter: &Adapter) -> String {
    format!("{} · {batch_size} · {network}", adapter.name)
}

/// Decides which engine trains.
pub fn plan(choice: EngineChoice, adapter: Option<&Adapter>, step_flops: u64, calibration: Option<&Calibration>) -> Plan {
    let cpu = |reason: &str| Plan::Use(Decision { engine: Engine::Cpu, adapter: None, reason: reason.to_owned() });
    let usable = adapter.filter(|a| a.has_timestamps);
    match (choice, usable) {
        (EngineChoice::Cpu, _) => cpu("you chose it"),
        (EngineChoice::Gpu, Some(adapter)) => {
            Plan::Use(Decision { engine: Engine::Gpu, adapter: Some(adapter.name.clone()), reason: "you chose it".into() })
        }
        (_, None) if adapter.is_some() => cpu("the graphics adapter lacks timestamp queries"),
        (_, None) => cpu("this browser offers no WebGPU adapter"),
        (EngineChoice::Auto, Some(adapter)) => {
            if adapter.is_software {
                return cpu("the graphics adapter is emulated in software");
            }
            if step_flops < WORTH_A_GPU {
                return cpu("a network this small is faster on the processor");
            }
            match calibration {
                None => Plan::Calibrate,
                Some(calibration) => Plan::Use(decide(calibration, adapter)),
            }
        }
    }
}

/// The faster engine of a calibration.
pub fn decide(calibration: &Calibration, adapter: &Adapter) -> Decision {
    let Calibration { cpu_millis, gpu_millis, .. } = calibration;
    let reason = format!("measured here: {gpu_millis:.1} ms a step on the GPU, {cpu_millis:.1} ms on the CPU");
    if gpu_millis < cpu_millis {
        Decision { engine: Engine::Gpu, adapter: Some(adapter.name.clone()), reason }
    } else {
        Decision { engine: Engine::Cpu, adapter: None, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter() -> Adapter {
        Adapter { name: "acme".into(), is_software: false, has_timestamps: true }
    }

    fn engine(plan: Plan) -> Option<Engine> {
        match plan {
            Plan::Use(decision) => Some(decision.engine),
            Plan::Calibrate => None,
        }
    }

    #[test]
    fn auto_avoids_software_adapters_and_small_networks() {
        let software = Adapter { is_software: true, ..adapter() };
        assert_eq!(engine(plan(EngineChoice::Auto, Some(&software), u64::MAX, None)), Some(Engine::Cpu));
        assert_eq!(engine(plan(EngineChoice::Auto, Some(&adapter()), 1000, None)), Some(Engine::Cpu));
        assert_eq!(engine(plan(EngineChoice::Auto, None, u64::MAX, None)), Some(Engine::Cpu));
        assert_eq!(plan(EngineChoice::Auto, Some(&adapter()), u64::MAX, None), Plan::Calibrate);
    }

    #[test]
    fn a_calibration_decides_by_time() {
        let slow_gpu = Calibration { key: String::new(), cpu_millis: 2.0, gpu_millis: 16.0 };
        let fast_gpu = Calibration { key: String::new(), cpu_millis: 25.0, gpu_millis: 5.0 };
        assert_eq!(engine(plan(EngineChoice::Auto, Some(&adapter()), u64::MAX, Some(&slow_gpu))), Some(Engine::Cpu));
        assert_eq!(engine(plan(EngineChoice::Auto, Some(&adapter()), u64::MAX, Some(&fast_gpu))), Some(Engine::Gpu));
    }

    #[test]
    fn a_forced_gpu_still_needs_an_adapter_that_works() {
        let software = Adapter { is_software: true, ..adapter() };
        assert_eq!(engine(plan(EngineChoice::Gpu, Some(&software), 0, None)), Some(Engine::Gpu));
        let no_timestamps = Adapter { has_timestamps: false, ..adapter() };
        assert_eq!(engine(plan(EngineChoice::Gpu, Some(&no_timestamps), 0, None)), Some(Engine::Cpu));
        assert_eq!(engine(plan(EngineChoice::Gpu, None, 0, None)), Some(Engine::Cpu));
    }
}
