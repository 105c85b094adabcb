//! Circles of imports between files: which files of a crate need each other, so that none can be read alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

use crate::run::root;

/// A file as a module: its place below the root of the crate.
type Module = Vec<String>;

/// One crate: the text of its files, without tests and comments.
#[derive(Default)]
struct Files {
    text: BTreeMap<Module, String>,
    /// What a file hands on from others: by file and name, where it leads.
    hands_on: BTreeMap<(Module, String), Module>,
}

/// The circles of all crates, each as a line of the files in it.
pub(crate) fn find() -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut sources: Vec<_> = fs::read_dir(root().join("crates"))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    sources.push(root().join("xtask"));
    sources.sort();
    for source in sources {
        let name = source.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        let files = read(&source.join("src"))?;
        for circle in circles(&edges(&files)) {
            let shown: Vec<String> = circle.iter().map(|m| if m.is_empty() { "lib".into() } else { m.join("::") }).collect();
            found.push(format!("{name}: {}", shown.join(", ")));
        }
    }
    Ok(found)
}

fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::default();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path();
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        // Tests may use everything; binaries are crates of their own.
        let is_test =
            path.strip_prefix(folder)?.iter().any(|part| part.to_string_lossy().trim_end_matches(".rs").ends_with("tests"));
        let is_source = path.extension().is_some_and(|e| e == "rs") && !is_test && stem != "build";
        let mut module: Module = path.strip_prefix(folder)?.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        if !is_source || module.first().is_some_and(|m| m == "bin") {
            continue;
        }
        module.pop();
        if !matches!(stem, "mod" | "lib" | "main") {
            module.push(stem.to_owned());
        }
        let text = without_tests(&fs::read_to_string(path)?);
        files.text.entry(module).or_default().push_str(&text);
    }
    hand_on(&mut files);
    Ok(files)
}

/// The code without comments and without the tests at its end.
fn without_tests(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Notes what files re-export, through several of them where needed.
fn hand_on(files: &mut Files) {
    for _ in 0..3 {
        let mut found = BTreeMap::new();
        for (module, text) in &files.text {
            for (statement, is_public) in uses(text) {
                if is_public {
                    for path in branches(statement) {
                        let Some(name) = path.last().cloned() else { continue };
                        if let Some(target) = resolve(files, module, &path).filter(|t| t != module) {
                            found.insert((module.clone(), name), target);
                        }
                    }
                }
            }
        }
        files.hands_on = found;
    }
}

/// Statements that import: what stands between `use` and `;`, and whether it is a re-export.
fn uses(text: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("use ").map(|i| at + i) {
        at = start + 4;
        let line = text[..start].rsplit('\n').next().unwrap_or_default().trim();
        if !(line.is_empty() || line.starts_with("pub")) {
            continue;
        }
        if let Some(end) = text[at..].find(';') {
            found.push((&text[at..at + end], !line.is_empty()));
        }
    }
    found
}

/// The single paths of `a::{b, c::d}`.
fn branches(statement: &str) -> Vec<Module> {
    let statement = statement.trim();
    let Some(open) = statement.find('{') else {
        let path = statement.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()];
    };
    let head: Module = statement[..open].split("::").map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    let inner = statement[open + 1..].trim_end().strip_suffix('}').unwrap_or(&statement[open + 1..]);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let tails = parts.into_iter().filter(|p| !p.trim().is_empty()).flat_map(branches);
    tails.map(|tail| head.iter().cloned().chain(tail).collect()).collect()
}

/// The file that a path leads to, as seen from `from`; nothing for other crates.
fn resolve(files: &Files, from: &Module, path: &[String]) -> Option<Module> {
    let mut at = from.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            at.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|p| p == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        // A child of this file, or another crate.
        first => {
            let child: Module = from.iter().cloned().chain([first.to_owned()]).collect();
            if !files.text.contains_key(&child) {
                return None;
            }
        }
    }
    while let Some(name) = rest.first() {
        let child: Module = at.iter().cloned().chain([name.clone()]).collect();
        if files.text.contains_key(&child) {
            at = child;
        } else {
            if let Some(target) = files.hands_on.get(&(at.clone(), name.clone())) {
                at.clone_from(target);
            }
            break;
        }
        rest = &rest[1..];
    }
    files.text.contains_key(&at).then_some(at)
}

