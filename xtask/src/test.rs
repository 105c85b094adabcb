//! Native tests, then the tests in a browser.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::{cargo, run, step, target};
use crate::{browser, build};

/// Unit tests, parity with PyTorch, learning tests.
pub(crate) fn native() -> Result<()> {
    step("Native tests", "the lowest level that can catch a fault comes first");
    let list = target().join("skipped-tests.txt");
    if list.exists() {
        std::fs::remove_file(&list)?;
    }
    run(cargo().args(["test", "--workspace", "--locked"]).env("PETRI_SKIPPED", &list))?;
    let skipped = std::fs::read_to_string(&list).unwrap_or_default();
    println!("\n{}", native_summary(&skipped));
    Ok(())
}

/// What was left out of the native tests: they pass empty where their data are not there.
fn native_summary(skipped: &str) -> String {
    let mut lines: Vec<&str> = skipped.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let list: String = lines.iter().map(|line| format!("\n  {line}")).collect();
    format!("native: passed, {} skipped{list}", lines.len())
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
    playwright
        .env("PETRI_SITE", &site)
        .env("PETRI_CHROMIUM", &chromium)
        .env("PETRI_TEST_DATA", browser::data())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_tests_are_counted_and_named() {
        assert_eq!(native_summary(""), "native: passed, 0 skipped");
        let list = "b: x is not in PETRI_TEST_DATA\na: y is not in PETRI_TEST_DATA\nb: x is not in PETRI_TEST_DATA\n";
        let said = native_summary(list);
        assert!(said.starts_with("native: passed, 2 skipped\n  a: y") && said.ends_with("PETRI_TEST_DATA"), "{said}");
    }
}
