//! Lessons: Markdown files with dishes, questions and challenges, read into a tree that the page shows.
//!
//! A lesson is untrusted: it may come from any address. It is parsed into the plain data below, within
//! limits; HTML in it is refused, links may only lead to http(s) and into Petri, and nothing of it is
//! ever given to the browser as markup.

pub mod blocks;
pub mod catalogue;
pub mod dish;
pub mod fields;
pub mod front;
pub mod goal;
pub mod math;
pub mod parse;
pub mod prose;
pub mod question;

pub use blocks::{Block, Challenge, Reveal};
pub use dish::Dish;
pub use front::FrontMatter;
pub use goal::Goal;
pub use parse::{Lesson, parse};
pub use prose::{Node, Tag};
pub use question::{Answer, Kind, Question};

/// Something wrong in a lesson file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonProblem {
    /// Name of the file.
    pub file: String,
    /// Line in it, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl std::fmt::Display for LessonProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.message)
    }
}

/// A message about an unknown word, with the known one that is most like it.
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let shown: String = word.chars().take(40).collect();
    let best = known.iter().map(|k| (strsim::normalized_damerau_levenshtein(&shown, k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((likeness, k)) if likeness > 0.5 => format!("unknown {what} \"{shown}\"; did you mean \"{k}\"?"),
        _ => format!("unknown {what} \"{shown}\"; known are: {}", known.join(", ")),
    }
}
