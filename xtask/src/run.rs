//! Running other programs, and saying why.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The root of the repository. Cargo says at run time which one: several checkouts may share a target
/// folder, and the program in it may have been built for another.
pub(crate) fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// Cargo's target folder; `CARGO_TARGET_DIR` lets it survive a fresh checkout.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("PETRI_TARGET_DIR").or_else(|| std::env::var_os("CARGO_TARGET_DIR")) {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// Says what is done and why.
pub(crate) fn step(what: &str, why: &str) {
    println!("\n==> {what}\n    ({why})");
}

/// Runs a program in the root; an error names the whole command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}");
    let status = command.current_dir(root()).status().with_context(|| format!("could not start {line}"))?;
    if !status.success() {
        bail!("this command failed: {line}");
    }
    Ok(())
}

/// Runs a program anywhere and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = format!("{command:?}");
    let output = command.output().with_context(|| format!("could not start {line}"))?;
    if !output.status.success() {
        bail!("this command failed: {line}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be started.
pub(crate) fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success())
}

/// Runs a step that installs something; when it fails, ends with the command for the person.
pub(crate) fn install(command: &mut Command, by_hand: &str) -> Result<()> {
    run(command).with_context(|| format!("this step did not work here; please run it yourself:\n\n    {by_hand}\n"))
}

/// The cargo of the native toolchain, also when it was not cargo that started this program.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Debian's package tool, which must not ask anything.
pub(crate) fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
