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

    /// Lessons whose ids have something in common with an id that there is not: a word, or its beginning.
    pub fn similar(&self, id: &str) -> impl Iterator<Item = &Entry> {
        let wanted = id.to_lowercase();
        let is_alike = move |entry: &&Entry| {
            let words = || wanted.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2);
            let title = entry.title.to_lowercase();
            words().any(|w| {
                title.contains(w) || entry.id.split('-').any(|known| known.contains(w) || (known.len() > 3 && w.contains(known)))
            })
        };
        self.lessons().filter(is_alike)
    }

    /// Tells a lesson which lessons come before it and after it.
    pub fn place(&self, lesson: &mut Lesson) {
        let neighbour = |entry: &Entry| Neighbour { id: entry.id.clone(), title: entry.title.clone() };
        lesson.before = lesson.front.prerequisites.iter().filter_map(|id| self.find(id)).map(neighbour).collect();
        lesson.next = self.after(&lesson.id).map(neighbour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_lessons_share_a_word() {
        let entry = |id: &str, title: &str| Entry { id: id.into(), title: title.into(), summary: String::new(), minutes: 5 };
        let lessons = vec![
            entry("one-neuron", "One neuron"),
            entry("mini-batch", "How many samples at once"),
            entry("descent", "Downhill"),
        ];
        let course = Course { chapters: vec![Chapter { title: "1".into(), lessons }] };
        let similar = |id: &str| course.similar(id).map(|e| e.id.as_str()).collect::<Vec<_>>();
        assert_eq!(similar("neurons"), ["one-neuron"]);
        assert_eq!(similar("Batch"), ["mini-batch"]);
        assert_eq!((similar("downhill"), similar("desc")), (vec!["descent"], vec!["descent"]));
        assert!(similar("nope").is_empty() && similar("").is_empty() && similar("e").is_empty());
    }
}
