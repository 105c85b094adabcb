//! What page and worker agree on: the experiment, the network graph, and the messages between them.
//!
//! Plain data and serde only. Nothing here knows burn, the DOM or a file format, so the page, the
//! worker, the tests and (later) the exporters all read the same description of an experiment.

pub mod command;
pub mod data_info;
pub mod data_source;
pub mod dense_rows;
pub mod engine_choice;
pub mod event;
pub mod experiment;
pub mod ids;
pub mod journal;
pub mod json;
pub mod link;
pub mod loss;
pub mod memory;
pub mod metric_point;
pub mod network;
pub mod network_edit;
pub mod notation;
pub mod number;
pub mod op;
pub mod order;
pub mod payload;
pub mod presets;
pub mod problem;
pub mod series;
pub mod setting;
pub mod shape;
pub mod size;
pub mod sorted_map;
pub mod source;
pub mod table_info;
pub mod task;
pub mod typed_number;
pub mod validate;
pub mod wire_error;

pub use command::{Command, ParameterRef, Probe, SampleRange, TensorPart};
pub use data_info::{DataInfo, Split, SplitSizes};
pub use data_source::DataSource;
pub use event::{Event, RunEnd, RunState};
pub use experiment::{DataSpec, Experiment, FileRef, NodeWeights};
pub use ids::{RequestId, RunId, SeriesId};
pub use journal::{LiveChange, LiveKey};
pub use loss::LossSpec;
pub use metric_point::MetricPoint;
pub use network::{NetworkSpec, NodeSpec};
pub use op::{Init, OpSpec, Padding, UpsampleMode};
pub use problem::Problem;
pub use series::{Member, ModelSpec};
pub use setting::experiment::EngineChoice;
pub use setting::training::TrainingSpec;
pub use setting::training::class_weights::ClassWeights;
pub use setting::training::optimizer::OptimizerSpec;
pub use setting::training::schedule::ScheduleSpec;
pub use shape::TensorShape;
pub use sorted_map::SortedMap;
pub use table_info::{ColumnInfo, TableInfo};
pub use task::{Decision, TargetCode, Task};
pub use wire_error::{ErrorCode, WireError};

/// Version of the messages in [`command`] and [`event`]. Raise it with every change that an older
/// page or worker would misread: the worker says its version first, and a page that differs reloads it.
pub const PROTOCOL_VERSION: u32 = 4;
