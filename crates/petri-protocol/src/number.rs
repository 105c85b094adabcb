//! Numbers as text. In the browser they are read by the browser itself: the tables of a reader in wasm are a
//! fiftieth of the page.

/// The number that a text holds, as Rust reads it, but without words (`inf`, `NaN`).
pub fn read(text: &str) -> Option<f64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    is_number.then(|| convert(text)).flatten()
}

/// What [`write()`] wrote, bit for bit; also infinity and NaN.
pub fn read_exact(text: &str) -> Option<f64> {
    match text {
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => read(text),
    }
}

/// The shortest text that is read as the same number: `0.1`, `1e-7`, `30.0`, `inf`.
pub fn write(number: f64) -> String {
    format!("{number:?}")
}

#[cfg(target_family = "wasm")]
fn convert(text: &str) -> Option<f64> {
    // As JavaScript's `+"1.5"`.
    let number = wasm_bindgen::JsValue::from_str(text).unchecked_into_f64();
    (!number.is_nan()).then_some(number)
}

#[cfg(not(target_family = "wasm"))]
fn convert(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_words_are_not() {
        for (text, number) in [("1", 1.0), (".5", 0.5), ("5.", 5.0), ("-1e-3", -0.001), ("+2", 2.0), ("1E2", 100.0)] {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for text in ["", " 1", "inf", "NaN", "0x10", "1_0", "1e", ".", "-", "1-2", "١"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for number in [0.1, 1e-7, 1e300, -0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(read_exact(&write(number)).map(f64::to_bits), Some(number.to_bits()), "{number}");
        }
        assert!(read_exact(&write(f64::NAN)).is_some_and(f64::is_nan));
    }
}
