//! A compiler for wasm32: rustup's where its server can be reached, Debian's otherwise.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::{apt_get, exists, install, output, run, step, target};

const TARGET: &str = "wasm32-unknown-unknown";
/// Where Debian's compiler looks for the std of the target.
const DEBIAN_STD: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
/// Debian's compiler, its sources, and its clippy.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"];

/// A compiler that builds for browsers.
pub(crate) enum Toolchain {
    /// The one that runs this program.
    Rustup,
    /// Debian's, with rustup's linker.
    Debian {
        /// `rust-lld`.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds one, or installs it.
    pub(crate) fn ensure() -> Result<Self> {
        if exists("rustup") && has_rustup_target() {
            return Ok(Self::Rustup);
        }
        // A machine that went the other way once goes it again, without asking the network.
        if !Path::new(DEBIAN_STD).exists() && exists("rustup") {
            step(&format!("Adding the target {TARGET}"), "the page and the workers run in WebAssembly");
            if run(Command::new("rustup").args(["target", "add", TARGET])).is_ok() {
                return Ok(Self::Rustup);
            }
            println!("    rustup's server cannot be reached: going on with Debian's compiler.");
        }
        Self::debian()
    }

    fn debian() -> Result<Self> {
        if !exists("apt-get") {
            bail!("no compiler for {TARGET} can be installed here; please run:\n\n    rustup target add {TARGET}\n");
        }
        let installed = |package: &str| {
            output(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]))
                .is_ok_and(|s| s.contains("install ok installed"))
        };
        if !DEBIAN_PACKAGES.iter().all(|p| installed(p)) {
            step("Installing Debian's Rust for browsers", "rustc-web is a compiler that can build for wasm32");
            let by_hand = format!("sudo apt-get install {}", DEBIAN_PACKAGES.join(" "));
            install(apt_get().arg("update"), "sudo apt-get update")?;
            install(apt_get().args(["install", "-y", "--no-install-recommends"]).args(DEBIAN_PACKAGES), &by_hand)?;
        }
        let linker = rust_lld()?;
        let toolchain = Self::Debian { linker };
        let version = output(Command::new("/usr/bin/rustc").arg("--version"))?;
        let stamp = Path::new(DEBIAN_STD).join("petri-built-with");
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(version.as_str()) {
            toolchain.build_std(&stamp, &version)?;
        }
        Ok(toolchain)
    }

    /// Builds std once: Debian ships its sources, not the library for this target.
    fn build_std(&self, stamp: &Path, version: &str) -> Result<()> {
        step("Building the standard library for wasm32", "Debian ships its sources only; about a minute, once");
        let folder = std::env::temp_dir().join(format!("petri-std-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("src"))?;
        let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        std::fs::write(folder.join("src/lib.rs"), "")?;
        let mut cargo = Command::new("/usr/bin/cargo");
        cargo.args(["build", "--release", "-Z", "build-std=std,panic_abort,test", "--target", TARGET]);
        // Without embedded bitcode, link-time optimisation fails later.
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-C embed-bitcode=yes").current_dir(&folder);
        for (key, value) in self.environment() {
            cargo.env(key, value);
        }
        cargo.env("CARGO_TARGET_DIR", folder.join("target"));
        let status = cargo.status().context("could not start Debian's cargo")?;
        if !status.success() {
            bail!("the standard library for {TARGET} could not be built");
        }
        std::fs::create_dir_all(DEBIAN_STD).with_context(|| format!("{DEBIAN_STD} must be writable: run this once as root"))?;
        for entry in std::fs::read_dir(folder.join("target").join(TARGET).join("release/deps"))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            if name.starts_with("lib") && name.ends_with(".rlib") && !name.starts_with("libempty") {
                std::fs::copy(&path, Path::new(DEBIAN_STD).join(name))?;
            }
        }
        // What was built against an older std cannot be linked with this one.
        let old = target().join("wasm").join(TARGET);
        if old.exists() {
            std::fs::remove_dir_all(old)?;
        }
        std::fs::write(stamp, version)?;
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }

    /// Variables for cargo and Trunk. The native and the browser compiler never share a folder: they
    /// would build everything anew in turn.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut variables = vec![("CARGO_TARGET_DIR".to_owned(), target().join("wasm").display().to_string())];
        // Where this program keeps its own target folder, for the hook that Trunk calls.
        variables.push(("PETRI_TARGET_DIR".to_owned(), target().display().to_string()));
        if let Self::Debian { linker } = self {
            let path = std::env::var("PATH").unwrap_or_default();
            variables.push(("PATH".into(), format!("/usr/bin:{path}")));
            variables.push(("RUSTC".into(), "/usr/bin/rustc".into()));
            variables.push(("RUSTDOC".into(), "/usr/bin/rustdoc".into()));
            variables.push(("CARGO".into(), "/usr/bin/cargo".into()));
            variables.push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER".into(), linker.display().to_string()));
        }
        variables
    }

    /// Cargo for browsers.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = match self {
            Self::Rustup => crate::run::cargo(),
            Self::Debian { .. } => Command::new("/usr/bin/cargo"),
        };
        cargo.envs(self.environment());
        cargo
    }
}

fn has_rustup_target() -> bool {
    output(Command::new("rustup").args(["target", "list", "--installed"])).is_ok_and(|list| list.lines().any(|l| l == TARGET))
}

/// rustup's linker for wasm; Debian's compiler has none for it.
fn rust_lld() -> Result<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let host = output(Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|l| l.strip_prefix("host: ")).unwrap_or("x86_64-unknown-linux-gnu");
    let path = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
    if !path.exists() {
        bail!("rustup's toolchain has no rust-lld at {}; please run:\n\n    rustup toolchain install stable\n", path.display());
    }
    Ok(path)
}
