//! The course: chapters and lessons in their order, as the front matter of the lessons says it.

use serde::{Deserialize, Serialize};

use crate::lesson::{Lesson, Neighbour};

/// A lesson as the map shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Identity, and name of the file.
    pub id: String,
    /// Title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// How long it takes.
    pub minutes: u32,
}

/// One chapter of the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Title with its number.
    pub title: String,
    /// Its lessons, in order.
    pub lessons: Vec<Entry>,
}

/// All chapters, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Course {
    /// The chapters.
    pub chapters: Vec<Chapter>,
}

impl Course {
    /// All lessons, in order.
    pub fn lessons(&self) -> impl Iterator<Item = &Entry> {
        self.chapters.iter().flat_map(|chapter| &chapter.lessons)
    }

    /// The entry of a lesson.
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.lessons().find(|entry| entry.id == id)
    }

    /// The lesson after this one.
    pub fn after(&self, id: &str) -> Option<&Entry> {
        let mut all = self.lessons();
        all.find(|entry| entry.id == id)?;
        all.next()
    }

    /// Tells a lesson which lessons come before it and after it.
    pub fn place(&self, lesson: &mut Lesson) {
        let neighbour = |entry: &Entry| Neighbour { id: entry.id.clone(), title: entry.title.clone() };
        lesson.before = lesson.front.prerequisites.iter().filter_map(|id| self.find(id)).map(neighbour).collect();
        lesson.next = self.after(&lesson.id).map(neighbour);
    }
}
