//! The test set, which is opened once.

use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "test",
    title: "Test set",
    help: "Data that no run has seen, opened when you commit to a model.",
    column: Column::Middle,
    order: 1600,
    fits: |_, _| true,
    opens: |_| false,
    asks: |_| vec![],
};
