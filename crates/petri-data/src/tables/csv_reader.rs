//! Reads a table from text: separated by commas, semicolons or tabs, with or without a header, quoted or
//! not, with decimal points or commas. Missing values are reported with row and column.

use super::error::TableError;
use super::table::{Column, MIN_ROWS, Table};

/// Most rows that are read.
const MAX_ROWS: usize = 200_000;
/// Most columns that are read.
const MAX_COLUMNS: usize = 1000;
/// Longest text of one cell that is kept.
const MAX_CELL: usize = 200;
/// Most lines above a table that are told apart from a broken row.
const MAX_PREAMBLE: usize = 10;
/// Whole numbers that are years where they stand above a column.
const YEARS: std::ops::RangeInclusive<f32> = 1800.0..=2199.0;
/// What stands for a missing value, in lower case.
const MISSING: [&str; 8] = ["", "na", "n/a", "nan", "null", "none", "?", "-"];
/// Part of the cells with a value that must be numbers for a column to be numeric.
const MOSTLY: f64 = 0.9;

/// Reads a table with enough rows to be learned from.
///
/// # Errors
///
/// Everything that keeps the text from being such a table, with its place.
pub fn read(title: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let table = parse(title, bytes)?;
    let n = table.info().n_rows;
    // Said at once rather than when a run is started: no choice of columns makes more of them.
    if n < MIN_ROWS { Err(TableError::FewRows { n }) } else { Ok(table) }
}

/// Reads a table of any length.
fn parse(title: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let text = std::str::from_utf8(bytes).map_err(|e| TableError::NotText { at: e.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (n_skipped, text) = without_comments(text);
    let separator = separator(text);
    let (rows, lines) = cells(text, separator).map_err(|error| error.moved(n_skipped))?;
    let n_columns = rows.first().map_or(0, Vec::len);
    if n_columns < 2 {
        return Err(if rows.is_empty() { TableError::Empty } else { TableError::OneColumn });
    }
    if n_columns > MAX_COLUMNS {
        return Err(TableError::TooLarge { what: "columns", found: n_columns, limit: MAX_COLUMNS });
    }
    // With commas between the cells, a comma cannot be in a number.
    let decimal_comma = separator != b',';
    let has_header = has_header(&rows, decimal_comma);
    let names = if has_header { header(&rows[0])? } else { (1..=n_columns).map(|i| format!("column {i}")).collect() };
    let first = usize::from(has_header);
    if rows.len() == first {
        return Err(TableError::Empty);
    }
    let columns = names
        .into_iter()
        .enumerate()
        .map(|(c, name)| column(name, rows[first..].iter().map(|r| r[c].as_str()), decimal_comma))
        .collect();
    let lines: Vec<u64> = lines[first..].iter().map(|line| line + n_skipped).collect();
    Ok(Table::new(title, columns, &lines))
}

/// Number of lines before the table that are empty or begin with `#`, and the text behind them.
fn without_comments(text: &str) -> (u64, &str) {
    let is_comment = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let skipped: Vec<&str> = text.split_inclusive('\n').take_while(is_comment).collect();
    (skipped.len() as u64, &text[skipped.iter().map(|line| line.len()).sum()..])
}

/// The separator that divides most of the first lines into the most columns.
fn separator(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).take(20).collect();
    let score = |separator: u8| {
        let mut counts: Vec<usize> = lines
            .iter()
            .map(|line| {
                let mut quoted = false;
                line.bytes()
                    .filter(|&b| {
                        quoted ^= b == b'"';
                        b == separator && !quoted
                    })
                    .count()
            })
            .collect();
        // The middle one: a broken row or a line break inside quotes does not decide.
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    // In this order where they tie: a semicolon or a tab rarely stands inside a cell, a comma often does.
    [b';', b'\t', b','].into_iter().rev().max_by_key(|&s| score(s)).unwrap_or(b',')
}

/// The cells of each row, and the line on which it begins.
fn cells(text: &str, separator: u8) -> Result<(Vec<Vec<String>>, Vec<u64>), TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| TableError::Malformed {
            row: e.position().map_or(0, csv::Position::line),
            why: e.to_string().chars().take(120).collect(),
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        // A line of nothing but separators is an empty line of a spreadsheet.
        if record.iter().all(str::is_empty) {
            continue;
        }
        let expected = rows.first().map_or(record.len(), Vec::len);
        let is_preamble = rows.len() <= MAX_PREAMBLE && rows.iter().all(|row| row.len() < record.len());
        if record.len() != expected && is_preamble && !rows.is_empty() {
            return Err(TableError::Preamble { row: lines[0], last: line - 1, found: expected, expected: record.len() });
        }
        if record.len() != expected {
            return Err(TableError::Ragged { row: line, found: record.len(), expected });
        }
        if rows.len() == MAX_ROWS {
            return Err(TableError::TooLarge { what: "rows", found: MAX_ROWS + 1, limit: MAX_ROWS });
        }
        lines.push(line);
        rows.push(record.iter().map(|cell| cell.chars().take(MAX_CELL).collect()).collect());
    }
    Ok((rows, lines))
}

fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell.to_lowercase().as_str())
}

