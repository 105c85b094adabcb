//! JSON of the messages and of what is kept: one way of reading for all types, which keeps the page small.
//!
//! serde's own internally tagged enums read through a buffer type of their own, and every type that is read from
//! text brings another copy of the parser. Here a text becomes a [`Value`] once, and types are made from that.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads a value from its text.
///
/// # Errors
///
/// When the text is no JSON, or not that of a `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::from_str(text)?)
}

/// Writes a value as text. Numbers that JSON lacks become `null`.
pub fn write<T: Serialize>(value: &T) -> String {
    // Fails only for keys that are no text, which no type of ours has.
    serde_json::to_value(value).map(|v| v.to_string()).unwrap_or_default()
}

/// Takes the tag out of an object: the name of the variant and its fields.
pub(crate) fn untag(value: Value, tag: &str) -> Result<(String, Map<String, Value>), String> {
    let Value::Object(mut fields) = value else { return Err(format!("an object with \"{tag}\" is expected")) };
    match fields.remove(tag) {
        Some(Value::String(name)) => Ok((name, fields)),
        _ => Err(format!("missing field `{tag}`")),
    }
}

/// Puts the name of a variant among its fields: `{"step": {"factor": 1}}` and `"constant"` become objects with a tag.
pub(crate) fn tag(variant: Value, tag: &str) -> Value {
    let (name, mut fields) = match variant {
        Value::Object(outer) => match outer.into_iter().next() {
            Some((name, Value::Object(fields))) => (name, fields),
            _ => (String::new(), Map::new()),
        },
        Value::String(name) => (name, Map::new()),
        _ => (String::new(), Map::new()),
    };
    fields.insert(tag.to_owned(), Value::String(name));
    Value::Object(fields)
}

/// Implements serde for enums that derive it with `remote = "Self"`: in JSON, the name of the variant stands among
/// its fields under the tag.
macro_rules! tagged {
    ($($type:ty, $tag:literal;)*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let variant = Self::serialize(self, serde_json::value::Serializer).map_err(serde::ser::Error::custom)?;
                $crate::json::tag(variant, $tag).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error as _;
                let value = serde_json::Value::deserialize(deserializer)?;
                let (name, fields) = $crate::json::untag(value, $tag).map_err(D::Error::custom)?;
                let whole = serde_json::json!({ name.as_str(): fields });
                // A variant without fields is only its name.
                Self::deserialize(whole)
                    .or_else(|why| Self::deserialize(serde_json::Value::String(name)).map_err(|_other| why))
                    .map_err(D::Error::custom)
            }
        }
    )*};
}
pub(crate) use tagged;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, OptimizerSpec, RunEnd, RunId, RunState, ScheduleSpec};

    #[test]
    fn variants_with_and_without_fields_keep_the_form_that_links_and_records_have() {
        let cases = [
            (write(&ScheduleSpec::Constant), r#"{"kind":"constant"}"#),
            (write(&ScheduleSpec::Step { every_epochs: 3, factor: 0.5 }), r#"{"every_epochs":3,"factor":0.5,"kind":"step"}"#),
            (write(&RunState::Ended { end: RunEnd::Finished }), r#"{"end":{"kind":"finished"},"kind":"ended"}"#),
            (write(&Command::Pause { run: RunId(3) }), r#"{"run":3,"type":"pause"}"#),
        ];
        for (written, expected) in cases {
            assert_eq!(written, expected);
        }
        assert_eq!(read::<ScheduleSpec>(r#"{"kind":"constant","factor":2}"#).expect("one more field"), ScheduleSpec::Constant);
        let sgd: OptimizerSpec = read(r#"{"kind":"sgd"}"#).expect("defaults");
        assert_eq!(sgd, OptimizerSpec::Sgd { momentum: 0.0, nesterov: false });
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            (r#"{"kind":"cubic"}"#, "unknown variant `cubic`"),
            (r#"{"factor":1}"#, "missing field `kind`"),
            (r#"{"kind":"step","factor":"much"}"#, "invalid type: string \"much\""),
            ("[]", "an object with \"kind\" is expected"),
        ] {
            let why = read::<ScheduleSpec>(text).expect_err(text).to_string();
            assert!(why.contains(expected), "{text}: {why}");
        }
        assert!(read::<ScheduleSpec>("{").is_err());
    }
}
