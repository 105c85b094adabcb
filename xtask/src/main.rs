//! `cargo xtask`: builds, serves, checks and measures Petri, and installs what that needs.

#![expect(clippy::print_stdout, reason = "a command-line tool talks to its user")]

mod bench;
mod browser;
mod build;
mod check;
mod circles;
mod crates;
mod finish;
mod lessons;
mod pack;
mod run;
mod size;
mod test;
mod tidy;
mod tools;
mod wasm;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, serves, checks and measures Petri.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing, builds the site quickly and serves it until Ctrl-C.
    Serve {
        /// Port on this computer.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Builds the site to be published, in dist/.
    Build,
    /// Runs all tests: native ones, then those in a browser.
    Test {
        /// Only those that need no browser.
        #[arg(long)]
        native: bool,
        /// Only browser tests whose title holds this text.
        #[arg(long)]
        grep: Option<String>,
    },
    /// Format, tidiness, dependencies, lints, documentation, native tests; cheapest first.
    Check {
        /// Leave the native tests to `cargo xtask test`.
        #[arg(long)]
        no_tests: bool,
    },
    /// Sizes of the published site, raw and with brotli, against tests/size-budget.json.
    Size,
    /// Milliseconds per training step of Petri beside a bare burn loop, in a browser.
    Bench {
        /// Timed steps of each network.
        #[arg(long, default_value_t = 40)]
        steps: usize,
        /// Measure the published site rather than the quickly built one.
        #[arg(long)]
        release: bool,
    },
    /// Finishes a site that Trunk has put together: called by its hook.
    #[command(hide = true)]
    Finish {
        /// The folder.
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes is what helps; where in this program it happened is not.
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    match Arguments::parse().command {
        Command::Serve { port } => build::serve(port),
        Command::Build => build::release(),
        Command::Test { native, grep } => test::all(native, grep.as_deref()),
        Command::Check { no_tests } => check::all(!no_tests),
        Command::Size => size::report(),
        Command::Bench { steps, release } => bench::run(steps, release),
        // Trunk says what it builds: `trunk build --release` is the site to be published.
        Command::Finish { folder } => finish::site(&folder, std::env::var("TRUNK_PROFILE").is_ok_and(|p| p == "release")),
    }
}
