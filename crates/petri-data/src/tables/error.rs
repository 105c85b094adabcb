//! Errors of the table reader, each with its place.

impl TableError {
    /// The same error where `n` lines stand above the text that was read.
    pub(super) fn moved(mut self, n: u64) -> Self {
        match &mut self {
            Self::Ragged { row, .. } | Self::Malformed { row, .. } => *row += n,
            Self::Preamble { row, last, .. } => (*row, *last) = (*row + n, *last + n),
            _ => {}
        }
        self
    }
}

/// Why a text cannot be read as a table. Rows count from 1 as a spreadsheet shows them.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each field is named in the message of its variant")]
pub enum TableError {
    /// No text.
    #[error("the file is not text in UTF-8 (byte {at} cannot be read): save it as CSV UTF-8")]
    NotText { at: usize },
    /// Nothing in it.
    #[error("the file has no rows of data")]
    Empty,
    /// Too short to be divided into three parts.
    #[error("the file has {n} row{} of data: at least 10 are needed, so that every part gets some", if *n == 1 { "" } else { "s" })]
    FewRows { n: usize },
    /// Only one column.
    #[error("the first row has only one column: columns are separated by commas, semicolons or tabs")]
    OneColumn,
    /// Lines above the table that are no part of it.
    #[error(
        "rows {row} to {last} have {found} cells and row {} has {expected}: a table begins with the names of its columns. \
         Remove the lines above it, or begin them with #",
        last + 1
    )]
    Preamble { row: u64, last: u64, found: usize, expected: usize },
    /// A row is longer or shorter.
    #[error("row {row} has {found} cells, the rows before it have {expected}")]
    Ragged { row: u64, found: usize, expected: usize },
    /// Too large.
    #[error("the table has {found} {what}, at most {limit} are read")]
    TooLarge { what: &'static str, found: usize, limit: usize },
    /// The name of a column twice.
    #[error("row 1: two columns are called \"{name}\"")]
    SameName { name: String },
    /// Quotes or the like.
    #[error("row {row}: {why}")]
    Malformed { row: u64, why: String },
    /// Nothing is left.
    #[error("only {n} rows have a value in every chosen column, at least 10 are needed")]
    TooFewRows { n: usize },
    /// A column has too many texts for classes.
    #[error("column \"{column}\" has {n} different texts: as a target it may have 2 to {limit}")]
    Classes { column: String, n: usize, limit: usize },
    /// The choice of columns is wrong.
    #[error("{problem}")]
    Choice { problem: petri_protocol::Problem },
}
