//! Reads numbers as people type them: `0.6`, `0,6`, `60 %`, `3/5`, `6e-1`, `1 000`.
//!
//! The one place for it: settings, arguments of layers and answers of lessons all read with [`parse`].

use crate::number;

/// The number that a person typed. A percentage is a part of one: `60%` is 0.6.
///
/// # Errors
///
/// One sentence that quotes the text and says what would be understood.
pub fn parse(text: &str) -> Result<f64, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("type a number".into());
    }
    let refused = || {
        let quoted: String = trimmed.chars().take(40).collect();
        format!("\"{quoted}\" is no number: 0.25, 25 %, 1/4 and 1e-3 are understood")
    };
    let value = if let Some(part) = trimmed.strip_suffix('%') {
        plain(part).ok_or_else(refused)?.map(|v| v / 100.0)?
    } else if let Some((above, below)) = trimmed.split_once('/') {
        let (above, below) = (plain(above).ok_or_else(refused)??, plain(below).ok_or_else(refused)??);
        if below == 0.0 {
            return Err("nothing can be divided by 0".into());
        }
        above / below
    } else {
        plain(trimmed).ok_or_else(refused)??
    };
    if value.is_finite() { Ok(value) } else { Err(refused()) }
}

/// A number without `%` and `/`: `None` when it is none, an error when it may mean two things.
fn plain(text: &str) -> Option<Result<f64, String>> {
    let text: String = text.trim().chars().map(|c| if matches!(c, '−' | '–') { '-' } else { c }).collect();
    // A letter would let words like "inf" and "nan" through.
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | 'e' | 'E') || is_space(c)) {
        return None;
    }
    let split = text.find(['e', 'E']).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(split);
    let (sign, digits) = match mantissa.strip_prefix(['-', '+']) {
        Some(rest) => (&mantissa[..1], rest),
        None => ("", mantissa),
    };
    let last_comma = digits.rfind(',');
    let last_point = digits.rfind('.');
    // The later of the two is the decimal sign, the other one stands between thousands.
    let decimal = match (last_comma, last_point) {
        (Some(comma), Some(point)) => Some(comma.max(point)),
        (Some(comma), None) if digits.matches(',').count() == 1 => Some(comma),
        (None, Some(point)) => Some(point),
        _ => None,
    };
    let (whole, fraction) = decimal.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    if last_comma.is_some() && decimal == last_comma && last_point.is_none() && fraction.len() == 3 && !whole.starts_with('0') {
        let joined = format!("{whole}{fraction}");
        return Some(Err(format!("\"{text}\" may mean {joined} or {whole}.{fraction}: write one of them")));
    }
    let whole = without_groups(whole)?;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    number::read(&format!("{sign}{whole}.{fraction}{exponent}")).map(Ok)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

/// Digits without what stands between thousands; `None` when the groups are not of three.
fn without_groups(text: &str) -> Option<String> {
    let is_separator = |c: char| is_space(c) || matches!(c, ',' | '.');
    let groups: Vec<&str> = text.split(is_separator).collect();
    let fits = groups.len() == 1 || (groups[1..].iter().all(|g| g.len() == 3) && (1..=3).contains(&groups[0].len()));
    (fits && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_digit()))).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, expected) in [
            ("0.6", 0.6),
            (" 60% ", 0.6),
            ("60 %", 0.6),
            ("15/25", 0.6),
            ("1 / 4", 0.25),
            ("0,5", 0.5),
            ("0,125", 0.125),
            (".5", 0.5),
            ("3.", 3.0),
            ("1e-3", 0.001),
            ("2,5E2", 250.0),
            ("−2", -2.0),
            ("+7", 7.0),
            ("1 000", 1000.0),
            ("20\u{202f}000", 20_000.0),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1,000,000", 1e6),
            ("57 %", 0.57),
            ("-1/3", -1.0 / 3.0),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_may_mean_two_is_refused() {
        for text in [
            "", " ", "abc", "nan", "inf", "1/0", "1/2/3", "%", "1 2", "1e999", "--3", "1e", "e3", "5%%", ",", "1,00,000", "3 %/2",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("1,250").expect_err("two meanings").contains("1250 or 1.250"));
    }
}
