//! Reads a lesson from its Markdown file.

mod blocks;
pub mod course;
mod dish;
mod fields;
mod front;
pub mod goal;
mod math;
mod prose;
mod question;

use std::collections::BTreeSet;

use self::blocks::{KINDS, read_challenge, read_reveal};
use self::fields::{Mistake, is_id, unknown};
use self::prose::{Fence, Piece};
use crate::block::Block;
use crate::lesson::{Lesson, MAX_BYTES};
use crate::vocabulary::Vocabulary;

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

/// Reads a lesson. What can be read is returned beside everything that is wrong; without front matter
/// there is no lesson.
pub fn parse(id: &str, text: &str, known: &Vocabulary) -> (Option<Lesson>, Vec<LessonProblem>) {
    let file = format!("{id}.md");
    let problem = |(line, message): Mistake| LessonProblem { file: file.clone(), line, message };
    if text.len() > MAX_BYTES {
        return (None, vec![problem((1, format!("a lesson may have {MAX_BYTES} bytes, this one has {}", text.len())))]);
    }
    let text = text.replace("\r\n", "\n");
    let (front, body, first_line) = match front::read(&text) {
        Ok(parts) => parts,
        Err(mistake) => return (None, vec![problem(mistake)]),
    };
    let mut mistakes = Vec::new();
    let mut blocks = Vec::new();
    // The line of each block, in order.
    let mut lines = Vec::new();
    for piece in prose::read(body, first_line, is_block, &mut mistakes) {
        match (piece, blocks.last_mut()) {
            (Piece::Node(node), Some(Block::Prose(nodes))) => nodes.push(node),
            (Piece::Node(node), _) => {
                lines.push(0);
                blocks.push(Block::Prose(vec![node]));
            }
            (Piece::Fence(fence), _) => {
                lines.push(fence.line);
                blocks.push(read_block(&fence, known).unwrap_or_else(|mistake| {
                    let broken = Block::Broken(problem(mistake.clone()).to_string());
                    mistakes.push(mistake);
                    broken
                }));
            }
        }
    }
    let lesson = Lesson { id: id.to_owned(), front, blocks, before: vec![], next: None };
    check_ids(&lesson, &lines, &mut mistakes);
    mistakes.sort();
    (Some(lesson), mistakes.into_iter().map(problem).collect())
}

/// Petri's blocks, and words so like them that they must have been meant.
fn is_block(word: &str) -> bool {
    KINDS.contains(&word) || KINDS.iter().any(|k| strsim::damerau_levenshtein(word, k) == 1)
}

fn read_block(fence: &Fence, known: &Vocabulary) -> Result<Block, Mistake> {
    match fence.kind.as_str() {
        "dish" => dish::read(&fence.text, fence.line, known).map(|d| Block::Dish(Box::new(d))),
        "question" => question::read(&fence.text, fence.line).map(Block::Question),
        "challenge" => read_challenge(&fence.text, fence.line).map(Block::Challenge),
        "reveal" => read_reveal(&fence.text, fence.line).map(Block::Reveal),
        other => Err((fence.line - 1, unknown("block", other, &KINDS))),
    }
}

fn check_ids(lesson: &Lesson, lines: &[usize], mistakes: &mut Vec<Mistake>) {
    if !is_id(&lesson.id) {
        mistakes.push((1, format!("\"{}\" is no id: lower-case letters, digits and hyphens", lesson.id)));
    }
    let mut seen = BTreeSet::new();
    for (block, &line) in lesson.blocks.iter().zip(lines) {
        let id = match block {
            Block::Dish(dish) => &dish.id,
            Block::Question(question) => &question.id,
            Block::Challenge(challenge) => &challenge.id,
            Block::Prose(_) | Block::Reveal(_) | Block::Broken(_) => continue,
        };
        if !seen.insert(id) {
            mistakes.push((line, format!("two blocks have the id \"{id}\"")));
        }
        if let Block::Challenge(challenge) = block
            && lesson.dish(&challenge.dish).is_none()
        {
            let known: Vec<&str> = lesson.dishes().map(|d| d.id.as_str()).collect();
            mistakes.push((line, unknown("dish", &challenge.dish, &known)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of a page for tests.
    pub(super) fn vocabulary() -> Vocabulary {
        Vocabulary { views: ["boundary", "loss", "accuracy"].map(str::to_owned).to_vec() }
    }

    fn with(body: &str) -> String {
        format!("---\ntitle: T\nsummary: S\nchapter: 1. Neurons\norder: 1\nminutes: 5\n---\n\n{body}")
    }

    fn messages(body: &str) -> Vec<String> {
        parse("one-neuron", &with(body), &vocabulary()).1.into_iter().map(|p| p.to_string()).collect()
    }

    #[test]
    fn a_mistake_has_file_line_and_suggestion() {
        let body = "Text.\n\n```dish\nid: a\npreset: one-neuron\nviews: bondary\n```\n";
        assert_eq!(messages(body), ["one-neuron.md, line 14: unknown view \"bondary\"; did you mean \"boundary\"?"]);
        assert_eq!(messages("```dsh\nid: a\n```\n"), ["one-neuron.md, line 9: unknown block \"dsh\"; did you mean \"dish\"?"]);
    }

    #[test]
    fn html_scripts_and_bad_links_are_refused_and_not_shown() {
        let body =
            "Hello <b onclick=\"x()\">you</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://a/b.png)\n";
        let (lesson, problems) = parse("l", &with(body), &vocabulary());
        let shown = format!("{:?}", lesson.expect("the rest is there").blocks);
        assert!(!shown.contains("script") && !shown.contains("onclick") && !shown.contains("b.png"), "{shown}");
        assert!(problems.len() >= 4, "{problems:?}");
        assert_eq!(problems[0].line, 9);
    }

    #[test]
    fn ids_are_unique_and_challenges_know_their_dish() {
        let dish = "```dish\nid: a\npreset: one-neuron\nviews: loss\n```\n";
        let challenge = "```challenge\nid: a\ndish: b\ntext: t\ngoal: val_accuracy > 0.5\n```\n";
        let found = messages(&format!("{dish}\n{challenge}"));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn without_front_matter_there_is_no_lesson() {
        assert!(parse("a", "# Hello", &vocabulary()).0.is_none());
        assert!(parse("a", "---\ntitel: x\n---\n", &vocabulary()).1[0].message.contains("did you mean \"title\""));
        assert!(parse("a", &"x".repeat(MAX_BYTES + 1), &vocabulary()).0.is_none());
    }

    #[test]
    fn prose_and_blocks_keep_their_order() {
        let body = "A *b* $x^2$.\n\n```reveal\ntitle: More\n**c**\n```\n\nD.\n";
        let (lesson, problems) = parse("a", &with(body), &vocabulary());
        assert_eq!(problems, []);
        let blocks = lesson.expect("a lesson").blocks;
        assert!(matches!(blocks[..], [Block::Prose(_), Block::Reveal(_), Block::Prose(_)]), "{blocks:?}");
    }
}
