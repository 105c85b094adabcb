//! JSON between text and [`Value`]: read by the browser where there is one, written with numbers as Rust writes them.
//! serde_json's own ways bring tables that are a fortieth of the page.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use crate::number;

/// The value that a text holds; `None` when it is no JSON.
#[cfg(not(target_family = "wasm"))]
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// The value that a text holds; `None` when it is no JSON.
#[cfg(target_family = "wasm")]
pub(super) fn read(text: &str) -> Option<Value> {
    from_js(&js_sys::JSON::parse(text).ok()?, 0)
}

/// Deepest nesting that is read, as in `serde_json`: what comes from elsewhere must not use up the stack.
#[cfg(target_family = "wasm")]
const MAX_DEPTH: usize = 128;
/// From here on not every whole number is an f64.
#[cfg(target_family = "wasm")]
const MAX_SAFE: f64 = 9_007_199_254_740_992.0;

#[cfg(target_family = "wasm")]
fn from_js(value: &wasm_bindgen::JsValue, depth: usize) -> Option<Value> {
    use js_sys::{Array, Object};
    use wasm_bindgen::JsCast;
    if depth >= MAX_DEPTH {
        return None;
    }
    if let Some(number) = value.as_f64() {
        let is_whole = number.trunc() == number && number.abs() < MAX_SAFE && !(number == 0.0 && number.is_sign_negative());
        return if is_whole { Some((number as i64).into()) } else { serde_json::Number::from_f64(number).map(Value::Number) };
    }
    if let Some(text) = value.as_string() {
        return Some(Value::String(text));
    }
    if let Some(truth) = value.as_bool() {
        return Some(Value::Bool(truth));
    }
    if let Some(all) = value.dyn_ref::<Array>() {
        return all.iter().map(|value| from_js(&value, depth + 1)).collect();
    }
    let Some(object) = value.dyn_ref::<Object>() else { return Some(Value::Null) };
    let field = |entry: wasm_bindgen::JsValue| {
        let entry: Array = entry.unchecked_into();
        Some((entry.get(0).as_string()?, from_js(&entry.get(1), depth + 1)?))
    };
    let mut map = serde_json::Map::new();
    for entry in Object::entries(object) {
        let (name, value) = field(entry)?;
        map.insert(name, value);
    }
    Some(Value::Object(map))
}

/// The text of a value.
pub(super) fn write(value: &Value) -> String {
    let mut text = Vec::new();
    // Fails only where the writer does, and memory does not.
    let written = value.serialize(&mut Serializer::with_formatter(&mut text, Plain));
    written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}

/// No spaces, and numbers by [`number::write()`].
struct Plain;

impl Formatter for Plain {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(number::write(value).as_bytes())
    }
}
