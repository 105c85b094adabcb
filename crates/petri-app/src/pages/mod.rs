//! The pages: the map of the course, a lesson, the lab.

pub(crate) mod app;
pub(crate) mod lab;
pub(crate) mod lesson;
pub(crate) mod map;