/// A number with a decimal point, or with a decimal comma where that is possible.
fn number(cell: &str, decimal_comma: bool) -> Option<f32> {
    let plain = cell.parse::<f32>().ok();
    let with_comma = || {
        // 1.234,5 and 1 234,5 have marks between thousands.
        let (whole, part) = cell.rsplit_once(',')?;
        let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}' | '\'')).collect();
        format!("{whole}.{part}").parse::<f32>().ok()
    };
    plain.or_else(|| if decimal_comma { with_comma() } else { None }).filter(|v| v.is_finite())
}

/// The first row is a header when none of its cells is a number and some cell below one of them is. Numbers
/// may be names too, where they are years or count on (as a program numbers its columns), and what stands
/// below speaks for it: numbers below a name, or fractions below the numbers.
fn has_header(rows: &[Vec<String>], decimal_comma: bool) -> bool {
    let number = |cell: &String| number(cell, decimal_comma);
    if rows.len() == 1 {
        // Nothing stands below that could speak for it: names are names.
        return rows[0].iter().all(|cell| number(cell).is_none());
    }
    let below = || rows.iter().skip(1).take(50);
    let labels: Vec<(usize, f32)> = rows[0].iter().enumerate().filter_map(|(c, cell)| Some((c, number(cell)?))).collect();
    if labels.is_empty() {
        return below().any(|row| row.iter().any(|cell| number(cell).is_some()));
    }
    let is_year = |v: f32| v.fract() == 0.0 && YEARS.contains(&v);
    let count_on = labels.len() >= 3 && labels.windows(2).all(|w| w[1].1 == w[0].1 + 1.0);
    if !(count_on || labels.iter().all(|(_, v)| is_year(*v))) {
        return false;
    }
    let at = |row: &Vec<String>, c: usize| row.get(c).and_then(&number);
    let is_name = |c: usize| !is_missing(&rows[0][c]) && number(&rows[0][c]).is_none();
    let numbers_below_a_name = (0..rows[0].len()).any(|c| is_name(c) && below().any(|row| at(row, c).is_some()));
    let others_below = labels
        .iter()
        .any(|&(c, _)| below().filter_map(|row| at(row, c)).any(|v| if count_on { v.fract() != 0.0 } else { !is_year(v) }));
    numbers_below_a_name || others_below
}

fn header(row: &[String]) -> Result<Vec<String>, TableError> {
    let mut names: Vec<String> = Vec::new();
    for (i, cell) in row.iter().enumerate() {
        let name = if cell.is_empty() { format!("column {}", i + 1) } else { cell.clone() };
        if names.contains(&name) {
            return Err(TableError::SameName { name });
        }
        names.push(name);
    }
    Ok(names)
}

