//! Everything that can be checked without a browser, cheapest first.

use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{cargo, output, root, run, step};
use crate::wasm::Toolchain;
use crate::{circles, crates, lessons, test, tidy};

/// Runs all checks, without the native tests where they are run elsewhere.
pub(crate) fn all(with_tests: bool) -> Result<()> {
    step("Format", "one style, so that changes show only what changed");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    // Files that a build script lists are reached by no `mod` that rustfmt reads.
    let listed =
        output(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]).current_dir(root()))?;
    run(Command::new("rustfmt").args(["--edition", "2024", "--check", "--config", "skip_children=true"]).args(listed.lines()))?;
    step("Tidy", "rules about files that no compiler checks");
    tidy::check()?;
    step("Lessons", "every mistake with its file and line");
    lessons::read()?;
    step("Dependencies", "which crate may use which");
    crates::check()?;
    step("Circles", "files that need each other cannot be read alone");
    let circles = circles::find()?;
    if !circles.is_empty() {
        bail!("circles of imports:\n  {}", circles.join("\n  "));
    }
    step("Clippy, native", "lints of Cargo.toml, warnings are errors");
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    let toolchain = Toolchain::ensure()?;
    step("Clippy, for browsers", "the page and the workers are only complete there");
    // With the profile of the quick site, whose build scripts and macros are then built once for both.
    for package in [
        &["-p", "petri-app"][..],
        &["-p", "petri-worker", "--features", "fusion,bench"],
        &["-p", "petri-lesson", "--features", "worker"],
    ] {
        let mut clippy = toolchain.cargo();
        clippy.args(["clippy", "--target", "wasm32-unknown-unknown", "--locked", "--profile", "serve"]);
        run(clippy.args(package).args(["--", "-D", "warnings"]))?;
    }
    step("Documentation", "links in it must lead somewhere");
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings"))?;
    if with_tests { test::native() } else { Ok(()) }
}
