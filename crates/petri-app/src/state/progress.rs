//! What the learner has done in lessons: kept in the browser, exported as a file, cleared on demand.

use petri_protocol::{SortedMap, json};
use serde::{Deserialize, Serialize};

/// Version of the stored form.
pub const VERSION: u32 = 1;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// Indices of the chosen answers.
    #[serde(default)]
    pub chosen: Vec<usize>,
    /// The number as it was typed.
    #[serde(default)]
    pub text: String,
    /// It was right.
    pub is_right: bool,
}

/// What was done in one lesson.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LessonProgress {
    /// Answers by question.
    #[serde(default)]
    pub answers: SortedMap<String, StoredAnswer>,
    /// Challenges that came true.
    #[serde(default)]
    pub challenges: Vec<String>,
    /// The epochs at which they did, as far as that was noted.
    #[serde(default)]
    pub reached: SortedMap<String, f64>,
    /// Number of questions and challenges in it, when it was last open.
    #[serde(default)]
    pub n_tasks: usize,
}

impl LessonProgress {
    /// Questions answered rightly and challenges that came true.
    pub fn n_done(&self) -> usize {
        self.answers.values().filter(|a| a.is_right).count() + self.challenges.len()
    }

    /// Everything is done.
    pub fn is_done(&self) -> bool {
        self.n_tasks > 0 && self.n_done() >= self.n_tasks
    }
}

/// What was done in all lessons. A lesson from another address has the address in its key, so it can
/// never touch what belongs to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Version of this form.
    pub version: u32,
    /// By lesson.
    pub lessons: SortedMap<String, LessonProgress>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { version: VERSION, lessons: SortedMap::new() }
    }
}

impl Progress {
    /// Reads the stored form; what is not understood counts as nothing.
    pub fn read(text: &str) -> Self {
        json::read::<Self>(text).ok().filter(|p| p.version == VERSION).unwrap_or_default()
    }

    /// The stored form.
    pub fn print(&self) -> String {
        json::write(self)
    }

    /// What was done in a lesson.
    pub fn of(&self, key: &str) -> LessonProgress {
        self.lessons.get(key).cloned().unwrap_or_default()
    }

    /// Notes an answer.
    pub fn answer(&mut self, lesson: &str, question: &str, answer: StoredAnswer) {
        self.lessons.get_or_insert(lesson.to_owned(), Default::default).answers.insert(question.to_owned(), answer);
    }

    /// Notes a challenge and the epoch at which it came true; true when it was not known.
    pub fn achieve(&mut self, lesson: &str, challenge: &str, epoch: f64) -> bool {
        let lesson = self.lessons.get_or_insert(lesson.to_owned(), Default::default);
        let is_new = !lesson.challenges.iter().any(|c| c == challenge);
        if is_new {
            lesson.challenges.push(challenge.to_owned());
            lesson.reached.insert(challenge.to_owned(), epoch);
        }
        is_new
    }

    /// Takes over what was done in another tab meanwhile. Nothing that was done is lost; of two answers to a question
    /// a right one stays, or else the one of this tab.
    pub fn merge(&mut self, other: &Self) {
        for (key, theirs) in &other.lessons {
            let ours = self.lessons.get_or_insert(key.clone(), Default::default);
            for (question, answer) in &theirs.answers {
                let mine = ours.answers.get_or_insert(question.clone(), || answer.clone());
                if answer.is_right && !mine.is_right {
                    mine.clone_from(answer);
                }
            }
            for challenge in &theirs.challenges {
                if !ours.challenges.contains(challenge) {
                    ours.challenges.push(challenge.clone());
                }
            }
            for (challenge, epoch) in &theirs.reached {
                ours.reached.get_or_insert(challenge.clone(), || *epoch);
            }
            if ours.n_tasks == 0 {
                ours.n_tasks = theirs.n_tasks;
            }
        }
    }

    /// Notes how much there is to do in a lesson, once something of it is done.
    pub fn set_size(&mut self, lesson: &str, n_tasks: usize) {
        if let Some(progress) = self.lessons.get_mut(lesson) {
            progress.n_tasks = n_tasks;
        }
    }
}

/// Key of a lesson: its id, or the address it was loaded from.
pub fn key(id: &str, from: Option<&str>) -> String {
    from.map_or_else(|| id.to_owned(), |address| format!("{id} from {address}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_survives_storage() {
        let mut progress = Progress::default();
        progress.answer("one-neuron", "q1", StoredAnswer { chosen: vec![1], text: String::new(), is_right: true });
        assert!(progress.achieve("one-neuron", "c1", 7.0));
        assert!(!progress.achieve("one-neuron", "c1", 9.0), "the first time counts");
        assert_eq!(progress.of("one-neuron").reached["c1"], 7.0);
        progress.set_size("one-neuron", 2);
        let back = Progress::read(&progress.print());
        assert_eq!(back, progress);
        assert!(back.of("one-neuron").is_done());
        assert!(!back.of("parabola").is_done());
    }

    #[test]
    fn two_tabs_lose_nothing_of_each_other() {
        let answer = |chosen: usize, is_right| StoredAnswer { chosen: vec![chosen], text: String::new(), is_right };
        let (mut here, mut there) = (Progress::default(), Progress::default());
        here.answer("a", "q1", answer(0, false));
        here.answer("a", "q2", answer(0, false));
        here.achieve("a", "c1", 1.0);
        here.set_size("a", 4);
        there.answer("a", "q1", answer(1, true));
        there.answer("a", "q2", answer(2, false));
        there.achieve("a", "c2", 2.0);
        there.answer("b", "q", answer(0, true));
        there.set_size("a", 3);
        there.set_size("b", 2);
        let before = here.clone();
        here.merge(&there);
        assert_eq!(here.of("a").answers["q1"], answer(1, true), "what was right stays right");
        assert_eq!(here.of("a").answers["q2"], answer(0, false), "the newest that this tab knows of");
        assert_eq!((here.of("a").n_done(), here.of("a").n_tasks, here.of("b").n_tasks), (3, 4, 2));
        let merged = here.clone();
        here.merge(&there);
        here.merge(&before);
        assert_eq!(here, merged, "once is enough");
    }

    #[test]
    fn what_is_not_understood_counts_as_nothing() {
        for text in ["", "{", "[]", "{\"version\":9,\"lessons\":{}}", "{\"version\":1,\"lessons\":{\"a\":7}}"] {
            assert_eq!(Progress::read(text), Progress::default(), "{text}");
        }
    }

    #[test]
    fn lessons_from_elsewhere_have_keys_of_their_own() {
        assert_ne!(key("one-neuron", None), key("one-neuron", Some("https://example.org/one-neuron.md")));
    }
}
