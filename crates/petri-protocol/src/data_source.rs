//! The name of a data source; what it is stands in [`crate::source`].

/// A source by its name, as links and files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataSource(pub(crate) &'static str);
