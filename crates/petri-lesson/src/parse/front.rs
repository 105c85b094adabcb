//! Reads the front matter of a lesson.

use super::fields::{Mistake, fields, is_id, list, unknown};
use super::prose::inline;
use crate::front::FrontMatter;
use crate::prose::Node;

const KEYS: [&str; 8] = ["title", "summary", "chapter", "order", "minutes", "prerequisites", "source", "author"];

/// Divides a file into front matter and the rest, and reads the front matter. Returns it with the rest
/// and the number of the rest's first line.
///
/// # Errors
///
/// The first mistake.
pub(super) fn read(text: &str) -> Result<(FrontMatter, &str, usize), Mistake> {
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
            "source" => front.sources.push(whole(field.value, field.line)?),
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

/// Prose of one line; the first mistake in it.
fn whole(text: &str, line: usize) -> Result<Vec<Node>, Mistake> {
    let mut mistakes = Vec::new();
    let nodes = inline(text, line, &mut mistakes);
    mistakes.into_iter().next().map_or(Ok(nodes), Err)
}
