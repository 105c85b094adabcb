//! What the page knows, and how events of the worker change it. No browser here.

pub mod announcer;
pub mod calibrations;
pub mod checkpoint;
pub mod curves;
pub mod diagnosis;
pub mod dish;
pub mod file;
pub mod history;
pub mod lab_link;
pub mod library;
pub mod model;
pub mod network_rows;
pub mod notice;
pub mod probes;
pub mod progress;
pub mod results;
pub mod route;
pub mod series;
pub mod speed;
pub mod status;
pub mod time_left;
pub mod whole_number;
pub mod worker;

pub use curves::Curves;
pub use dish::{Dish, LAB, Phase, Place};
pub use model::{Effect, KeptByTab, Model};
pub use notice::Notice;
