//! For build scripts: the files of a folder become modules and a list of their names.
//!
//! Operations, data sources, metrics, settings and views are one file each. Adding one is adding a file:
//! nothing else lists them, since the build script of the crate does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Writes `$OUT_DIR/<kind>.rs` for the files of `folder` (relative to the crate), all but `mod.rs` and those
/// in `except`, in alphabetical order:
///
/// - `pub mod name;` for each file;
/// - a macro `<kind>_members!(then)`, which expands to `then! { name, name, … }`;
/// - a macro `<kind>_types!(then)`, which expands to `then! { name: Name, … }` for folders whose files define
///   one type each, named after the file (`max_pool.rs`: `MaxPool`).
///
/// The module of the folder takes it in with `include!(concat!(env!("OUT_DIR"), "/<kind>.rs"))`.
///
/// # Errors
///
/// When the folder cannot be read, holds no file, or the list cannot be written.
pub fn list(folder: &str, kind: &str, except: &[&str]) -> io::Result<()> {
    let variable =
        |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("{name} is not set")));
    let folder = variable("CARGO_MANIFEST_DIR")?.join(folder);
    // A new file changes the folder, a changed one is a change of the crate anyway.
    println(&format!("cargo::rerun-if-changed={}", folder.display()));
    let names = members(&folder, except)?;
    fs::write(variable("OUT_DIR")?.join(format!("{kind}.rs")), source(&folder, kind, &names))
}

#[expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]
fn println(line: &str) {
    println!("{line}");
}

fn members(folder: &Path, except: &[&str]) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|e| e == "rs") && stem != "mod" && !except.contains(&stem) {
            names.push(stem.to_owned());
        }
    }
    if names.is_empty() {
        return Err(io::Error::other(format!("{} holds no file", folder.display())));
    }
    // The order of a folder differs from machine to machine.
    names.sort();
    Ok(names)
}

fn source(folder: &Path, kind: &str, names: &[String]) -> String {
    let mut out = String::new();
    for name in names {
        let path = folder.join(format!("{name}.rs"));
        // Writing to a String cannot fail.
        writeln!(out, "#[path = {path:?}]\npub mod {name};").unwrap_or_default();
    }
    let list = names.join(", ");
    let types = names.iter().map(|name| format!("{name}: {}", type_name(name))).collect::<Vec<_>>().join(", ");
    for (what, list) in [("members", list), ("types", types)] {
        writeln!(out, "#[allow(unused_macros, reason = \"a folder uses one of the two lists\")]").unwrap_or_default();
        writeln!(out, "macro_rules! {kind}_{what} {{ ($then:ident) => {{ $then! {{ {list} }} }} }}").unwrap_or_default();
    }
    out
}

/// `max_pool` as the name of a type: `MaxPool`.
fn type_name(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_once_and_in_order() {
        let folder = env::temp_dir().join(format!("petri-cards-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["zebra.rs", "ant.rs", "mod.rs", "shared.rs", "notes.md"] {
            fs::write(folder.join(name), "").expect("a file");
        }
        let names = members(&folder, &["shared"]).expect("a list");
        assert_eq!(names, ["ant", "zebra"]);
        let text = source(&folder, "animal", &names);
        assert!(text.contains("pub mod ant;\n") && text.contains("animal_members"), "{text}");
        assert!(text.contains("{ ant, zebra } } }\n"), "{text}");
        assert!(text.contains("{ ant: Ant, zebra: Zebra } } }\n"), "{text}");
        assert_eq!(type_name("leaky_relu"), "LeakyRelu");
        fs::remove_dir_all(&folder).expect("gone");
        assert!(members(&folder, &[]).is_err(), "a folder that is not there");
    }
}
