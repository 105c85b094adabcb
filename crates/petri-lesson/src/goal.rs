//! Goals of challenges: comparisons of results, joined by `and`.

use petri_data::metric::{self, Measure};
use petri_protocol::Split;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A result that a goal may ask about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A metric of a part of the data: `val_accuracy`.
    Metric(Split, &'static str),
    /// A metric of the answers to the validation data at the chosen threshold: `sensitivity`.
    AtThreshold(&'static str),
    /// Training accuracy minus validation accuracy: `gap`.
    Gap,
    /// Parameters of the network: `n_parameters`.
    NParameters,
    /// Epochs done: `epochs`.
    Epochs,
    /// Finished runs in the library: `runs`.
    Runs,
    /// 1 when the run has diverged, else 0: `diverged`.
    Diverged,
}

/// Results that are no metrics.
const OTHERS: [(&str, Quantity); 5] = [
    ("gap", Quantity::Gap),
    ("n_parameters", Quantity::NParameters),
    ("epochs", Quantity::Epochs),
    ("runs", Quantity::Runs),
    ("diverged", Quantity::Diverged),
];

impl Quantity {
    /// The result of this name.
    pub fn named(name: &str) -> Option<Self> {
        let other = OTHERS.iter().find(|(n, _)| *n == name).map(|(_, quantity)| *quantity);
        let of_part = || metric::result(name).map(|(split, card)| Self::Metric(split, card.id));
        let at_threshold = || {
            let card = metric::find(name).filter(|card| matches!(card.measure, Measure::Confusion(_)));
            card.map(|card| Self::AtThreshold(card.id))
        };
        other.or_else(of_part).or_else(at_threshold)
    }

    /// Names of all results, for messages.
    pub fn names() -> Vec<String> {
        let others = OTHERS.iter().map(|(name, _)| (*name).to_owned());
        let of_parts = metric::ALL.iter().flat_map(|card| Split::ALL.map(|split| metric::result_name(split, card.id)));
        let bare = metric::ALL.iter().map(|card| card.id.to_owned()).filter(|id| Self::named(id).is_some());
        others.chain(of_parts).chain(bare).collect()
    }

    /// Name in goals.
    pub fn name(self) -> String {
        match self {
            Self::Metric(split, id) => metric::result_name(split, id),
            Self::AtThreshold(id) => id.to_owned(),
            other => OTHERS.iter().find(|(_, q)| *q == other).map_or("", |(name, _)| name).to_owned(),
        }
    }

    /// Name for people.
    pub fn title(self) -> String {
        let title = |id: &'static str| metric::find(id).map_or(id, |card| card.title);
        match self {
            Self::Metric(split, id) => format!("{} {}", split.title(), title(id)),
            Self::AtThreshold(id) => title(id).to_owned(),
            Self::Gap => "training accuracy minus validation accuracy".into(),
            Self::NParameters => "parameters".into(),
            other => other.name(),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| D::Error::custom(format_args!("\"{name}\" is no result")))
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
        self.conditions.iter().any(|c| matches!(c.quantity, Quantity::AtThreshold(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_as_words() {
        for (name, sign, value, said) in [
            ("val_loss", Sign::Below, 0.04, "validation loss below 0.04"),
            ("val_accuracy", Sign::AtLeast, 0.95, "validation accuracy at least 0.95"),
            ("val_mae", Sign::AtMost, 8.5, "validation mean absolute error at most 8.5"),
            ("val_balanced_accuracy", Sign::Above, 0.5, "validation balanced accuracy above 0.5"),
            ("test_dice", Sign::Above, 0.5, "test Dice above 0.5"),
            ("sensitivity", Sign::AtLeast, 0.97, "sensitivity at least 0.97"),
            ("gap", Sign::Below, 0.1, "training accuracy minus validation accuracy below 0.1"),
            ("epochs", Sign::AtMost, 10.0, "at most 10 epochs"),
            ("n_parameters", Sign::Below, 25.0, "fewer than 25 parameters"),
            ("runs", Sign::AtLeast, 1.0, "at least 1 run"),
            ("diverged", Sign::Equal, 1.0, "the run diverges"),
            ("diverged", Sign::Below, 1.0, "the run does not diverge"),
        ] {
            let quantity = Quantity::named(name).expect(name);
            assert_eq!(Condition { quantity, sign, value }.words(), said);
        }
    }

    #[test]
    fn every_metric_is_a_result_and_names_lead_back() {
        let names = Quantity::names();
        for card in metric::ALL {
            for split in Split::ALL {
                assert!(names.contains(&metric::result_name(split, card.id)), "{}", card.id);
            }
        }
        for name in &names {
            let quantity = Quantity::named(name).expect(name);
            assert_eq!((quantity.name(), serde_json::to_value(quantity).expect("JSON")), (name.clone(), name.as_str().into()));
        }
        // What cannot be read off a confusion matrix has no value at a threshold.
        for none in ["roc_auc", "mae", "loss", "val_", "val_gap", "accuracy_val", ""] {
            assert_eq!(Quantity::named(none), None, "{none}");
        }
    }
}
