//! Finishes a site that Trunk has put together: writes the lessons, checks constructors, removes names, packs the
//! code, writes the Content-Security-Policy's hash and the identity of the build.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::{lessons, pack};

/// Finishes the site in `folder`; for one that is to be `published`, takes the time to make its files small.
pub(crate) fn site(folder: &Path, published: bool) -> Result<()> {
    lessons::write(folder)?;
    let mut names = files(folder)?;
    names.sort();
    let mut identity = Sha256::new();
    for path in &names {
        if path.extension().is_some_and(|e| e == "wasm") {
            let wasm = fs::read(path)?;
            let wrapped = constructor_wrappers(&wasm)?;
            if let Some(name) = wrapped.first() {
                bail!(
                    "{}: {} exported functions run all constructors at each call (for example {name}): training would be 25 times slower. \
                     See crates/petri-worker/src/constructors.rs.",
                    path.display(),
                    wrapped.len()
                );
            }
            let mut wasm = without_names(&wasm)?;
            if published {
                wasm = pack::packed(&wasm).with_context(|| format!("{} could not be packed", path.display()))?;
            }
            fs::write(path, wasm)?;
        }
        if path.extension().is_some_and(|e| e == "wasm" || e == "js" || e == "json") {
            identity.update(fs::read(path)?);
        }
    }
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("{} is not a site", folder.display()))?;
    let build: String = identity.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    fs::write(page, finished_page(&html, &build)?)?;
    Ok(())
}

/// Every file of the site, also in its folders: what starts the workers lies in `static/`, and another build of it must
/// not be taken from the cache of the one before.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Writes the build and the hashes of all inline scripts into the page.
fn finished_page(html: &str, build: &str) -> Result<String> {
    let hashes: Vec<String> = inline_scripts(html)
        .iter()
        .map(|script| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    if !html.contains("'sha256-START'") || hashes.is_empty() {
        bail!("the page has no start script, or no place for its hash");
    }
    let html = html.replace("'sha256-START'", &hashes.join(" ")).replace("?v=BUILD\"", &format!("?v={build}\""));
    Ok(html.replace("content=\"BUILD\"", &format!("content=\"{build}\"")))
}

fn inline_scripts(html: &str) -> Vec<&str> {
    html.split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, rest) = rest.split_once('>')?;
            let (body, _) = rest.split_once("</script>")?;
            (!attributes.contains("src=") && !body.is_empty()).then_some(body)
        })
        .collect()
}

/// Names of exported functions that wasm-ld wrapped so that they run the static constructors.
fn constructor_wrappers(wasm: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut has_names = false;
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for name in names {
            if let Name::Function(map) = name? {
                has_names = true;
                for naming in map {
                    let naming = naming?;
                    if naming.name.ends_with(".command_export") {
                        found.push(naming.name.to_owned());
                    }
                }
            }
        }
    }
    if !has_names {
        bail!("a wasm file has no names: whether its constructors are wrapped cannot be told");
    }
    Ok(found)
}

/// The same module without the sections that only people and profilers read.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut out = wasm.get(..8).context("a wasm file has a header")?.to_vec();
    let mut start = 8u64;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        // Sections follow each other: everything up to the end of this one belongs to it.
        let Some((id, range)) = payload.as_section() else { continue };
        let drop = id == 0 && matches!(&payload, Payload::CustomSection(s) if matches!(s.name(), "name" | "producers"));
        if !drop {
            out.extend_from_slice(&wasm[start as usize..range.end as usize]);
        }
        start = range.end;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, CustomSection, Function, FunctionSection, Module, NameMap, NameSection, TypeSection};

    fn module(function_name: &str) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut functions = FunctionSection::new();
        functions.function(0);
        module.section(&functions);
        let mut code = CodeSection::new();
        let mut function = Function::new([]);
        function.instructions().end();
        code.function(&function);
        module.section(&code);
        let mut names = NameSection::new();
        let mut map = NameMap::new();
        map.append(0, function_name);
        names.functions(&map);
        module.section(&names);
        module.section(&CustomSection { name: "kept".into(), data: (&[1, 2, 3]).into() });
        module.finish()
    }

    #[test]
    fn wrapped_constructors_are_seen() {
        assert_eq!(
            constructor_wrappers(&module("__externref_table_alloc.command_export")).expect("valid"),
            ["__externref_table_alloc.command_export"]
        );
        assert!(constructor_wrappers(&module("main")).expect("valid").is_empty());
    }

    #[test]
    fn a_module_without_names_is_refused() {
        let stripped = without_names(&module("main")).expect("valid");
        assert!(constructor_wrappers(&stripped).is_err());
    }

    #[test]
    fn only_names_are_removed() {
        let before = module("a_long_name_that_takes_room");
        let after = without_names(&before).expect("valid");
        assert!(after.len() + 20 < before.len());
        let sections: Vec<String> = Parser::new(0)
            .parse_all(&after)
            .filter_map(|p| match p.expect("still valid") {
                Payload::CustomSection(s) => Some(s.name().to_owned()),
                _ => None,
            })
            .collect();
        assert_eq!(sections, ["kept"]);
    }

    #[test]
    fn the_page_gets_hash_and_build() {
        let html = "<meta content=\"script-src 'sha256-START'\"><meta name=\"petri-build\" content=\"BUILD\"><script src=\"a.js\"></script><script type=\"module\">let a;</script>";
        let page = finished_page(html, "abc").expect("finished");
        // echo -n 'let a;' | openssl dgst -sha256 -binary | base64
        let expected = BASE64_STANDARD.encode(Sha256::digest(b"let a;"));
        assert!(page.contains(&format!("script-src 'sha256-{expected}'")));
        assert!(page.contains("content=\"abc\""));
        assert!(finished_page("<script>x</script>", "abc").is_err());
    }
}
