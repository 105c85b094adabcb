//! The front matter of a lesson: what the map of the course says about it.

use serde::{Deserialize, Serialize};

use crate::prose::Node;

/// Title, chapter, time, what comes before, sources.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FrontMatter {
    /// Title.
    pub title: String,
    /// One sentence for the map.
    pub summary: String,
    /// Chapter with its number: `1. Neurons`.
    pub chapter: String,
    /// Place in the chapter.
    pub order: u32,
    /// How long it takes.
    pub minutes: u32,
    /// Ids of lessons that should come before.
    pub prerequisites: Vec<String>,
    /// Where its facts are from, one for each `source` line.
    pub sources: Vec<Vec<Node>>,
    /// Who wrote it; empty for Petri's own.
    pub author: String,
}
