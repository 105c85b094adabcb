//! Goals of challenges: comparisons of results, joined by `and`.

use serde::{Deserialize, Serialize};

/// A result that a goal may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Names of all results.
pub const NAMES: [(&str, Quantity); 19] = [
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the sign of its name")]
pub enum Sign {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}

/// All signs. In this order: the longer signs begin with the shorter ones.
pub const SIGNS: [(&str, Sign); 5] =
    [(">=", Sign::AtLeast), ("<=", Sign::AtMost), ("==", Sign::Equal), (">", Sign::Above), ("<", Sign::Below)];

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
