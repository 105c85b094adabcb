//! Questions: one right answer, several, or a number with a tolerance; an explanation for each answer.

use petri_protocol::typed_number;
use serde::{Deserialize, Serialize};

use crate::prose::Node;

/// What kind of answer is expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of several.
    Single(Vec<Answer>),
    /// Any of several.
    Multiple(Vec<Answer>),
    /// A number.
    Numeric {
        /// The right one.
        answer: f64,
        /// How far from it is still right.
        tolerance: f64,
        /// Shown when it is right.
        right: Vec<Node>,
        /// Shown when it is wrong.
        wrong: Vec<Node>,
    },
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What it says.
    pub text: Vec<Node>,
    /// Whether it is right.
    pub is_right: bool,
    /// Why it is right or wrong.
    pub explanation: Vec<Node>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Identity within the lesson.
    pub id: String,
    /// What is asked.
    pub text: Vec<Node>,
    /// What kind of answer is expected.
    pub kind: Kind,
}

/// Whether what was answered is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Wrong.
    Wrong,
    /// Nothing was chosen, or the text is no number.
    Empty,
}

impl Question {
    /// Judges chosen answers by their index.
    pub fn judge_choice(&self, chosen: &[usize]) -> Verdict {
        let (Kind::Single(answers) | Kind::Multiple(answers)) = &self.kind else { return Verdict::Empty };
        if chosen.is_empty() {
            return Verdict::Empty;
        }
        let all = answers.iter().enumerate().all(|(i, a)| a.is_right == chosen.contains(&i));
        if all { Verdict::Right } else { Verdict::Wrong }
    }

    /// Judges a number as people type it: `0.6`, `0,6`, `60%` and `15/25` are one number.
    pub fn judge_number(&self, text: &str) -> Verdict {
        let Kind::Numeric { answer, tolerance, .. } = self.kind else { return Verdict::Empty };
        match typed_number::parse(text) {
            Ok(value) if (value - answer).abs() <= tolerance + 1e-12 => Verdict::Right,
            Ok(_) => Verdict::Wrong,
            Err(_) => Verdict::Empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_typed_as_a_part_or_in_percent() {
        let kind = Kind::Numeric { answer: 0.6, tolerance: 0.005, right: vec![], wrong: vec![] };
        let question = Question { id: "q".into(), text: vec![], kind };
        for right in ["0.6", "0,6", "60%", "60 %", "15/25", " 3 / 5 "] {
            assert_eq!(question.judge_number(right), Verdict::Right, "{right}");
        }
        for wrong in ["60", "6%", "25/15"] {
            assert_eq!(question.judge_number(wrong), Verdict::Wrong, "{wrong}");
        }
        for none in ["", "many", "1/0"] {
            assert_eq!(question.judge_number(none), Verdict::Empty, "{none}");
        }
    }
}
