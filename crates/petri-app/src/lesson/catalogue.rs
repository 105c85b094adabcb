//! The lessons that are part of Petri. The list says their order; everything else stands in the files.

/// A lesson as the map shows it, before its file is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Identity, and name of the file.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// How long it takes.
    pub minutes: u32,
}

/// One chapter of the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// Title with its number.
    pub title: &'static str,
    /// Its lessons, in order.
    pub lessons: &'static [Entry],
}

const fn entry(id: &'static str, title: &'static str, minutes: u32, summary: &'static str) -> Entry {
    Entry { id, title, summary, minutes }
}

/// The course.
pub const COURSE: [Chapter; 1] = [Chapter {
    title: "1. Neurons",
    lessons: &[
        entry(
            "one-neuron",
            "One neuron",
            15,
            "Two inputs, three numbers to learn, one line that turns until it divides two kinds of cells.",
        ),
        entry(
            "matrices-are-not-enough",
            "Matrices are not enough",
            15,
            "Stack as many linear layers as you like: they draw one straight line, until something bends.",
        ),
        entry(
            "parabola",
            "Bending the boundary",
            20,
            "Find a small network that separates what no line can, and see neurons saturate and die.",
        ),
        entry("descent", "Downhill", 20, "The loss as a landscape, and the ways in which optimizers walk down it."),
        entry("mini-batch", "How many samples at once", 15, "From one sample a step to all of them: noise against speed."),
        entry(
            "imbalance",
            "When one class is rare",
            20,
            "Why 80 percent accuracy can mean that nothing was learned, and what to read instead.",
        ),
        entry(
            "overfitting",
            "Learning by heart",
            20,
            "Many neurons and few noisy points; four ways to keep a network from memorising.",
        ),
        entry(
            "house-price",
            "Back-propagation by hand",
            25,
            "A realtor's network with named features, and every number on its way forward and back.",
        ),
        entry(
            "nuclei",
            "Cell nuclei: four models compared",
            25,
            "Linear regression, a tree, a forest and a network on real measurements, over many splits.",
        ),
    ],
}];

/// The entry of a lesson.
pub fn find(id: &str) -> Option<&'static Entry> {
    COURSE.iter().flat_map(|c| c.lessons).find(|e| e.id == id)
}

/// The lesson after this one.
pub fn after(id: &str) -> Option<&'static Entry> {
    let mut all = COURSE.iter().flat_map(|c| c.lessons);
    all.find(|e| e.id == id)?;
    all.next()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lesson::{Block, parse};

    /// Every lesson of the course is read as the page reads it: this is what `cargo xtask check` runs.
    #[test]
    fn every_lesson_is_whole() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/lessons");
        let mut files: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("static/lessons")
            .map(|e| e.expect("an entry").file_name().into_string().expect("a name"))
            .filter(|name| name.ends_with(".md"))
            .collect();
        for chapter in &COURSE {
            for (i, entry) in chapter.lessons.iter().enumerate() {
                assert!(files.remove(&format!("{}.md", entry.id)), "static/lessons/{}.md is missing", entry.id);
                let text = std::fs::read_to_string(format!("{folder}/{}.md", entry.id)).expect("readable");
                let (lesson, problems) = parse(entry.id, &text);
                let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert!(problems.is_empty(), "{}", shown.join("\n"));
                let lesson = lesson.expect("no problems");
                let front = &lesson.front;
                let stated = (front.title.as_str(), front.summary.as_str(), front.minutes, front.chapter.as_str());
                assert_eq!(
                    stated,
                    (entry.title, entry.summary, entry.minutes, chapter.title),
                    "the map says the same as the file"
                );
                assert_eq!(front.order as usize, i + 1, "{}", entry.id);
                for id in &front.prerequisites {
                    assert!(find(id).is_some(), "{}: no lesson \"{id}\"", entry.id);
                }
                check_links(entry.id, &text);
                let n = |is: fn(&Block) -> bool| lesson.blocks.iter().filter(|b| is(b)).count();
                assert!(n(|b| matches!(b, Block::Question(_))) >= 3, "{}: three questions", entry.id);
                assert!(n(|b| matches!(b, Block::Challenge(_))) >= 1, "{}: a challenge", entry.id);
                assert!(n(|b| matches!(b, Block::Dish(_))) >= 1, "{}: a dish", entry.id);
                let words = lesson.n_words();
                assert!((300..=700).contains(&words), "{}: {words} words", entry.id);
            }
        }
        assert!(files.is_empty(), "lessons that are not in the course: {files:?}");
    }

    fn check_links(id: &str, text: &str) {
        for rest in text.split("#/lesson/").skip(1) {
            let target: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
            assert!(find(&target).is_some(), "{id}: a link to the lesson \"{target}\"");
        }
    }

    #[test]
    fn lessons_follow_each_other() {
        assert_eq!(after("one-neuron").map(|e| e.id), Some("matrices-are-not-enough"));
        assert_eq!(after("nuclei"), None);
    }
}
