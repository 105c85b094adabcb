//! The pages.

pub(crate) mod lab;
