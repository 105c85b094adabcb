//! Tools that the build needs beside a compiler: Trunk, and wasm-bindgen of the locked version.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::run::{cargo, install, output, root, step};

/// The Trunk that builds with the oldest supported compiler (0.22 needs a newer one).
const TRUNK: &str = "0.21.14";

/// Version of a package in `Cargo.lock`.
fn locked(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock is part of the repository")?;
    let heading = format!("name = \"{package}\"\nversion = \"");
    let (_, rest) = lock.split_once(&heading).with_context(|| format!("{package} is not in Cargo.lock"))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

fn has_version(program: &str, version: &str) -> bool {
    output(Command::new(program).arg("--version")).is_ok_and(|text| text.split_whitespace().any(|word| word == version))
}

/// Installs what is missing.
pub(crate) fn ensure() -> Result<()> {
    if !has_version("trunk", TRUNK) {
        step(&format!("Installing Trunk {TRUNK}"), "it puts the site together; about five minutes, once");
        let package = format!("trunk@{TRUNK}");
        install(cargo().args(["install", "--locked", &package]), &format!("cargo install --locked {package}"))?;
    }
    let version = locked("wasm-bindgen")?;
    if !has_version("wasm-bindgen", &version) {
        step(
            &format!("Installing wasm-bindgen {version}"),
            "it must be of the same version as the library in Cargo.lock; two minutes, once",
        );
        let package = format!("wasm-bindgen-cli@{version}");
        // Its own lock file names versions that may not build: without --locked.
        install(cargo().args(["install", &package]), &format!("cargo install {package}"))?;
    }
    Ok(())
}
