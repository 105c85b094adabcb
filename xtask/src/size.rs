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
        _ if name.starts_with("lesson-worker") => Some("lesson-worker"),
        _ => None,
    }
}

/// Qualities of brotli: the highest, as a host stores compressed files and the budget counts; and one at which a
/// host compresses while it answers.
const QUALITIES: [u32; 2] = [11, 9];

fn packed(bytes: &[u8], quality: u32) -> Result<usize> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 24);
    writer.write_all(bytes)?;
    Ok(writer.into_inner().len())
}

/// Prints sizes; fails above the budget.
pub(crate) fn report() -> Result<()> {
    let budget: serde_json::Value = serde_json::from_str(&fs::read_to_string(root().join("tests/size-budget.json"))?)?;
    if !is_site(&dist()) {
        bail!("there is no site in dist/; please run:\n\n    cargo xtask build\n");
    }
    let mut over = Vec::new();
    println!("{:<13} {:>12} {:>12} {:>12} {:>12}", "part", "raw", "brotli 11", "brotli 9", "budget (11)");
    for part in ["app", "lesson-worker", "cpu-worker", "gpu-worker"] {
        let mut sizes = [0; 3];
        for entry in fs::read_dir(dist())? {
            let entry = entry?;
            if part_of(&entry.file_name().to_string_lossy()) == Some(part) {
                let bytes = fs::read(entry.path())?;
                sizes[0] += bytes.len();
                for (size, quality) in sizes[1..].iter_mut().zip(QUALITIES) {
                    *size += packed(&bytes, quality)?;
                }
            }
        }
        let limit = budget[part].as_u64().with_context(|| format!("tests/size-budget.json has no {part}"))? as usize;
        let [raw, best, quick] = sizes.map(|size| size as f64 / 1e3);
        println!("{part:<13} {raw:>9.1} KB {best:>9.1} KB {quick:>9.1} KB {:>9.1} KB", limit as f64 / 1e3);
        if sizes[1] > limit || sizes[1] == 0 {
            over.push(part);
        }
    }
    if over.is_empty() { Ok(()) } else { bail!("above the budget, or missing: {}", over.join(", ")) }
}
