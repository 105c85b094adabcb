//! Lessons: the closed list of what they are made of, as plain data, and how they are read from Markdown.
//!
//! A lesson is untrusted: it may come from any address. It is read into the plain data below, within
//! limits; HTML in it is refused, links may only lead to http(s) and into Petri, and nothing of it is
//! ever given to the browser as markup. Reading needs the feature `parser`, showing does not.

pub mod block;
pub mod course;
pub mod dish;
pub mod front;
pub mod goal;
pub mod lesson;
pub mod math;
#[cfg(feature = "parser")]
pub mod parse;
pub mod prose;
pub mod question;
pub mod vocabulary;

pub use block::{Block, Challenge, Reveal};
pub use course::Course;
pub use dish::Dish;
pub use front::FrontMatter;
pub use goal::Goal;
pub use lesson::{Lesson, MAX_BYTES};
#[cfg(feature = "parser")]
pub use parse::{LessonProblem, parse};
pub use prose::{Node, Tag};
pub use question::{Answer, Kind, Question};
pub use vocabulary::Vocabulary;
