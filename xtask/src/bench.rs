//! Milliseconds per training step, in a browser.

use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{run as start, step};
use crate::{browser, build};

/// Builds, then measures all reference networks on both engines in one browser.
fn measure(site: &std::path::Path, steps: usize) -> Result<()> {
    let chromium = browser::ensure()?;
    step("Measuring", "Petri's session beside a bare burn loop, in turn, so that both see the same noise");
    start(
        Command::new("node")
            .arg(browser::folder().join("bench.mjs"))
            .env("PETRI_SITE", site)
            .env("PETRI_CHROMIUM", chromium)
            .env("PETRI_TEST_DATA", browser::data())
            .env("PETRI_BENCH_STEPS", steps.to_string()),
    )
}

/// Entry point of the command.
pub(crate) fn run(steps: usize, release: bool) -> Result<()> {
    let site = if release { build::dist() } else { build::quick()? };
    if !build::is_site(&site) {
        bail!("there is no site in dist/; please run:\n\n    cargo xtask build\n");
    }
    measure(&site, steps)
}
