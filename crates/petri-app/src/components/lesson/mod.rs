//! The parts of a lesson page.

pub(crate) mod challenge;
pub(crate) mod dish_panel;
pub(crate) mod prose;
pub(crate) mod question;
