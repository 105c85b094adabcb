//! Reads questions.

use super::fields::{Mistake, is_id, unknown};
use super::prose::inline;
use crate::question::{Answer, Kind, Question};

const KINDS: [&str; 3] = ["single", "multiple", "numeric"];
const KEYS: [&str; 7] = ["id", "kind", "text", "answer", "tolerance", "right", "wrong"];

/// Reads the lines of a block: fields, then `- [x] answer :: explanation` lines.
///
/// # Errors
///
/// The first mistake.
pub(super) fn read(text: &str, first_line: usize) -> Result<Question, Mistake> {
    let (mut id, mut kind, mut question) = (String::new(), String::new(), Vec::new());
    let (mut answer, mut tolerance, mut right, mut wrong) = (None, 0.0, Vec::new(), Vec::new());
    let mut answers = Vec::new();
    let mut mistakes = Vec::new();
    for (i, raw) in text.lines().enumerate() {
        let (line, trimmed) = (first_line + i, raw.trim());
        if trimmed.is_empty() {
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix("- [") {
            answers.push(choice(rest, line, &mut mistakes)?);
            continue;
        }
        let (key, value) = trimmed.split_once(':').ok_or((line, format!("expected \"key: value\", found \"{trimmed}\"")))?;
        let value = value.trim();
        let number = || value.parse::<f64>().ok().filter(|v| v.is_finite()).ok_or((line, format!("{key} must be a number")));
        match key.trim() {
            "id" => value.clone_into(&mut id),
            "kind" if KINDS.contains(&value) => value.clone_into(&mut kind),
            "kind" => return Err((line, unknown("kind of question", value, &KINDS))),
            "text" => question = inline(value, line, &mut mistakes),
            "answer" => answer = Some(number()?),
            "tolerance" => tolerance = number()?,
            "right" => right = inline(value, line, &mut mistakes),
            "wrong" => wrong = inline(value, line, &mut mistakes),
            other => return Err((line, unknown("field", other, &KEYS))),
        }
    }
    if let Some(mistake) = mistakes.into_iter().next() {
        return Err(mistake);
    }
    let at = |message: &str| (first_line, message.to_owned());
    if !is_id(&id) {
        return Err(at("a question needs an id of lower-case letters, digits and hyphens"));
    }
    if question.is_empty() {
        return Err(at("a question needs a text"));
    }
    let n_right = answers.iter().filter(|a| a.is_right).count();
    let kind = match kind.as_str() {
        "numeric" => {
            Kind::Numeric { answer: answer.ok_or_else(|| at("a numeric question needs an answer"))?, tolerance, right, wrong }
        }
        "single" if n_right == 1 && answers.len() > 1 => Kind::Single(answers),
        "single" => return Err(at("a question with a single answer needs two or more answers, exactly one of them right")),
        "multiple" if n_right > 0 && answers.len() > 1 => Kind::Multiple(answers),
        "multiple" => return Err(at("a question with several answers needs two or more answers, at least one of them right")),
        _ => return Err(at("a question needs a kind: single, multiple or numeric")),
    };
    Ok(Question { id, text: question, kind })
}

fn choice(rest: &str, line: usize, mistakes: &mut Vec<Mistake>) -> Result<Answer, Mistake> {
    let wrong_form = || (line, "an answer is written \"- [x] text :: explanation\" or \"- [ ] text :: explanation\"".to_owned());
    let (mark, rest) = rest.split_once(']').ok_or_else(wrong_form)?;
    let is_right = match mark {
        "x" => true,
        " " => false,
        _ => return Err(wrong_form()),
    };
    let (text, explanation) = rest.split_once("::").ok_or((line, "an answer needs an explanation behind \"::\"".to_owned()))?;
    Ok(Answer { text: inline(text.trim(), line, mistakes), is_right, explanation: inline(explanation.trim(), line, mistakes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Verdict;

    const SINGLE: &str = "id: q\nkind: single\ntext: Two and two?\n- [ ] five :: no\n- [x] four :: yes\n";

    #[test]
    fn right_and_wrong_answers_are_told_apart() {
        let single = read(SINGLE, 1).expect("a question");
        assert_eq!(single.judge_choice(&[1]), Verdict::Right);
        assert_eq!(single.judge_choice(&[0]), Verdict::Wrong);
        assert_eq!(single.judge_choice(&[]), Verdict::Empty);
        let multiple = read("id: q\nkind: multiple\ntext: ?\n- [x] a :: a\n- [x] b :: b\n- [ ] c :: c\n", 1).expect("a question");
        assert_eq!(multiple.judge_choice(&[0]), Verdict::Wrong, "half is not enough");
        assert_eq!(multiple.judge_choice(&[1, 0]), Verdict::Right);
        let numeric =
            read("id: q\nkind: numeric\ntext: ?\nanswer: 0.73\ntolerance: 0.01\nright: yes\nwrong: no\n", 1).expect("one");
        assert_eq!(numeric.judge_number("0,74"), Verdict::Right);
        assert_eq!(numeric.judge_number("0.75"), Verdict::Wrong);
        assert_eq!(numeric.judge_number("many"), Verdict::Empty);
    }

    #[test]
    fn mistakes_have_a_line() {
        assert_eq!(
            read("id: q\nkind: singel\n", 10).expect_err("typo"),
            (11, "unknown kind of question \"singel\"; did you mean \"single\"?".into())
        );
        assert_eq!(read("id: q\nkind: single\ntext: ?\n- [ ] a\n", 10).expect_err("no explanation").0, 13);
        assert!(read("id: q\nkind: single\ntext: ?\n- [ ] a :: b\n- [ ] c :: d\n", 10).is_err(), "none is right");
    }
}
