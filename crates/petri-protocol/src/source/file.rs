//! A file that the learner loaded: images of MedMNIST or a table.

use super::SourceCard;

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Your own file",
    summary: "A MedMNIST file of images (.npz) or a table (.csv). It stays in this browser.",
    is_drawn: false,
    ..SourceCard::drawn("file", 90, |_| None)
};
