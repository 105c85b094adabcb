//! Rules about files that no compiler checks.

use std::fs;

use anyhow::{Result, bail};
use walkdir::WalkDir;

use crate::run::root;

/// Most lines of a file of Rust.
const MAX_RUST_LINES: usize = 450;
/// Most lines of any other file.
const MAX_LINES: usize = 600;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "common", "base", "misc"];
/// Folders that hold no source of ours.
const SKIPPED: [&str; 5] = ["target", "dist", "node_modules", ".git", ".output"];

/// Checks all files.
pub(crate) fn check() -> Result<()> {
    let mut wrong = Vec::new();
    let walk = WalkDir::new(root()).into_iter().filter_entry(|e| !SKIPPED.contains(&e.file_name().to_string_lossy().as_ref()));
    for entry in walk {
        let entry = entry?;
        let path = entry.path();
        let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if !entry.file_type().is_file() || !matches!(extension, "rs" | "ts" | "mjs" | "js" | "md" | "css" | "py") {
            continue;
        }
        let text = fs::read_to_string(path)?;
        if extension == "rs" && !text.starts_with("//!") {
            wrong.push(format!("{shown}: the first line must be //! and say what the file is for"));
        }
        if extension == "rs" && EMPTY_NAMES.contains(&path.file_stem().and_then(|s| s.to_str()).unwrap_or_default()) {
            wrong.push(format!("{shown}: the name says nothing about what is inside"));
        }
        let lines = text.lines().count();
        let most = if extension == "rs" { MAX_RUST_LINES } else { MAX_LINES };
        if lines > most {
            wrong.push(format!("{shown}: {lines} lines, at most {most}"));
        }
        // Written so that this file does not find itself.
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ign", "ore")] {
            if text.contains(word) {
                wrong.push(format!("{shown}: {word} is for issues, not for code"));
            }
        }
        if text.lines().any(|l| l.ends_with(' ')) && extension != "md" {
            wrong.push(format!("{shown}: spaces at the end of a line"));
        }
    }
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    if architecture.lines().count() >= 200 {
        wrong.push("ARCHITECTURE.md: stays below 200 lines".into());
    }
    if wrong.is_empty() { Ok(()) } else { bail!("tidy:\n  {}", wrong.join("\n  ")) }
}
