//! Messages that the learner should see: what happened and what they can do.

use petri_protocol::WireError;

/// One message above the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Running number, to tell notices apart.
    pub id: u32,
    /// What happened.
    pub message: String,
    /// Further lines.
    pub details: Vec<String>,
    /// What the learner can do.
    pub advice: String,
    /// An error rather than a remark.
    pub is_error: bool,
}

/// The messages that are shown, newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notices {
    list: Vec<Notice>,
    next: u32,
}

/// Most messages that are shown at once.
const MAX_NOTICES: usize = 4;

impl Notices {
    /// The messages.
    pub fn list(&self) -> &[Notice] {
        &self.list
    }

    /// Shows an error of the worker.
    pub fn error(&mut self, error: WireError) {
        self.push(error.message, error.details, error.code.advice().to_owned(), true);
    }

    /// Shows a remark.
    pub fn remark(&mut self, message: impl Into<String>, details: Vec<String>) {
        self.push(message.into(), details, String::new(), false);
    }

    fn push(&mut self, message: String, details: Vec<String>, advice: String, is_error: bool) {
        // The same message twice is shown once, at its newest place.
        self.list.retain(|n| n.message != message);
        self.list.push(Notice { id: self.next, message, details, advice, is_error });
        self.next += 1;
        if self.list.len() > MAX_NOTICES {
            self.list.remove(0);
        }
    }

    /// Hides one message.
    pub fn dismiss(&mut self, id: u32) {
        self.list.retain(|n| n.id != id);
    }

    /// Hides all messages.
    pub fn clear(&mut self) {
        self.list.clear();
    }
}
