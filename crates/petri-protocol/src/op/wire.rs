//! Operations as text in a link, as JSON in a message and as rows of a form: one code for all, over their arguments.

use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::OpSpec;
use crate::op::argument::{Argument, Kind, Setting, Visit};

/// An argument of an operation and the value that it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The argument.
    pub argument: Argument,
    /// How a control shows it.
    pub kind: Kind,
    /// Its value as text.
    pub text: String,
}

/// Hands every argument to a closure.
struct Each<F>(F);

impl<F: FnMut(&Argument, &mut dyn Setting, &str)> Visit for Each<F> {
    fn visit(&mut self, argument: &Argument, value: &mut dyn Setting, default: &str) {
        (self.0)(argument, value, default);
    }
}

impl OpSpec {
    fn each(&mut self, look: impl FnMut(&Argument, &mut dyn Setting, &str)) {
        self.operation_mut().arguments(&mut Each(look));
    }

    fn each_value(&self, mut look: impl FnMut(&Argument, &dyn Setting, &str)) {
        self.clone().each(|argument, value, default| look(argument, value, default));
    }

    /// The arguments in the order of the notation, with their values.
    pub fn arguments(&self) -> Vec<Given> {
        let mut all = Vec::new();
        self.each_value(|argument, value, _| {
            all.push(Given { argument: *argument, kind: value.kind(), text: value.print() });
        });
        all
    }

    /// The operation with another value of one argument, given as text.
    ///
    /// # Errors
    ///
    /// When there is no such argument, or the text is none of its values. Limits are checked by [`Self::infer`].
    pub fn with_argument(&self, field: &str, text: &str) -> Result<Self, String> {
        let mut changed = self.clone();
        let mut result = Err(format!("has no setting \"{field}\""));
        changed.each(|argument, value, _| {
            if argument.field == field {
                result = value.read(text).map_err(|why| format!("{field} \"{}\" {why}", shorten(text)));
            }
        });
        result.map(|()| changed)
    }

    /// Checks the numbers among the arguments, whatever the input is.
    ///
    /// # Errors
    ///
    /// One sentence with the limit that is broken.
    pub fn check_limits(&self) -> Result<(), String> {
        let mut result = Ok(());
        self.each_value(|argument, value, _| {
            if result.is_ok() {
                result = argument.check(value);
            }
        });
        result
    }

    /// The arguments that differ from their defaults, as the notation writes them: `16,k=5`.
    pub(crate) fn print_arguments(&self) -> String {
        let mut all = Vec::new();
        self.each_value(|argument, value, default| {
            let text = value.print();
            if argument.key.is_empty() {
                all.push(text);
            } else if text != default {
                all.push(format!("{}={text}", argument.key));
            }
        });
        all.join(",")
    }

    /// The operation of a word with arguments as the notation writes them.
    ///
    /// # Errors
    ///
    /// One sentence that quotes what is not understood.
    pub(crate) fn parse(word: &str, arguments: &str) -> Result<Self, String> {
        if word.is_empty() {
            return Err("is empty".into());
        }
        let found = Self::all().into_iter().find(|op| op.word() == word);
        let mut op = found.ok_or_else(|| format!("unknown operation \"{}\"", shorten(word)))?;
        let mut given: Vec<(&str, &str)> = Vec::new();
        for (idx, text) in arguments.split(',').map(str::trim).filter(|a| !a.is_empty()).enumerate() {
            match text.split_once('=') {
                Some((key, value)) => given.push((key.trim(), value.trim())),
                None if idx == 0 => given.push(("", text)),
                None => return Err(format!("\"{}\" has no name", shorten(text))),
            }
        }
        let mut result = Ok(());
        op.each(|argument, value, default| {
            let at = given.iter().position(|(key, _)| *key == argument.key);
            let text = match at {
                Some(at) => given.remove(at).1,
                None if default.is_empty() => {
                    result = result.clone().and(Err(format!("{} is missing", argument.field)));
                    return;
                }
                None => default,
            };
            let read = value.read(text).map_err(|why| format!("{} \"{}\" {why}", argument.field, shorten(text)));
            result = result.clone().and(read);
        });
        result?;
        match given.first() {
            None => Ok(op),
            Some(("", text)) => Err(format!("\"{}\" is one argument too many", shorten(text))),
            Some((key, _)) => Err(format!("unknown setting \"{}\"", shorten(key))),
        }
    }

    fn from_json(mut object: Map<String, Value>) -> Result<Self, String> {
        let mut take = |key: &str| object.remove(key).and_then(|v| v.as_str().map(str::to_owned));
        let mut kind = take("kind").ok_or("an operation without kind")?;
        if kind == "activation" {
            // Until version 2 of the protocol all activation functions were one kind.
            kind = take("function").ok_or("an activation without function")?;
        }
        let found = Self::all().into_iter().find(|op| op.kind() == kind);
        let mut op = found.ok_or_else(|| format!("unknown operation \"{}\"", shorten(&kind)))?;
        let mut result = Ok(());
        op.each(|argument, value, default| {
            let is_read = match object.remove(argument.field) {
                Some(json) => value.set_json(&json),
                None => !default.is_empty() && value.read(default).is_ok(),
            };
            if !is_read {
                result = Err(format!("{} of {kind} is missing or does not fit", argument.field));
            }
        });
        if let Some(key) = object.keys().next() {
            return Err(format!("{kind} has no setting \"{}\"", shorten(key)));
        }
        result.map(|()| op)
    }
}

impl Serialize for OpSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = Vec::new();
        self.each_value(|argument, value, _| values.push((argument.field, value.to_json())));
        let mut map = serializer.serialize_map(Some(values.len() + 1))?;
        map.serialize_entry("kind", self.kind())?;
        for (field, value) in values {
            map.serialize_entry(field, &value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for OpSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// At most 40 characters of untrusted text, for messages.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Conv2d, LeakyRelu, Padding, Sides};

    #[test]
    fn messages_of_older_pages_are_read() {
        let old = r#"{"kind":"activation","function":"leaky_relu"}"#;
        assert_eq!(serde_json::from_str::<OpSpec>(old).expect("read"), LeakyRelu.into());
        let old =
            r#"{"kind":"conv2d","filters":8,"kernel":3,"stride":2,"padding":{"pixels":1},"dilation":1,"groups":1,"init":"he"}"#;
        let conv = Conv2d { filters: 8, stride: 2.into(), padding: Padding::Pixels(1.into()), ..Conv2d::default() };
        assert_eq!(serde_json::from_str::<OpSpec>(old).expect("read"), conv.into());
        for (json, why) in [
            (r#"{"kind":"dens","units":3}"#, "unknown operation"),
            (r#"{"kind":"dense"}"#, "units of dense"),
            (r#"{"kind":"dense","units":-3}"#, "units of dense"),
            (r#"{"kind":"relu","units":3}"#, "no setting"),
        ] {
            let error = serde_json::from_str::<OpSpec>(json).expect_err(json).to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_form_changes_one_argument() {
        let conv = OpSpec::from(Conv2d::default());
        let names: Vec<_> = conv.arguments().iter().map(|a| a.argument.field).collect();
        assert_eq!(names, ["filters", "kernel", "stride", "padding", "dilation", "groups", "init", "bias"]);
        let changed = conv.with_argument("kernel", "1x7").expect("a kernel");
        assert_eq!(changed, Conv2d { kernel: Sides::new(1, 7), ..Conv2d::default() }.into());
        assert!(conv.with_argument("kernel", "x").expect_err("no number").contains("no number"));
        assert!(conv.with_argument("units", "3").is_err());
    }
}
