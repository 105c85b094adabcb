//! Native tests, then the tests in a browser.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::{cargo, root, run, step, target};
use crate::{browser, build};

/// Unit tests, parity with PyTorch, learning tests.
pub(crate) fn native() -> Result<()> {
    step("Native tests", "the lowest level that can catch a fault comes first");
    run(cargo().args(["test", "--workspace", "--locked"]))
}

/// All tests.
pub(crate) fn all(only_native: bool, grep: Option<&str>) -> Result<()> {
    native()?;
    if only_native {
        return Ok(());
    }
    let site = build::quick()?;
    let chromium = browser::ensure()?;
    step("Browser tests", "whole paths, on both engines, in headless Chromium");
    let results = target().join("browser-results.json");
    let mut playwright = Command::new("npx");
    playwright.args(["playwright", "test"]).current_dir(browser::folder());
    if let Some(grep) = grep {
        playwright.args(["--grep", grep]);
    }
    let data = std::env::var_os("PETRI_TEST_DATA").unwrap_or_else(|| root().join("../shared/data").into());
    playwright
        .env("PETRI_SITE", &site)
        .env("PETRI_CHROMIUM", &chromium)
        .env("PETRI_TEST_DATA", data)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results);
    let status = playwright.status().context("could not start npx playwright")?;
    let report = std::fs::read_to_string(&results).context("the browser tests left no report")?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    let count = |key: &str| report["stats"][key].as_u64().unwrap_or(0);
    let (passed, failed, skipped) = (count("expected"), count("unexpected") + count("flaky"), count("skipped"));
    if passed == 0 {
        bail!("no browser test ran");
    }
    println!("\nbrowser: {passed} passed, {failed} failed, {skipped} skipped");
    if !status.success() || failed > 0 {
        bail!("browser tests failed");
    }
    Ok(())
}
