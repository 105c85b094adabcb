//! The values of an experiment by their dotted keys.

use serde_json::{Map, Value};

use crate::json;

/// Values by dotted key, as they stand in a link.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(Map<String, Value>);

impl Values {
    /// Adds everything inside of `value`, with keys that begin with `prefix`.
    pub fn add(&mut self, prefix: &str, value: &Value) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    self.add(&path, value);
                }
            }
            other => {
                self.0.insert(prefix.to_owned(), other.clone());
            }
        }
    }

    /// All keys, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All keys with their values.
    pub fn into_pairs(self) -> impl Iterator<Item = (String, Value)> {
        self.0.into_iter()
    }

    /// Whether there is such a key: momentum only exists where the optimizer has one.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The value of a key as JSON.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A word; empty when there is none.
    pub fn word(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number; `None` when there is none, or one that JSON cannot write (NaN).
    pub fn number(&self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(Value::as_f64)
    }

    /// The text of a value, as a link or a control shows it.
    pub fn text(&self, key: &str) -> Option<String> {
        self.0.get(key).map(text_of)
    }
}

/// A value as a link shows it.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // 30 rather than 30.0, as one would type it.
        other => json::write(other).trim_end_matches(".0").to_owned(),
    }
}
