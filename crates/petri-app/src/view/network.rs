//! The layers as a table that can be edited.

use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "network",
    title: "Layers",
    help: "The layers of the network with their shapes and settings, to be changed.",
    column: Column::Wide,
    order: 1700,
    fits: |_, _| true,
    opens: |_| true,
    asks: |_| vec![],
};
