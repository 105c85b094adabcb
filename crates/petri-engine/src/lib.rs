//! Training and probing networks with burn, on the CPU (flex) or the GPU (WebGPU).
//!
//! Both engines run the same code: burn chooses the backend by the device at run time. Everything
//! random is drawn on the host ([`petri_data::random`]), so both engines start from the same weights
//! and see the same batches. Knows no DOM.

pub mod baselines;
pub mod bench;
pub mod device;
pub mod error;
pub mod evaluate;
pub mod forward;
pub mod importance;
pub mod layers;
pub mod loss;
pub mod op;
pub mod optimizer;
pub mod plan;
pub mod probe;
pub mod rates;
pub mod readback;
pub mod results;
pub mod selftest;
pub mod session;
pub mod trainer;

pub use error::EngineError;
pub use evaluate::Evaluation;
pub use probe::Answer;
pub use results::Results;
pub use session::{Session, Step};
pub use trainer::Trainer;
