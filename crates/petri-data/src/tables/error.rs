//! Errors of the table reader, each with its place.

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
    /// Only one column.
    #[error("row 1 has only one column: columns are separated by commas, semicolons or tabs")]
    OneColumn,
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
