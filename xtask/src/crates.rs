//! Which of Petri's crates may use which, and what each must never depend on.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::run::root;

/// Crates of ours that each may use (ARCHITECTURE.md says why).
const MAY_USE: [(&str, &[&str]); 10] = [
    ("petri-cards", &[]),
    ("petri-kernels", &[]),
    ("petri-protocol", &[]),
    ("petri-data", &["petri-protocol"]),
    ("petri-lesson", &["petri-protocol", "petri-data"]),
    ("petri-engine", &["petri-kernels", "petri-protocol", "petri-data"]),
    ("petri-worker", &["petri-protocol", "petri-data", "petri-engine"]),
    ("petri-app", &["petri-protocol", "petri-data", "petri-lesson"]),
    ("petri-tests", &["petri-protocol", "petri-data", "petri-engine", "petri-lesson", "petri-app"]),
    // Compiles the lessons with the names of the views that the app has.
    ("xtask", &["petri-lesson", "petri-app"]),
];

/// Crates of others that must not be reached, directly or not.
const MUST_NOT_REACH: [(&str, &[&str]); 4] = [
    ("petri-protocol", &["burn", "web-sys", "leptos", "rand"]),
    ("petri-data", &["burn", "web-sys", "leptos"]),
    ("petri-lesson", &["burn", "leptos"]),
    ("petri-app", &["burn", "cubecl", "wgpu"]),
];

/// Checks all arrows.
pub(crate) fn check() -> Result<()> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec()?;
    let mut wrong = Vec::new();
    let ours: BTreeMap<&str, _> = metadata.workspace_packages().into_iter().map(|p| (p.name.as_str(), p)).collect();
    for (name, package) in &ours {
        let Some((_, allowed)) = MAY_USE.iter().find(|(n, _)| n == name) else {
            wrong.push(format!("{name} is in no rule: add it to xtask/src/crates.rs and to ARCHITECTURE.md"));
            continue;
        };
        for dependency in &package.dependencies {
            let used = dependency.name.as_str();
            // Every crate may list its cards with it when it is built.
            if used == "petri-cards" && dependency.kind == DependencyKind::Build {
                continue;
            }
            if ours.contains_key(used) && !allowed.contains(&used) {
                wrong.push(format!("{name} must not use {used}"));
            }
        }
    }
    let resolve = metadata.resolve.as_ref().map(|r| r.nodes.as_slice()).unwrap_or_default();
    let edges: BTreeMap<_, Vec<_>> = resolve
        .iter()
        .map(|node| {
            let normal = node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
            (&node.id, normal.map(|d| &d.pkg).collect())
        })
        .collect();
    for (name, forbidden) in MUST_NOT_REACH {
        let Some(package) = ours.get(name) else { continue };
        let mut seen = BTreeSet::new();
        let mut open = vec![&package.id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(edges.get(id).into_iter().flatten());
            }
        }
        for reached in metadata.packages.iter().filter(|p| seen.contains(&p.id)) {
            if forbidden.contains(&reached.name.as_str()) && reached.name.as_str() != name {
                wrong.push(format!("{name} reaches {}", reached.name));
            }
        }
    }
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    for name in ours.keys() {
        if !architecture.contains(&format!("`{name}`")) && !architecture.contains(&format!("/{name}`")) {
            wrong.push(format!("ARCHITECTURE.md does not mention `{name}`"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("dependencies:\n  {}", wrong.join("\n  ")) }
}
