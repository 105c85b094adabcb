//! The lines of a block: `key: value`, with their place in the file.

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