/// Numbers where nearly all cells with a value are numbers: the others count as missing and are reported.
fn column<'a>(name: String, cells: impl Iterator<Item = &'a str> + Clone, decimal_comma: bool) -> Column {
    let (mut n_values, mut n_numbers) = (0usize, 0usize);
    for cell in cells.clone().filter(|c| !is_missing(c)) {
        n_values += 1;
        n_numbers += usize::from(number(cell, decimal_comma).is_some());
    }
    if n_values > 0 && n_numbers as f64 >= MOSTLY * n_values as f64 {
        Column::numbers(name, cells.map(|c| number(c, decimal_comma).unwrap_or(f32::NAN)).collect())
    } else {
        Column::texts(name, cells.map(|c| if is_missing(c) { None } else { Some(c.to_owned()) }).collect())
    }
}

#[cfg(test)]
mod tests {
    // Most of what is tested here does not take ten rows.
    use super::parse as read;
    use super::*;

    #[test]
    fn a_table_without_enough_rows_is_refused_at_once() {
        assert_eq!(super::read("t", b"size,glow,kind\n").expect_err("only a header"), TableError::Empty);
        let one = super::read("t", b"size,kind\n1.5,a\n").expect_err("one row");
        assert_eq!(one, TableError::FewRows { n: 1 });
        assert_eq!(one.to_string(), "the file has 1 row of data: at least 10 are needed, so that every part gets some");
        let rows = |n: usize| format!("a,b\n{}", "1,2\n".repeat(n));
        assert_eq!(super::read("t", rows(9).as_bytes()).expect_err("nine"), TableError::FewRows { n: 9 });
        assert!(super::read("t", rows(10).as_bytes()).is_ok());
    }

