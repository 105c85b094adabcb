//! JSON of the messages and of what is kept: one way of reading for all types, which keeps the page small.
//!
//! serde's own internally tagged enums read through a buffer type of their own, and every type that is read from
//! text brings another copy of the parser. Here a text becomes a [`Value`] once, and types are made from that.

mod reader;
mod text;

use serde::de::value::EnumAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Error, Map, Value};

use self::reader::{Reader, Variant};

/// Reads a value from its text.
///
/// # Errors
///
/// When the text is no JSON, or not that of a `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    from_value(value(text).ok_or_else(|| Error::custom("this is no JSON"))?)
}

/// What a text holds; `None` when it is no JSON.
pub fn value(text: &str) -> Option<Value> {
    text::read(text)
}

/// Makes a value of what its text held.
///
/// # Errors
///
/// When it is not that of a `T`.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Reader(value))
}

/// Writes a value as text. Numbers that JSON lacks become `null`.
pub fn write<T: Serialize>(value: &T) -> String {
    // Fails only for keys that are no text, which no type of ours has.
    serde_json::to_value(value).map(|v| text::write(&v)).unwrap_or_default()
}

/// What reads an enum out of an object in which the name of the variant stands under `tag` among the fields.
///
/// # Errors
///
/// When the object, or the tag, is missing.
pub(crate) fn untagged<'de, D: Deserializer<'de>>(
    deserializer: D,
    tag: &str,
) -> Result<EnumAccessDeserializer<Variant>, D::Error> {
    let Value::Object(mut fields) = Value::deserialize(deserializer)? else {
        return Err(D::Error::custom(format_args!("an object with \"{tag}\" is expected")));
    };
    match fields.remove(tag) {
        Some(Value::String(name)) => Ok(EnumAccessDeserializer::new(Variant { name, content: Value::Object(fields) })),
        _ => Err(D::Error::custom(format_args!("missing field `{tag}`"))),
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
                Self::deserialize($crate::json::untagged(deserializer, $tag)?).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use tagged;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Command, EngineChoice, OptimizerSpec, RunEnd, RunId, RunState, ScheduleSpec};

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

    /// One of each form that the reader must know.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Forms {
        #[serde(default)]
        absent: Option<u8>,
        pair: (i64, bool),
        by_index: BTreeMap<usize, f32>,
        schedules: Vec<ScheduleSpec>,
        run: RunId,
        choice: EngineChoice,
    }

    const FORMS: &str = r#"{"absent":null,"pair":[-3,true],"by_index":{"7":0.5},"schedules":[{"kind":"constant"}],"run":4,"choice":"cpu","later":[{"x":1}]}"#;

    #[test]
    fn every_form_is_read_as_serde_json_reads_it() {
        let forms: Forms = read(FORMS).expect("all forms");
        assert_eq!(forms, serde_json::from_str(FORMS).expect("the same text"));
        assert_eq!((forms.by_index[&7], forms.pair, forms.run), (0.5, (-3, true), RunId(4)));
    }

    #[test]
    fn every_form_refuses_what_is_none() {
        for (old, new, expected) in [
            ("[-3,true]", "[-3]", "length"),
            ("[-3,true]", "[-3,true,1]", "1 items too many"),
            ("[-3,true]", "{}", "invalid type: map"),
            ("-3", "1.5", "invalid type: floating point `1.5`, expected i64"),
            ("null", "300", "invalid value: integer `300`, expected u8"),
            ("null", "-1", "invalid value: integer `-1`, expected u8"),
            ("\"7\"", "\"x\"", "invalid value: string \"x\", expected usize"),
            ("\"cpu\"", "\"abacus\"", "unknown variant `abacus`"),
            ("\"cpu\"", "3", "expected a name"),
            ("{\"kind\":\"constant\"}", "[\"constant\"]", "an object with \"kind\""),
            ("\"run\":4,", "", "missing field `run`"),
        ] {
            let text = FORMS.replacen(old, new, 1);
            assert_ne!(text, FORMS, "{old}");
            let why = read::<Forms>(&text).expect_err(&text).to_string();
            assert!(why.contains(expected), "{text}: {why}");
        }
        assert!(read::<Forms>("[null,[-3,true],{},[],4,\"cpu\"]").is_err(), "a structure is no array");
        assert!(read::<ScheduleSpec>(&"[".repeat(100_000)).is_err(), "depth has a limit");
    }
}
