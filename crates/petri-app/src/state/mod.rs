//! What the page knows, and how events of the worker change it. No browser here.

pub mod curves;
pub mod diagnosis;
pub mod file;
pub mod history;
pub mod model;
pub mod network_rows;
pub mod notice;
pub mod probes;
pub mod progress;
pub mod results;
pub mod route;
pub mod series;
pub mod views;
pub mod wanted;

pub use curves::Curves;
pub use model::{Effect, Model, Phase, Place};
pub use notice::Notice;
