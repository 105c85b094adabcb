//! What the numbers behind a message are.

use crate::SortedMap;

use serde::{Deserialize, Serialize};

/// One tensor of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadPart {
    /// Name of the node, or what it is.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl PayloadPart {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True when a dimension is zero.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A state dictionary without its values: see `petri_engine::state`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SavedState {
    /// Counters and scores by name.
    #[serde(with = "exact")]
    pub numbers: SortedMap<String, f64>,
    /// Names and shapes of its tensors, in the order of their values.
    pub parts: Vec<PayloadPart>,
}

/// Numbers as texts: a reader of JSON may take a number for the one beside it, and a score that changes so would count as
/// another one.
mod exact {
    use crate::SortedMap;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::number;

    pub(super) fn serialize<S: Serializer>(numbers: &SortedMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: SortedMap<&String, String> = numbers.iter().map(|(name, number)| (name, number::write(*number))).collect();
        texts.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SortedMap<String, f64>, D::Error> {
        let number = |(name, text): (String, String)| match number::read_exact(&text) {
            Some(number) => Ok((name, number)),
            None => Err(D::Error::custom(format_args!("\"{text}\" is no number"))),
        };
        SortedMap::<String, String>::deserialize(deserializer)?.into_iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn numbers_come_back_bit_for_bit() {
        // Digits that a fast reader of decimals takes for the number beside it are among so many.
        let mut number = 0.1f64;
        let mut numbers = SortedMap::from([("none".to_owned(), f64::INFINITY)]);
        for i in 0..1000 {
            number = (number * 1.37).fract() + 1e-7 * f64::from(i);
            numbers.insert(format!("n{i}"), number);
        }
        let state = SavedState { numbers, parts: vec![] };
        assert_eq!(json::read::<SavedState>(&json::write(&state)).expect("own JSON"), state);
        let why = json::read::<SavedState>(r#"{"numbers":{"step":"six"},"parts":[]}"#).expect_err("a word").to_string();
        assert!(why.contains("\"six\" is no number"), "{why}");
    }
}
