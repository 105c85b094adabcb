//! What tests that cross crates share: tolerances, and where their data is.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

/// What is compared, each with the only tolerance that it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Outputs of a forward pass.
    Forward,
    /// Gradients.
    Gradient,
    /// Weights after five optimizer steps.
    Trained,
}

impl Compared {
    /// Largest |a − b| that is allowed, as a part of 1 + |b| (absolute plus relative).
    pub const fn tolerance(self) -> f32 {
        match self {
            Self::Forward | Self::Gradient | Self::Trained => 1e-4,
        }
    }
}

/// No entry of the table may be looser than this, at compile time.
const CAP: f32 = 1e-4;
const _: () = assert!(Compared::Forward.tolerance() <= CAP);
const _: () = assert!(Compared::Gradient.tolerance() <= CAP);
const _: () = assert!(Compared::Trained.tolerance() <= CAP);

/// Asserts that two lists of numbers are the same up to the tolerance of what is compared. There is
/// no other way to compare with PyTorch, and no way to give a tolerance.
///
/// # Panics
///
/// When the lengths differ, or a value does, with the place and the command that makes the fixtures.
pub fn assert_close(what: Compared, name: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{name}: {what:?} has another length");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let allowed = what.tolerance() * (1.0 + b.abs());
        // Written so that a NaN fails.
        let is_close = (a - b).abs() <= allowed;
        assert!(
            is_close,
            "{name}: {what:?} differs at {i}: found {a}, PyTorch {b}, allowed {allowed:e}.\n\
             The fixtures are made with: python tests/fixtures/export.py"
        );
    }
}

/// The folder of the committed fixtures.
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A file of the test data that is not part of the repository; `None` (and a line that says so)
/// where it is not there.
///
/// # Panics
///
/// When the list of skipped tests cannot be written.
#[expect(clippy::print_stderr, reason = "a skipped check must be seen in the test's output")]
pub fn test_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PETRI_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        Some(path)
    } else {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        eprintln!("skipped: {test}: {name} is not in PETRI_TEST_DATA");
        // The output of a test that passes is not shown: `cargo xtask test` counts the lines of this file.
        if let Some(list) = std::env::var_os("PETRI_SKIPPED") {
            let mut list = OpenOptions::new().create(true).append(true).open(list).expect("the list of skipped tests");
            writeln!(list, "{test}: {name} is not in PETRI_TEST_DATA").expect("the list of skipped tests");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "differs at 1")]
    fn a_difference_is_seen() {
        assert_close(Compared::Forward, "test", &[1.0, 2.001], &[1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "differs at 0")]
    fn nan_is_a_difference() {
        assert_close(Compared::Forward, "test", &[f32::NAN], &[1.0]);
    }
}
