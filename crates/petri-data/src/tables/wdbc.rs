//! The built-in table of cell nuclei, whose file is `static/data/wdbc.csv`.

use petri_protocol::table_info;

use super::csv_reader;
use super::error::TableError;
use super::table::Table;

/// Reads the table.
///
/// # Errors
///
/// When the file is not that table.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    let table = csv_reader::read("", bytes)?;
    let (found, known) = (table.info(), table_info::wdbc());
    if found.columns != known.columns || found.n_rows != known.n_rows {
        return Err(TableError::Malformed { row: 1, why: "these are not the columns of the Wisconsin table".into() });
    }
    Ok(table.known_as(known))
}
