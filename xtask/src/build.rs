//! Builds and serves the site through Trunk.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run::{cargo, install, root, run, step, target};
use crate::tools;
use crate::wasm::Toolchain;

/// Trunk with the right compiler, and this program for its hook.
fn trunk(toolchain: &Toolchain) -> Result<Command> {
    let mut trunk = Command::new("trunk");
    trunk.envs(toolchain.environment());
    trunk.env("PETRI_XTASK", std::env::current_exe()?);
    // Colour variables of some terminals are no booleans, which Trunk refuses.
    trunk.env_remove("NO_COLOR");
    Ok(trunk)
}

fn prepare() -> Result<Toolchain> {
    let toolchain = Toolchain::ensure()?;
    tools::ensure()?;
    step("Fetching crates", "the build itself then needs no network");
    install(cargo().args(["fetch", "--locked"]), "cargo fetch --locked")?;
    Ok(toolchain)
}

/// Builds the site to be published.
pub(crate) fn release() -> Result<()> {
    let toolchain = prepare()?;
    step("Building the site in dist/", "small and fast; about 22 minutes from nothing on two cores");
    run(trunk(&toolchain)?.args(["build", "--release", "--locked"]))?;
    println!("\nThe site is in {}. Any static web server can serve it.", root().join("dist").display());
    Ok(())
}

/// Builds the site quickly, for tests; returns its folder.
pub(crate) fn quick() -> Result<std::path::PathBuf> {
    let toolchain = prepare()?;
    let folder = target().join("site");
    step("Building the site", "with the quick profile: only the hot crates are optimised fully");
    std::fs::create_dir_all(&folder)?;
    run(trunk(&toolchain)?.args(["build", "--locked", "--cargo-profile", "serve", "--dist"]).arg(&folder))?;
    Ok(folder)
}

/// Builds the site quickly and serves it, building again when a file changes.
pub(crate) fn serve(port: u16) -> Result<()> {
    let toolchain = prepare()?;
    step("Building and serving the site", "about 18 minutes from nothing on two cores, seconds later on; Ctrl-C ends it");
    println!("\n    Petri will be at http://127.0.0.1:{port}/\n");
    let dist = target().join("site");
    std::fs::create_dir_all(&dist)?;
    run(trunk(&toolchain)?
        .args(["serve", "--locked", "--cargo-profile", "serve", "--port", &port.to_string(), "--dist"])
        .arg(&dist))
}

/// The folder of the published site.
pub(crate) fn dist() -> std::path::PathBuf {
    root().join("dist")
}

/// Whether a folder holds a finished site.
pub(crate) fn is_site(folder: &Path) -> bool {
    folder.join("index.html").exists()
}
