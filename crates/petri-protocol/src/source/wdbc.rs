//! Breast Cancer Wisconsin (Diagnostic), a table of cell nuclei that comes with the page.

use super::SourceCard;
use crate::table_info;

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "Cell nuclei (Wisconsin)",
    summary: "Thirty measurements of the nuclei in a sample, and the diagnosis: benign or malignant.",
    is_drawn: false,
    ..SourceCard::drawn("wdbc", 70, |spec| table_info::wdbc().data_info(spec).ok())
};
