//! What the page knows, and how events of the worker change it. No browser here.

pub mod curves;
pub mod file;
pub mod model;
pub mod notice;
pub mod probes;

pub use curves::Curves;
pub use model::{Effect, Model, Phase};
pub use notice::Notice;
