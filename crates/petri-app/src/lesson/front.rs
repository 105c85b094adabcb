//! The front matter of a lesson: what the map of the course says about it.

use super::fields::{Mistake, fields, is_id, list};
use super::unknown;

/// Title, chapter, time, what comes before, sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    pub sources: Vec<String>,
    /// Who wrote it; empty for Petri's own.
    pub author: String,
}

const KEYS: [&str; 8] = ["title", "summary", "chapter", "order", "minutes", "prerequisites", "source", "author"];

/// Divides a file into front matter and the rest, and reads the front matter. Returns it with the rest
/// and the number of the rest's first line.
///
/// # Errors
///
/// The first mistake.
pub fn read(text: &str) -> Result<(FrontMatter, &str, usize), Mistake> {
    let missing = || (1, "a lesson begins with front matter between two lines of \"---\"".to_owned());
    let rest = text.strip_prefix("---\n").ok_or_else(missing)?;
    let (head, body) = rest.split_once("\n---\n").ok_or_else(missing)?;
    let mut front = FrontMatter::default();
    for field in fields(head, 2)? {
        let number = || field.value.parse::<u32>().ok().ok_or((field.line, format!("{} must be a whole number", field.key)));
        match field.key {
            "title" => front.title = field.value.into(),
            "summary" => front.summary = field.value.into(),
            "chapter" => front.chapter = field.value.into(),
            "order" => front.order = number()?,
            "minutes" => front.minutes = number()?,
            "author" => front.author = field.value.into(),
            "source" => front.sources.push(field.value.into()),
            "prerequisites" => {
                for id in list(field.value) {
                    if !is_id(id) {
                        return Err((field.line, format!("\"{id}\" is no id of a lesson")));
                    }
                    front.prerequisites.push(id.to_owned());
                }
            }
            other => return Err((field.line, unknown("field", other, &KEYS))),
        }
    }
    for (key, value) in [("title", &front.title), ("summary", &front.summary), ("chapter", &front.chapter)] {
        if value.is_empty() {
            return Err((1, format!("the front matter lacks \"{key}\"")));
        }
    }
    let first_line = head.lines().count() + 3;
    Ok((front, body, first_line))
}
