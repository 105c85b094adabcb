//! The card of a preset.

use crate::experiment::Experiment;

/// What menus, links and pages say about a preset.
#[derive(Debug, Clone, Copy)]
pub struct PresetCard {
    /// Stable name in links.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// The experiment.
    pub experiment: fn() -> Experiment,
}
