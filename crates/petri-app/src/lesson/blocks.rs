//! The blocks of a lesson, and those that need no file of their own: challenges and reveals.

use super::dish::Dish;
use super::fields::{Mistake, fields, is_id};
use super::goal::{self, Goal};
use super::prose::{Node, inline};
use super::question::Question;
use super::unknown;

/// Words of fenced blocks that are Petri's.
pub const KINDS: [&str; 4] = ["dish", "question", "challenge", "reveal"];

/// A part of a lesson.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct Reveal {
    /// What it says while it is closed.
    pub title: String,
    /// What is inside.
    pub content: Vec<Node>,
}

/// Reads a challenge.
///
/// # Errors
///
/// The first mistake.
pub fn read_challenge(text: &str, first_line: usize) -> Result<Challenge, Mistake> {
    const KEYS: [&str; 5] = ["id", "dish", "text", "goal", "hint"];
    let (mut id, mut dish, mut words, mut goal, mut hint) = (String::new(), String::new(), Vec::new(), None, Vec::new());
    let mut mistakes = Vec::new();
    for field in fields(text, first_line)? {
        match field.key {
            "id" => field.value.clone_into(&mut id),
            "dish" => field.value.clone_into(&mut dish),
            "text" => words = inline(field.value, field.line, &mut mistakes),
            "hint" => hint = inline(field.value, field.line, &mut mistakes),
            "goal" => goal = Some(goal::read(field.value, field.line)?),
            other => return Err((field.line, unknown("field", other, &KEYS))),
        }
    }
    if let Some(mistake) = mistakes.into_iter().next() {
        return Err(mistake);
    }
    if !is_id(&id) || dish.is_empty() || words.is_empty() {
        return Err((first_line, "a challenge needs an id, a dish, a text and a goal".into()));
    }
    let goal = goal.ok_or((first_line, "a challenge needs a goal".to_owned()))?;
    Ok(Challenge { id, dish, text: words, goal, hint })
}

/// Reads a reveal: a line `title: …`, then Markdown.
///
/// # Errors
///
/// The first mistake.
pub fn read_reveal(text: &str, first_line: usize) -> Result<Reveal, Mistake> {
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let title = head.strip_prefix("title:").map(str::trim).filter(|t| !t.is_empty());
    let title = title.ok_or((first_line, "a reveal begins with \"title: …\"".to_owned()))?;
    let mut mistakes = Vec::new();
    let content = inline(body, first_line + 1, &mut mistakes);
    match mistakes.into_iter().next() {
        Some(mistake) => Err(mistake),
        None => Ok(Reveal { title: title.to_owned(), content }),
    }
}