/// Which file needs which.
fn edges(files: &Files) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut all: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, text) in &files.text {
        let mut paths = Vec::new();
        for (statement, is_public) in uses(text) {
            if !is_public {
                paths.extend(branches(statement));
            }
        }
        // Modules within a file have a parent that is this file.
        let has_inner = text.lines().any(|l| l.trim_start().starts_with("mod ") && l.trim_end().ends_with('{'));
        paths.extend(inline(text, "crate::"));
        if !has_inner {
            paths.extend(inline(text, "super::"));
        }
        let needed = all.entry(module.clone()).or_default();
        for path in paths {
            if has_inner && path.first().is_some_and(|p| p == "super") {
                continue;
            }
            needed.extend(resolve(files, module, &path).filter(|t| t != module));
        }
    }
    all
}

/// Paths that stand in the code itself.
fn inline(text: &str, start: &str) -> Vec<Module> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let starts = text.match_indices(start).filter(|(i, _)| !text[..*i].ends_with(is_word));
    let statement = |i: usize| text[..i].rsplit(['\n', ';']).next().unwrap_or_default().trim_start();
    starts
        .filter(|(i, _)| !statement(*i).starts_with("use ") && !statement(*i).starts_with("pub"))
        .map(|(i, _)| {
            let end = text[i..].find(|c| !is_word(c)).map_or(text.len(), |n| i + n);
            text[i..end].split("::").filter(|p| !p.is_empty()).map(str::to_owned).collect()
        })
        .collect()
}

/// Sets of files each of which can be reached from each other one.
fn circles(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reach = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Module> = edges.get(from).into_iter().flatten().collect();
        while let Some(module) = open.pop() {
            if seen.insert(module.clone()) {
                open.extend(edges.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = edges.keys().map(|m| (m, reach(m))).collect();
    let mut found: BTreeSet<Vec<Module>> = BTreeSet::new();
    for (module, others) in &reached {
        if others.contains(*module) {
            found.insert(others.iter().filter(|o| reached.get(o).is_some_and(|r| r.contains(*module))).cloned().collect());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = Files::default();
        for (name, text) in files {
            let module = name.split("::").filter(|p| !p.is_empty()).map(str::to_owned).collect();
            all.text.insert(module, without_tests(text));
        }
        hand_on(&mut all);
        circles(&edges(&all)).into_iter().map(|c| c.iter().map(|m| m.join("::")).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn two_files_that_need_each_other_are_a_circle() {
        assert_eq!(found(&[("a", "use crate::b::B;"), ("b", "use std::fmt;\nuse super::a::{A, C};"), ("c", "")]), ["a b"]);
        assert_eq!(found(&[("a", "use crate::b::B;"), ("b", "fn f() { crate::a::g(); }")]), ["a b"], "also without an import");
        assert!(found(&[("a", "use crate::b::B;"), ("b", "")]).is_empty());
    }

    #[test]
    fn re_exports_and_tests_are_no_circles() {
        let lib = "mod a;\nmod b;\npub use a::A;\npub use b::{B, C as D};";
        assert!(found(&[("", lib), ("a", ""), ("b", "use crate::A;")]).is_empty());
        assert_eq!(found(&[("", lib), ("a", "use crate::B;"), ("b", "use crate::A;")]), ["a b"], "through the parent");
        let tested = "use crate::b::B;\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}";
        assert!(found(&[("a", "// use crate::b::B;"), ("b", tested)]).is_empty());
    }

    #[test]
    fn a_parent_with_code_of_its_own_is_a_file_like_others() {
        let parent = "mod child;\nuse self::child::f;\npub struct P;\nfn g() { f() }";
        assert_eq!(found(&[("p", parent), ("p::child", "use super::P;\npub fn f() {}")]), ["p p::child"]);
    }
}
