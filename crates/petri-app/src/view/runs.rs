//! Several runs beside each other.

use super::{Column, ViewCard};

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "runs",
    title: "Several runs",
    help: "The same experiment with several seeds, or several experiments, with their spread.",
    column: Column::Middle,
    order: 1500,
    fits: |_, _| true,
    opens: |_| false,
    asks: |_| vec![],
};
