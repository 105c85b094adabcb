//! Goals of challenges: comparisons of results, joined by `and`.

use super::fields::Mistake;
use super::unknown;

/// A result that a goal may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the result of its name in `NAMES`")]
pub enum Quantity {
    TrainAccuracy,
    TrainLoss,
    ValAccuracy,
    ValBalancedAccuracy,
    ValLoss,
    ValMae,
    ValRmse,
    ValR2,
    Sensitivity,
    Specificity,
    Precision,
    F1,
    TestAccuracy,
    TestMae,
    Gap,
    NParameters,
    Epochs,
    Runs,
    Diverged,
}

const NAMES: [(&str, Quantity); 19] = [
    ("train_accuracy", Quantity::TrainAccuracy),
    ("train_loss", Quantity::TrainLoss),
    ("val_accuracy", Quantity::ValAccuracy),
    ("val_balanced_accuracy", Quantity::ValBalancedAccuracy),
    ("val_loss", Quantity::ValLoss),
    ("val_mae", Quantity::ValMae),
    ("val_rmse", Quantity::ValRmse),
    ("val_r2", Quantity::ValR2),
    ("sensitivity", Quantity::Sensitivity),
    ("specificity", Quantity::Specificity),
    ("precision", Quantity::Precision),
    ("f1", Quantity::F1),
    ("test_accuracy", Quantity::TestAccuracy),
    ("test_mae", Quantity::TestMae),
    ("gap", Quantity::Gap),
    ("n_parameters", Quantity::NParameters),
    ("epochs", Quantity::Epochs),
    ("runs", Quantity::Runs),
    ("diverged", Quantity::Diverged),
];

impl Quantity {
    /// Name in goals.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, q)| *q == self).map_or("", |(name, _)| name)
    }
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the sign of its name")]
pub enum Sign {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}

/// In this order: the longer signs begin with the shorter ones.
const SIGNS: [(&str, Sign); 5] =
    [(">=", Sign::AtLeast), ("<=", Sign::AtMost), ("==", Sign::Equal), (">", Sign::Above), ("<", Sign::Below)];

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub quantity: Quantity,
    /// How.
    pub sign: Sign,
    /// With what.
    pub value: f64,
}

impl Condition {
    /// Whether it holds; a result that is not there yet holds for nothing.
    pub fn holds(&self, value: Option<f64>) -> bool {
        value.is_some_and(|v| match self.sign {
            Sign::AtLeast => v >= self.value,
            Sign::AtMost => v <= self.value,
            Sign::Above => v > self.value,
            Sign::Below => v < self.value,
            Sign::Equal => v == self.value,
        })
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let sign = SIGNS.iter().find(|(_, s)| *s == self.sign).map_or("", |(text, _)| text);
        format!("{} {sign} {}", self.quantity.name(), self.value)
    }
}

/// All comparisons of a goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Each must hold.
    pub conditions: Vec<Condition>,
}

impl Goal {
    /// Whether all hold.
    pub fn holds(&self, value_of: impl Fn(Quantity) -> Option<f64>) -> bool {
        self.conditions.iter().all(|c| c.holds(value_of(c.quantity)))
    }

    /// True when it asks about the answers at the chosen threshold.
    pub fn needs_scores(&self) -> bool {
        use Quantity::{F1, Precision, Sensitivity, Specificity};
        self.conditions.iter().any(|c| matches!(c.quantity, Sensitivity | Specificity | Precision | F1))
    }
}

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
        let names: Vec<&str> = NAMES.iter().map(|(n, _)| *n).collect();
        let quantity =
            NAMES.iter().find(|(n, _)| *n == name).map(|(_, q)| *q).ok_or_else(|| (line, unknown("result", name, &names)))?;
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
        let value = |accuracy: f64| move |q| Some(if q == Quantity::ValAccuracy { accuracy } else { 25.0 });
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
