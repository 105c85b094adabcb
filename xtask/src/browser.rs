//! What browser tests and benchmarks need: Node packages and a Chromium.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{apt_get, exists, install, root, step};

/// Where a Chromium usually is.
const PLACES: [&str; 6] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The folder of the browser tests.
pub(crate) fn folder() -> PathBuf {
    root().join("tests/browser")
}

/// The folder of the real data that some tests need.
pub(crate) fn data() -> PathBuf {
    std::env::var_os("PETRI_TEST_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from)
}

/// Installs Node packages and a Chromium; returns the path of the browser.
pub(crate) fn ensure() -> Result<PathBuf> {
    if !exists("node") || !exists("npm") {
        bail!("the browser tests need Node.js 20 or newer; please install it (https://nodejs.org)");
    }
    step("Installing the test runner", "Playwright drives the browser");
    install(
        Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--prefix"]).arg(folder()),
        "npm ci --prefix tests/browser",
    )?;
    if let Some(path) = std::env::var_os("PETRI_CHROMIUM") {
        return Ok(path.into());
    }
    let find = || PLACES.iter().map(PathBuf::from).find(|p| p.exists());
    if let Some(path) = find() {
        return Ok(path);
    }
    step("Installing Chromium", "the tests run in a real browser");
    if exists("apt-get") {
        install(apt_get().arg("update"), "sudo apt-get update")?;
        install(apt_get().args(["install", "-y", "--no-install-recommends", "chromium"]), "sudo apt-get install chromium")?;
    }
    match find() {
        Some(path) => Ok(path),
        None => bail!(
            "no Chromium was found; please install one, or say where it is:\n\n    export PETRI_CHROMIUM=/path/to/chromium\n"
        ),
    }
}
