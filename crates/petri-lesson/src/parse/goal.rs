//! Reads goals of challenges.

use super::fields::{Mistake, unknown};
use crate::goal::{Condition, Goal, Quantity, SIGNS};

/// Reads `val_accuracy >= 0.95 and n_parameters <= 25`.
///
/// # Errors
///
/// The first mistake.
pub fn read(text: &str, line: usize) -> Result<Goal, Mistake> {
    let mut conditions = Vec::new();
    for part in text.split(" and ") {
        let part = part.trim();
        let wrong = || (line, format!("expected a comparison such as \"val_accuracy >= 0.95\", found \"{part}\""));
        let (at, (sign_text, sign)) = SIGNS
            .iter()
            .filter_map(|s| part.find(s.0).map(|at| (at, *s)))
            .min_by_key(|(at, s)| (*at, 2 - s.0.len()))
            .ok_or_else(wrong)?;
        let name = part[..at].trim();
        let quantity = Quantity::named(name).ok_or_else(|| {
            let names = Quantity::names();
            (line, unknown("result", name, &names.iter().map(String::as_str).collect::<Vec<_>>()))
        })?;
        let value = part[at + sign_text.len()..].trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(wrong)?;
        conditions.push(Condition { quantity, sign, value });
    }
    Ok(Goal { conditions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_read_and_judged() {
        let goal = read("val_accuracy >= 0.95 and n_parameters <= 25", 1).expect("a goal");
        let value = |accuracy: f64| {
            move |q| Some(if q == Quantity::Metric(petri_protocol::Split::Validation, "accuracy") { accuracy } else { 25.0 })
        };
        assert!(goal.holds(value(0.95)));
        assert!(!goal.holds(value(0.94)));
        assert!(!goal.holds(|_| None), "no result is no success");
        assert_eq!(goal.conditions[1].text(), "n_parameters <= 25");
    }

    #[test]
    fn mistakes_suggest_what_was_meant() {
        let (line, message) = read("val_acuracy >= 0.9", 41).expect_err("typo");
        assert_eq!((line, message.as_str()), (41, "unknown result \"val_acuracy\"; did you mean \"val_accuracy\"?"));
        assert!(read("val_accuracy", 1).is_err());
        assert!(read("val_accuracy >= much", 1).is_err());
        assert!(read("", 1).is_err());
    }
}
