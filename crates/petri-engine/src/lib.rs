//! Training and probing networks with burn, on the CPU (flex) or the GPU (WebGPU).
//!
//! Both engines run the same code: burn chooses the backend by the device at run time. Everything
//! random is drawn on the host ([`petri_data::random`]), so both engines start from the same weights
//! and see the same batches. Knows no DOM.

pub mod baselines;
#[cfg(feature = "bench")]
pub mod bench;
pub mod burn_network;
pub mod cpu;
pub mod device;
pub mod driver;
pub mod error;
pub mod evaluate;
pub mod executor;
pub mod forward;
pub mod importance;
pub mod layers;
pub mod loss;
pub mod moment;
pub mod op;
pub mod optimizer;
pub mod path;
pub mod plan;
pub mod probe;
pub mod readback;
pub mod results;
pub mod selftest;
pub mod session;
pub mod state;
pub mod trainer;
mod value;

pub use error::EngineError;
pub use evaluate::Evaluation;
pub use executor::{Executor, Network};
pub use moment::Moment;
pub use probe::Answer;
pub use results::Results;
pub use session::{Session, Step};
pub use state::StateDict;
pub use trainer::Trainer;
