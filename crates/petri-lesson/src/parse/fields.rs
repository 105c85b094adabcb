//! The lines of a block: `key: value`, with their place in the file, and what is said about unknown words.

/// One line of a block or of the front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// Line in the file, from 1.
    pub(super) line: usize,
    /// What stands before the colon.
    pub(super) key: &'a str,
    /// What stands behind it.
    pub(super) value: &'a str,
}

/// Line and text of a mistake.
pub(super) type Mistake = (usize, String);

/// Divides lines into fields. Empty lines and lines that begin with `#` are left out.
///
/// # Errors
///
/// The first line without a colon.
pub(super) fn fields(text: &str, first_line: usize) -> Result<Vec<Field<'_>>, Mistake> {
    let mut fields = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let line = first_line + i;
        let (key, value) = trimmed.split_once(':').ok_or((line, format!("expected \"key: value\", found \"{trimmed}\"")))?;
        fields.push(Field { line, key: key.trim(), value: value.trim() });
    }
    Ok(fields)
}

/// A list with commas between its items.
pub(super) fn list(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|v| !v.is_empty()).collect()
}

/// True for lower-case letters, digits and hyphens, at most 40 of them.
pub(super) fn is_id(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A message about an unknown word, with the known one that is most like it.
pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let shown: String = word.chars().take(40).collect();
    let best = known.iter().map(|k| (strsim::normalized_damerau_levenshtein(&shown, k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((likeness, k)) if likeness > 0.5 => format!("unknown {what} \"{shown}\"; did you mean \"{k}\"?"),
        _ => format!("unknown {what} \"{shown}\"; known are: {}", known.join(", ")),
    }
}