    fn names(table: &Table) -> Vec<&str> {
        table.info().columns.iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn a_missing_value_is_named_by_its_line_in_the_file() {
        let text = "# from the lab\na;b\n1;2\n;;\n\"3\n\";4\n5;\n6;7\n8;9\n1;1\n2;2\n3;3\n4;4\n5;5\n";
        let text = text.replace(";;", ";");
        let table = read("t", text.as_bytes()).expect("a table");
        let notes = &table.info().notes;
        assert!(notes.iter().any(|n| n.contains("row 7, column \"b\"")), "{notes:?}");
    }

    #[test]
    fn commas_semicolons_and_tabs() {
        for text in ["a,b\n1,2.5\n3,4\n", "a;b\n1;2,5\n3;4\n", "a\tb\n1\t2,5\n3\t4\n", "\u{feff}a;b\r\n1;2.5\r\n;;\r\n3;4\r\n"] {
            let table = read("t", text.as_bytes()).expect(text);
            assert_eq!(names(&table), ["a", "b"], "{text:?}");
            assert_eq!(table.numbers(1), Some(&[2.5, 4.0][..]), "{text:?}");
        }
    }

    #[test]
    fn a_table_without_a_header_gets_names() {
        let table = read("t", b"1,2\n3,4\n").expect("numbers");
        assert_eq!((names(&table), table.info().n_rows), (vec!["column 1", "column 2"], 2));
    }

    #[test]
    fn numbers_may_be_names_of_columns() {
        let years = read("t", b"gene,2019,2020\na,1.5,2.5\nb,3,4\n").expect("years");
        assert_eq!((names(&years), years.info().n_rows), (vec!["gene", "2019", "2020"], 2));
        let mixed = read("t", b"id,age,2019\n1,30,5\n2,40,7\n").expect("a year among names");
        assert_eq!(names(&mixed), ["id", "age", "2019"]);
        let numbered = read("t", b",0,1,2\na,1.5,2.5,0\nb,3,4,1\n").expect("a program's numbers");
        assert_eq!(names(&numbered), ["column 1", "0", "1", "2"]);
        for data in ["x,1,2\ny,3,4\n", "a,2019,1\nb,2020,2\n", "a,2019\nb,2020\n", "1,2,3\n4,5,6\n", "n/a,5\n3,4\n"] {
            assert_eq!(read("t", data.as_bytes()).expect(data).info().n_rows, 2, "{data:?} has no header");
        }
    }

    #[test]
    fn comments_and_empty_lines_above_a_table_are_skipped() {
        let table = read("t", b"# made by a device\n\n#units, none\na,b\n1,2\n3,x\n").expect("a table");
        assert_eq!((names(&table), table.info().n_rows), (vec!["a", "b"], 2));
        let rows: String = (0..20).map(|i| format!("{i},{}\n", if i == 3 { "n/a" } else { "7" })).collect();
        let table = read("t", format!("# one\n# two\na,b\n{rows}").as_bytes()).expect("a table");
        assert!(table.info().notes[0].contains("row 7, column \"b\""), "as the file counts: {:?}", table.info().notes);
        assert_eq!(read("t", b"# one\na,b\n1,2\n3\n").expect_err("short"), TableError::Ragged { row: 4, found: 1, expected: 2 });
    }

    #[test]
    fn other_lines_above_a_table_are_named() {
        let error = read("t", b"Export of 2024\nall rows\na,b,c\n1,2,3\n4,5,6\n").expect_err("a preamble");
        assert_eq!(error, TableError::Preamble { row: 1, last: 2, found: 1, expected: 3 });
        assert!(error.to_string().contains("begin them with #"), "{error}");
    }

    #[test]
    fn a_column_of_names_is_not_blamed_for_missing_values() {
        let rows: String = (0..80).map(|i| format!("patient {i},{},{}\n", i * 2, if i == 60 { "" } else { "7" })).collect();
        let table = read("t", format!("id,a,b\n{rows}").as_bytes()).expect("a table");
        let note = &table.info().notes[0];
        assert!(note.starts_with("1 values") || note.starts_with("1 value "), "{note}");
        assert!(note.contains("row 62, column \"b\"") && !note.contains("\"id\""), "{note}");
    }

    #[test]
    fn quoted_cells_may_hold_anything() {
        let table = read("t", b"\"a, b\",kind\n1,\"x \"\"y\"\"\"\n2,\"line\nbreak\"\n").expect("quoted");
        assert_eq!(names(&table), ["a, b", "kind"]);
        assert_eq!(table.info().columns[1].values, ["line\nbreak", "x \"y\""]);
    }

    #[test]
    fn thousands_and_decimal_commas() {
        let table = read("t", "a;b\n1.234,5;x\n2 000,25;y\n-7;x\n".as_bytes()).expect("German numbers");
        assert_eq!(table.numbers(0), Some(&[1234.5, 2000.25, -7.0][..]));
    }

    #[test]
    fn missing_values_are_reported_with_row_and_column() {
        let rows: String = (0..20).map(|i| format!("{i},{}\n", if i == 3 { "n/a" } else { "7" })).collect();
        let table = read("t", format!("a,b\n{rows}").as_bytes()).expect("a table");
        assert_eq!(table.info().columns[1].n_missing, 1);
        assert!(table.info().notes[0].contains("row 5, column \"b\""), "{:?}", table.info().notes);
    }

    #[test]
    fn errors_say_where() {
        assert_eq!(read("t", b"a,b\n1,2\n3\n").expect_err("short"), TableError::Ragged { row: 3, found: 1, expected: 2 });
        assert_eq!(read("t", b"a\n1\n").expect_err("one column"), TableError::OneColumn);
        assert_eq!(read("t", b"").expect_err("empty"), TableError::Empty);
        assert!(matches!(read("t", &[b'a', 0xff, b'b']).expect_err("no text"), TableError::NotText { at: 1 }));
        assert_eq!(read("t", b"a,a\n1,2\n").expect_err("same"), TableError::SameName { name: "a".into() });
    }
}
