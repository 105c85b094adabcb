//! Tables: reading them, and making a data set of chosen columns.

pub mod csv_reader;
pub mod error;
pub mod table;
pub mod wdbc;

pub use error::TableError;
pub use table::{Column, Table};
