//! Reads the blocks that need no file of their own: challenges and reveals.

use super::fields::{Mistake, fields, is_id, unknown};
use super::goal;
use super::prose::inline;
use crate::block::{Challenge, Reveal};

/// Words of fenced blocks that are Petri's.
pub(super) const KINDS: [&str; 4] = ["dish", "question", "challenge", "reveal"];

/// Reads a challenge.
///
/// # Errors
///
/// The first mistake.
pub(super) fn read_challenge(text: &str, first_line: usize) -> Result<Challenge, Mistake> {
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
pub(super) fn read_reveal(text: &str, first_line: usize) -> Result<Reveal, Mistake> {
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
