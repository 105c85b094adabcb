//! Files that the learner opens: sent to the worker, used by the lab, offered to it from a lesson.

use petri_protocol::{Command, DataSource, ErrorCode, RequestId, WireError};

use super::{Effect, Model};
use crate::state::dish::LAB;
use crate::state::file::{FileKey, LoadedFile};
use crate::state::lab_link;
use crate::state::notice::{Offer, Topic};
use crate::state::route::Route;

impl Model {
    /// The learner chose a file; the browser keeps it by its key and sends it along.
    pub fn choose_file(&mut self, key: FileKey) -> Vec<Effect> {
        self.worker.files.choose(key);
        if self.worker.is_ready { self.send_chosen_file() } else { Vec::new() }
    }

    /// The learner chose a file that Petri does not read: it says so, and what it reads.
    pub fn refuse_file(&mut self, why: String) -> Vec<Effect> {
        self.notices.settle(Topic::File);
        self.notices.error_with(WireError::new(ErrorCode::BadFile, why), String::new());
        Vec::new()
    }

    /// Sends the file that waits.
    pub(super) fn send_chosen_file(&mut self) -> Vec<Effect> {
        self.worker.files.waiting().map(|key| self.send_file(key)).into_iter().collect()
    }

    /// Sends the file of the experiment to a worker that does not hold it.
    pub(super) fn send_missing_file(&mut self) -> Vec<Effect> {
        let file = self.dish.used_file().map(|f| f.file.clone());
        file.and_then(|file| self.worker.files.to_send(&file)).map(|key| self.send_file(key)).into_iter().collect()
    }

    fn send_file(&mut self, key: FileKey) -> Effect {
        let request = self.worker.next_request();
        self.worker.files.send(request, key);
        Effect::SendFile(Command::OpenFile { request }, key)
    }

    /// Gives the dish the file that its experiment names, if it has been read.
    pub(super) fn attach_file(&mut self) {
        let Some(wanted) = &self.dish.experiment.data.file else { return };
        if let Some(file) = self.worker.files.find(wanted) {
            self.dish.file = Some(file.clone());
        }
    }

    /// The worker has read a file.
    pub(super) fn on_file(&mut self, request: RequestId, loaded: LoadedFile) -> Vec<Effect> {
        let Some((key, is_new)) = self.worker.files.answered(request, &loaded) else { return Vec::new() };
        self.worker.progress = None;
        self.notices.settle(Topic::File);
        if !is_new {
            // For a new worker, or another dish: the run was sent behind it.
            return Vec::new();
        }
        let data = &self.dish.experiment.data;
        let is_awaited = data.source == DataSource::File
            && data.file.as_ref().is_none_or(|f| f.fingerprint == loaded.file.fingerprint)
            && self.dish.used_file().is_none();
        if self.dish.origin != LAB && !is_awaited {
            let message = format!("{} was read. This dish works with its own data.", loaded.file.name);
            self.notices.offer(Topic::File, message, Offer::OpenInLab(key));
            return Vec::new();
        }
        self.use_file(loaded)
    }

    /// Makes the dish that is shown train on a file.
    fn use_file(&mut self, loaded: LoadedFile) -> Vec<Effect> {
        let (preset, before, file_before) = (self.preset.clone(), self.experiment.clone(), self.file.clone());
        let used = before.data.source == DataSource::File
            && before.data.file.as_ref().is_some_and(|f| f.fingerprint == loaded.file.fingerprint);
        let info = self.info();
        if used {
            self.file = Some(loaded.clone());
        }
        if !used || !self.problems().is_empty() {
            self.take_file(&loaded, info.as_ref());
        }
        if self.experiment == before && used && self.is_live() && self.step > 0 {
            // The same file once more: what goes on with it goes on.
            return Vec::new();
        }
        self.changed_from(preset, before, file_before)
    }

    /// Goes to the lab with a file.
    pub(super) fn open_in_lab(&mut self, key: FileKey) -> Vec<Effect> {
        let Some(loaded) = self.worker.files.get(key).cloned() else { return Vec::new() };
        let mut effects = self.leave();
        self.show(LAB);
        effects.extend(self.use_file(loaded));
        effects.push(Effect::Go(Route::Lab { link: lab_link::print(&self.dish) }));
        effects
    }
}
