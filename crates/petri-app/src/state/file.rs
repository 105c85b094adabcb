//! Files that the learner has opened, which of them the worker holds, and how an experiment adapts to one.

use petri_protocol::op::Relu;
use petri_protocol::{
    ClassWeights, DataInfo, DataSource, DataSpec, Experiment, FileRef, NetworkSpec, OpSpec, Problem, RequestId, TableInfo,
    TensorShape, presets, presets::PresetCard,
};

/// Most files that can be given to the worker again.
const MAX_FILES: usize = 4;

/// Endings of the names of files that are read.
const READ: [&str; 4] = ["npz", "csv", "tsv", "txt"];
/// Endings of images.
const IMAGES: [&str; 11] = ["png", "jpg", "jpeg", "gif", "bmp", "webp", "svg", "tif", "tiff", "heic", "dcm"];
/// Endings of spreadsheets.
const SPREADSHEETS: [&str; 4] = ["xlsx", "xls", "ods", "numbers"];

/// Why a file of this name is not read; nothing for one that may be read. What is in it is seen by who reads it.
pub fn refusal(name: &str) -> Option<String> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let is_of = |endings: &[&str]| endings.contains(&&*ending);
    let what = if is_of(&READ) {
        return None;
    } else if is_of(&IMAGES) {
        "is an image"
    } else if is_of(&SPREADSHEETS) {
        "is a spreadsheet: save its table as CSV"
    } else if ending == "json" {
        "holds no data that Petri reads: experiments are opened by their links"
    } else {
        "is of no kind that Petri reads"
    };
    Some(format!("{name} {what}. Petri reads MedMNIST files (.npz) and tables (.csv, .tsv, .txt)."))
}

/// Name of a file that the browser keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileKey(pub u32);

/// A file on its way to the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    request: RequestId,
    key: FileKey,
    /// The learner has just chosen it; otherwise the worker gets it again.
    is_new: bool,
}

/// Files that the learner has opened. The browser keeps them by their keys, the worker holds the one that it has
/// read last.
#[derive(Debug, Clone, Default)]
pub struct Files {
    read: Vec<(FileKey, LoadedFile)>,
    held: Option<FileKey>,
    chosen: Option<FileKey>,
    sent: Vec<Sent>,
    next: u32,
}

impl Files {
    /// A key for a file that the learner has chosen.
    pub fn new_key(&mut self) -> FileKey {
        self.next += 1;
        FileKey(self.next)
    }

    /// Keys of the files that are still of use; the browser may forget the others.
    pub fn is_kept(&self, key: FileKey) -> bool {
        self.chosen == Some(key) || self.sent.iter().any(|s| s.key == key) || self.read.iter().any(|(k, _)| *k == key)
    }

    /// The learner has chosen a file: it waits to be sent.
    pub(super) fn choose(&mut self, key: FileKey) {
        self.chosen = Some(key);
    }

    /// The file that waits to be sent.
    pub(super) fn waiting(&self) -> Option<FileKey> {
        self.chosen
    }

    /// Notes that a file goes to the worker.
    pub(super) fn send(&mut self, request: RequestId, key: FileKey) {
        let is_new = self.chosen == Some(key);
        self.chosen = None;
        self.sent.push(Sent { request, key, is_new });
    }

    /// The worker has read a file. Returns its key and whether the learner has just chosen it; nothing for an
    /// answer that no longer matters.
    pub(super) fn answered(&mut self, request: RequestId, file: &LoadedFile) -> Option<(FileKey, bool)> {
        let at = self.sent.iter().position(|s| s.request == request)?;
        let sent = self.sent.remove(at);
        self.held = Some(sent.key);
        self.read.retain(|(_, known)| known.file.fingerprint != file.file.fingerprint);
        self.read.push((sent.key, file.clone()));
        if self.read.len() > MAX_FILES {
            self.read.remove(0);
        }
        Some((sent.key, sent.is_new))
    }

    /// The worker could not read a file, and holds what it held before. True when one was sent by this request.
    pub(super) fn failed(&mut self, request: RequestId) -> bool {
        let n = self.sent.len();
        self.sent.retain(|s| s.request != request);
        self.sent.len() < n
    }

    /// A new worker holds nothing; a file that was on its way has to be sent again.
    pub(super) fn worker_is_gone(&mut self) {
        self.held = None;
        if let Some(sent) = std::mem::take(&mut self.sent).into_iter().rfind(|s| s.is_new) {
            self.chosen = Some(sent.key);
        }
    }

