//! Data sets for Petri: generators, readers for MedMNIST and tables, splits, scaling, batches, metrics.
//!
//! Pure Rust: no burn, no browser. Everything random is drawn from seeded streams ([`random`]), so
//! the same experiment gives the same data, split and batches on every machine.

pub mod batch;
pub mod dataset;
pub mod error;
pub mod generators;
pub mod medmnist;
pub mod metric;
pub mod npy;
pub mod npz;
pub mod pages;
pub mod random;
pub mod registry;
pub mod scaling;
pub mod split;
pub mod tables;
pub mod values;

pub use batch::{Batch, EpochOrder};
pub use dataset::{Dataset, Part};
pub use error::DataError;
pub use pages::Pages;
pub use values::{Targets, Values};
