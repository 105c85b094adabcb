//! The blocks of a lesson, and those that need no file of their own: challenges and reveals.

use serde::{Deserialize, Serialize};

use crate::dish::Dish;
use crate::goal::Goal;
use crate::prose::Node;
use crate::question::Question;

/// A part of a lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Prose.
    Prose(Vec<Node>),
    /// An experiment.
    Dish(Box<Dish>),
    /// A question.
    Question(Question),
    /// A goal to be reached by training.
    Challenge(Challenge),
    /// Prose that opens on demand.
    Reveal(Reveal),
    /// Stands where a block could not be read.
    Broken(String),
}

/// A goal to be reached by training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Challenge {
    /// Identity within the lesson.
    pub id: String,
    /// Dish that it is about.
    pub dish: String,
    /// What is to be done.
    pub text: Vec<Node>,
    /// When it is reached.
    pub goal: Goal,
    /// Help, shown on demand.
    pub hint: Vec<Node>,
}

/// Prose that opens on demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reveal {
    /// What it says while it is closed.
    pub title: String,
    /// What is inside.
    pub content: Vec<Node>,
}
