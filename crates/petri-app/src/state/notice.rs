//! Messages that the learner should see: what happened and what they can do.

use petri_protocol::{ErrorCode, WireError};

use super::file::FileKey;

/// What a message is about: a later success with the same thing takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A file that was opened.
    File,
    /// The worker.
    Worker,
    /// The run of the dish that is shown.
    Run,
    /// A run that a change of the settings ended.
    EndedRun,
    /// A value that was typed.
    Value,
    /// A link that was opened.
    Link,
    /// Trouble that mends itself: it is told until the learner hides it.
    Recovered,
}

impl Topic {
    fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::BadFile | ErrorCode::FileMissing => Self::File,
            ErrorCode::InvalidExperiment | ErrorCode::BadProbe => Self::Run,
            _ => Self::Worker,
        }
    }
}

/// What a message offers to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Bring back the run that a change has ended.
    Undo,
    /// Open a file in the lab.
    OpenInLab(FileKey),
    /// Start the worker again.
    TryAgain,
    /// Open the experiment that the page failed with.
    BringBack,
}

impl Offer {
    /// What stands on its button.
    pub fn title(self) -> &'static str {
        match self {
            Self::Undo => "Undo",
            Self::OpenInLab(_) => "Open it in the lab",
            Self::TryAgain => "Try again",
            Self::BringBack => "Open it all the same",
        }
    }
}

/// One message above the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Running number, to tell notices apart.
    pub id: u32,
    /// What it is about.
    pub topic: Topic,
    /// What happened.
    pub message: String,
    /// Further lines.
    pub details: Vec<String>,
    /// What the learner can do.
    pub advice: String,
    /// What a button offers to do about it.
    pub offer: Option<Offer>,
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
        let advice = error.code.advice().to_owned();
        self.error_with(error, advice);
    }

    /// Shows an error with other advice than its kind has.
    pub fn error_with(&mut self, error: WireError, advice: String) {
        self.push(Topic::of(error.code), error.message, error.details, advice, None, true);
    }

    /// Shows an error after which the page goes on by itself, and how.
    pub fn recovered(&mut self, error: WireError, advice: String) {
        self.push(Topic::Recovered, error.message, error.details, advice, None, true);
    }

    /// Shows a remark.
    pub fn remark(&mut self, topic: Topic, message: impl Into<String>, details: Vec<String>) {
        self.push(topic, message.into(), details, String::new(), None, false);
    }

    /// Shows a remark with a button.
    pub fn offer(&mut self, topic: Topic, message: impl Into<String>, offer: Offer) {
        // One of a kind: the button would do the same.
        self.settle(topic);
        self.push(topic, message.into(), Vec::new(), String::new(), Some(offer), false);
    }

    fn push(
        &mut self,
        topic: Topic,
        message: String,
        details: Vec<String>,
        advice: String,
        offer: Option<Offer>,
        is_error: bool,
    ) {
        // The same message twice is shown once, at its newest place.
        self.list.retain(|n| n.message != message);
        self.list.push(Notice { id: self.next, topic, message, details, advice, offer, is_error });
        self.next += 1;
        if self.list.len() > MAX_NOTICES {
            self.list.remove(0);
        }
    }

    /// Something went well: what was said about earlier trouble with it is no longer true.
    pub fn settle(&mut self, topic: Topic) {
        self.list.retain(|n| n.topic != topic);
    }

    /// Hides one message; returns what it offered.
    pub fn dismiss(&mut self, id: u32) -> Option<Offer> {
        let offer = self.list.iter().find(|n| n.id == id).and_then(|n| n.offer);
        self.list.retain(|n| n.id != id);
        offer
    }

    /// Hides all messages that belong to a dish: another one is shown.
    pub fn clear(&mut self) {
        self.list.retain(|n| n.topic == Topic::Worker);
    }
}
