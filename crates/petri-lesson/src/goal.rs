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

    /// Name for people.
    pub fn title(self) -> String {
        match self {
            Self::Gap => "training accuracy minus validation accuracy".into(),
            Self::NParameters => "parameters".into(),
            _ => {
                let name =
                    self.name().replace("val_", "validation ").replace("train_", "training ").replace("balanced_", "balanced ");
                name.replace("test_", "test ")
                    .replace("mae", "MAE")
                    .replace("rmse", "RMSE")
                    .replace("r2", "R²")
                    .replace("f1", "F1")
            }
        }
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

    /// For people: "validation loss below 0.04", "at most 10 epochs".
    pub fn words(&self) -> String {
        let value = self.value;
        let (before, after) = match self.sign {
            Sign::AtLeast => ("at least", ""),
            Sign::AtMost => ("at most", ""),
            Sign::Above => ("more than", "above"),
            Sign::Below => ("fewer than", "below"),
            Sign::Equal => ("exactly", ""),
        };
        let counted = match self.quantity {
            Quantity::NParameters => "parameter",
            Quantity::Epochs => "epoch",
            Quantity::Runs => "run",
            Quantity::Diverged => {
                return if self.holds(Some(1.0)) { "the run diverges" } else { "the run does not diverge" }.into();
            }
            measured => return format!("{} {} {value}", measured.title(), if after.is_empty() { before } else { after }),
        };
        format!("{before} {value} {counted}{}", if value == 1.0 { "" } else { "s" })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_words() {
        let words = |quantity, sign, value| Condition { quantity, sign, value }.words();
        for (quantity, sign, value, said) in [
            (Quantity::ValLoss, Sign::Below, 0.04, "validation loss below 0.04"),
            (Quantity::ValAccuracy, Sign::AtLeast, 0.95, "validation accuracy at least 0.95"),
            (Quantity::ValMae, Sign::AtMost, 8.5, "validation MAE at most 8.5"),
            (Quantity::ValBalancedAccuracy, Sign::Above, 0.5, "validation balanced accuracy above 0.5"),
            (Quantity::Sensitivity, Sign::AtLeast, 0.97, "sensitivity at least 0.97"),
            (Quantity::Gap, Sign::Below, 0.1, "training accuracy minus validation accuracy below 0.1"),
            (Quantity::Epochs, Sign::AtMost, 10.0, "at most 10 epochs"),
            (Quantity::NParameters, Sign::Below, 25.0, "fewer than 25 parameters"),
            (Quantity::Runs, Sign::AtLeast, 1.0, "at least 1 run"),
            (Quantity::Diverged, Sign::Equal, 1.0, "the run diverges"),
            (Quantity::Diverged, Sign::Below, 1.0, "the run does not diverge"),
        ] {
            assert_eq!(words(quantity, sign, value), said);
        }
    }
}
