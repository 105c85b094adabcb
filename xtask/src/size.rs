//! Sizes of the published site against its budget.

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};

use crate::build::{dist, is_site};
use crate::run::root;

/// What a file of the site belongs to, by its name.
fn part_of(name: &str) -> Option<&'static str> {
    let is_code = name.ends_with(".wasm") || name.ends_with(".js");
    match name {
        _ if !is_code => None,
        _ if name.starts_with("petri-app") => Some("app"),
        _ if name.starts_with("cpu-worker") => Some("cpu-worker"),
        _ if name.starts_with("gpu-worker") => Some("gpu-worker"),
        _ => None,
    }
}

/// Prints sizes; fails above the budget. Brotli at its highest quality, as a host stores compressed files.
pub(crate) fn report() -> Result<()> {
    let budget: serde_json::Value = serde_json::from_str(&fs::read_to_string(root().join("tests/size-budget.json"))?)?;
    if !is_site(&dist()) {
        bail!("there is no site in dist/; please run:\n\n    cargo xtask build\n");
    }
    let mut over = Vec::new();
    println!("{:<12} {:>12} {:>12} {:>12}", "part", "raw", "brotli", "budget");
    for part in ["app", "cpu-worker", "gpu-worker"] {
        let (mut raw, mut packed) = (0, 0);
        for entry in fs::read_dir(dist())? {
            let entry = entry?;
            if part_of(&entry.file_name().to_string_lossy()) == Some(part) {
                let bytes = fs::read(entry.path())?;
                raw += bytes.len();
                let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
                writer.write_all(&bytes)?;
                packed += writer.into_inner().len();
            }
        }
        let limit = budget[part].as_u64().with_context(|| format!("tests/size-budget.json has no {part}"))? as usize;
        println!("{part:<12} {:>9.1} KB {:>9.1} KB {:>9.1} KB", raw as f64 / 1e3, packed as f64 / 1e3, limit as f64 / 1e3);
        if packed > limit || packed == 0 {
            over.push(part);
        }
    }
    if over.is_empty() { Ok(()) } else { bail!("above the budget, or missing: {}", over.join(", ")) }
}
