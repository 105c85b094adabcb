//! Tables: reading them, and making a data set of chosen columns.

pub mod csv_reader;
pub mod error;
pub mod table;

pub use error::TableError;
pub use table::{Column, Table};
