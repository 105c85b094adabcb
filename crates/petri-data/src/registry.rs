//! The twelve two-dimensional MedMNIST sets, from `static/medmnist.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// What is known about one set.
#[derive(Debug, Clone, Deserialize)]
pub struct RegistryEntry {
    /// Kind of task, in MedMNIST's words.
    pub task: String,
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// 1 for grey, 3 for colour.
    pub channels: usize,
    /// Licence of the images.
    pub license: String,
    /// File name of the 28-pixel version.
    pub file: String,
    /// MD5 of the 28-pixel file.
    pub md5: String,
    /// MD5 of the 64-pixel file.
    pub md5_64: String,
}

impl RegistryEntry {
    /// True for sets whose samples have several labels.
    pub fn is_multi_label(&self) -> bool {
        self.task.starts_with("multi-label")
    }
}

#[derive(Deserialize)]
struct RegistryFile {
    source: String,
    datasets: BTreeMap<String, RegistryEntry>,
}

fn file() -> &'static RegistryFile {
    static FILE: OnceLock<RegistryFile> = OnceLock::new();
    FILE.get_or_init(|| {
        // Built into the program, and read by a test: a mistake in it cannot reach a learner.
        serde_json::from_str(include_str!("../../../static/medmnist.json"))
            .unwrap_or(RegistryFile { source: String::new(), datasets: BTreeMap::new() })
    })
}

/// Where the registry's facts come from.
pub fn source() -> &'static str {
    &file().source
}

/// All sets by name.
pub fn all() -> &'static BTreeMap<String, RegistryEntry> {
    &file().datasets
}

/// The set that a file name points to: `pneumoniamnist_64.npz` is of `pneumoniamnist`.
pub fn by_file_name(name: &str) -> Option<(&'static str, &'static RegistryEntry)> {
    let name = name.to_ascii_lowercase();
    all()
        .iter()
        .filter(|(id, _)| name.starts_with(id.as_str()))
        .map(|(id, entry)| (id.as_str(), entry))
        .max_by_key(|(id, _)| id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_twelve_sets_are_known() {
        assert_eq!(all().len(), 12);
        assert!(all().values().all(|e| e.classes.len() >= 2 && e.md5.len() == 32 && e.md5_64.len() == 32));
        assert!(!source().is_empty());
    }

    #[test]
    fn file_names_are_recognised() {
        assert_eq!(by_file_name("PneumoniaMNIST_64.npz").map(|(id, _)| id), Some("pneumoniamnist"));
        assert_eq!(by_file_name("pneumoniamnist-imbalanced.npz").map(|(id, _)| id), Some("pneumoniamnist"));
        assert_eq!(by_file_name("organsmnist.npz").map(|(id, _)| id), Some("organsmnist"));
        assert!(by_file_name("cats.npz").is_none());
    }
}