    /// The key of a file that has been read but that the worker does not hold (nor is about to).
    pub(super) fn to_send(&self, wanted: &FileRef) -> Option<FileKey> {
        let (key, _) = self.read.iter().find(|(_, f)| f.file.fingerprint == wanted.fingerprint)?;
        let coming = self.sent.last().map(|s| s.key).or(self.held);
        Some(*key).filter(|key| coming != Some(*key))
    }

    /// The file with a fingerprint, if it has been read.
    pub fn find(&self, wanted: &FileRef) -> Option<&LoadedFile> {
        self.read.iter().map(|(_, f)| f).find(|f| f.file.fingerprint == wanted.fingerprint)
    }

    /// A file by its key.
    pub fn get(&self, key: FileKey) -> Option<&LoadedFile> {
        self.read.iter().find(|(k, _)| *k == key).map(|(_, f)| f)
    }

    /// The file that was read last.
    pub fn newest(&self) -> Option<&LoadedFile> {
        self.read.last().map(|(_, f)| f)
    }
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Images with their parts.
    Images(DataInfo),
    /// A table, whose target and features are chosen.
    Table(TableInfo),
}

/// A file that the worker has read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedFile {
    /// How links name it.
    pub file: FileRef,
    /// What is in it.
    pub content: Content,
}

impl LoadedFile {
    /// The data set that it gives.
    ///
    /// # Errors
    ///
    /// When the chosen columns do not exist.
    pub fn info(&self, spec: &DataSpec) -> Result<DataInfo, Problem> {
        match &self.content {
            Content::Images(info) => Ok(info.clone()),
            Content::Table(table) => table.data_info(spec),
        }
    }

    /// Makes an experiment train on this file.
    pub fn adapt(&self, experiment: &mut Experiment) {
        experiment.data.source = DataSource::File;
        experiment.data.file = Some(self.file.clone());
        if self.info(&experiment.data).is_err() {
            // Columns of another table.
            experiment.data.target.clear();
            experiment.data.features.clear();
        }
        if let Ok(info) = self.info(&experiment.data) {
            fit(experiment, &info);
        }
    }
}

/// What kind of problem a data set poses: images or not, and what is asked.
fn kind(info: &DataInfo) -> (bool, bool, bool) {
    (info.input.area() > 1, info.task.card().by_pixel, info.task.is_number())
}

/// The preset whose settings suit a data set, when it poses another kind of problem than the one before.
pub fn suited_preset(before: Option<&DataInfo>, now: &DataInfo) -> Option<&'static PresetCard> {
    if before.is_some_and(|before| kind(before) == kind(now)) {
        return None;
    }
    let id = match kind(now) {
        (true, true, _) => presets::unet_mini::CARD.id,
        (true, ..) => presets::cnn::CARD.id,
        (_, _, true) => presets::house_price::CARD.id,
        _ => presets::nuclei::CARD.id,
    };
    presets::find(id)
}

/// Makes loss and network fit the data: the loss follows the task, and a network that does not fit is
/// replaced by a small one.
pub fn fit(experiment: &mut Experiment, info: &DataInfo) {
    let fits = |e: &Experiment| {
        e.validate(Some(info)).iter().all(|p| !p.field.starts_with("network") && !p.field.starts_with("training"))
    };
    if fits(experiment) {
        return;
    }
    experiment.weights.clear();
    let task = info.task.card();
    experiment.training.loss = task.loss;
    if task.refuses_weights.is_some() {
        experiment.training.class_weights = ClassWeights::None;
    }
    if fits(experiment) {
        return;
    }
    experiment.network = match info.input {
        _ if task.by_pixel => presets::unet_mini::network(),
        TensorShape::Image { .. } => presets::cnn::network(info.n_classes()),
        TensorShape::Features(_) => {
            let outputs = (task.channels)(task.loss, info.n_classes())[0];
            NetworkSpec::chain([OpSpec::dense(16), Relu.into(), OpSpec::dense(outputs)])
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_refused_by_their_names() {
        for name in ["own.npz", "cells.CSV", "a.b.tsv", "notes.txt"] {
            assert_eq!(refusal(name), None, "{name}");
        }
        let said = |name: &str| refusal(name).expect(name);
        assert_eq!(said("cell.PNG"), "cell.PNG is an image. Petri reads MedMNIST files (.npz) and tables (.csv, .tsv, .txt).");
        assert!(said("counts.xlsx").contains("save its table as CSV"));
        assert!(said("x.petri.json").contains("by their links"));
        assert!(said("README").starts_with("README is of no kind"));
    }
}
