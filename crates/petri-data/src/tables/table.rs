//! A table in memory, and the data set that comes of chosen columns.

use petri_protocol::{ColumnInfo, DataSpec, Split, TableInfo, Task};

use super::error::TableError;
use crate::dataset::{Dataset, Part};
use crate::random::{Purpose, permutation, stream};
use crate::split::stratified;
use crate::values::{Targets, Values};

/// Most classes of a text column that is predicted.
const MAX_CLASSES: usize = 50;
/// Whole numbers with at most this many different values may be classes.
const MAX_NUMBER_CLASSES: usize = 10;
/// Fewest rows of a data set.
pub(super) const MIN_ROWS: usize = 10;
/// Missing values that are named one by one.
const MAX_NAMED: usize = 8;

/// Cells of one column.
#[derive(Debug, Clone, PartialEq)]
enum Cells {
    /// Numbers; NaN is missing.
    Numbers(Vec<f32>),
    /// Index into the column's values; `None` is missing.
    Texts(Vec<Option<u16>>),
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    info: ColumnInfo,
    n_distinct: usize,
    cells: Cells,
}

impl Column {
    /// A column of numbers; NaN is missing.
    pub fn numbers(name: String, mut numbers: Vec<f32>) -> Self {
        // −0 is 0, also as the name of a class.
        numbers.iter_mut().for_each(|v| *v += 0.0);
        let n_missing = numbers.iter().filter(|v| v.is_nan()).count();
        let mut distinct: Vec<f32> = numbers.iter().copied().filter(|v| !v.is_nan()).collect();
        distinct.sort_by(f32::total_cmp);
        distinct.dedup();
        let is_class = (2..=MAX_NUMBER_CLASSES).contains(&distinct.len()) && distinct.iter().all(|v| v.fract() == 0.0);
        let values = if is_class { distinct.iter().map(ToString::to_string).collect() } else { vec![] };
        let info = ColumnInfo { name, is_numeric: true, values, n_missing };
        Self { info, n_distinct: distinct.len(), cells: Cells::Numbers(numbers) }
    }

    /// A column of texts.
    pub fn texts(name: String, texts: Vec<Option<String>>) -> Self {
        let n_missing = texts.iter().filter(|t| t.is_none()).count();
        let mut distinct: Vec<&String> = texts.iter().flatten().collect();
        distinct.sort();
        distinct.dedup();
        let n_distinct = distinct.len();
        let values: Vec<String> = distinct.into_iter().take(MAX_CLASSES).cloned().collect();
        // Beyond the last class nothing is found: such a column cannot be predicted.
        let index = |t: &String| values.binary_search(t).ok().map(|i| i as u16);
        let cells = Cells::Texts(texts.iter().map(|t| t.as_ref().and_then(index)).collect());
        Self { info: ColumnInfo { name, is_numeric: false, values, n_missing }, n_distinct, cells }
    }

    fn len(&self) -> usize {
        match &self.cells {
            Cells::Numbers(v) => v.len(),
            Cells::Texts(v) => v.len(),
        }
    }

    /// It can be chosen: names of samples are neither classes nor numbers, so nothing is missing there.
    fn is_usable(&self) -> bool {
        self.info.is_numeric || (2..=MAX_CLASSES).contains(&self.n_distinct)
    }

    fn is_missing(&self, row: usize) -> bool {
        match &self.cells {
            Cells::Numbers(v) => v[row].is_nan(),
            Cells::Texts(v) => v[row].is_none(),
        }
    }

    fn number(&self, row: usize) -> f32 {
        match &self.cells {
            Cells::Numbers(v) => v[row],
            Cells::Texts(_) => f32::NAN,
        }
    }

    fn class(&self, row: usize) -> u16 {
        match &self.cells {
            Cells::Texts(v) => v[row].unwrap_or(0),
            Cells::Numbers(v) => self.info.values.iter().position(|text| *text == v[row].to_string()).unwrap_or(0) as u16,
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    info: TableInfo,
    columns: Vec<Column>,
}

impl Table {
    /// Puts columns of the same length together. `lines` are those of the file on which their rows begin, for
    /// messages.
    pub fn new(title: &str, columns: Vec<Column>, lines: &[u64]) -> Self {
        let n_rows = columns.first().map_or(0, Column::len);
        let missing: Vec<String> = (0..n_rows)
            .flat_map(|row| columns.iter().filter(move |c| c.is_usable() && c.is_missing(row)).map(move |c| (row, c)))
            .take(MAX_NAMED + 1)
            .map(|(row, c)| format!("row {}, column \"{}\"", lines.get(row).copied().unwrap_or_default(), c.info.name))
            .collect();
        let n_missing: usize = columns.iter().filter(|c| c.is_usable()).map(|c| c.info.n_missing).sum();
        let mut notes = Vec::new();
        if n_missing > 0 {
            let more = if n_missing > MAX_NAMED { " and others" } else { "" };
            notes.push(format!(
                "{n_missing} values are missing or are no numbers: {}{more}. Rows without a value in a chosen column are left out.",
                missing[..missing.len().min(MAX_NAMED)].join("; ")
            ));
        }
        let default_target = columns.last().map(|c| c.info.name.clone()).unwrap_or_default();
        let infos = columns.iter().map(|c| c.info.clone()).collect();
        let info = TableInfo { title: title.into(), source: String::new(), columns: infos, n_rows, default_target, notes };
        Self { info, columns }
    }

    /// The same table with what is known about it.
    pub(super) fn known_as(self, info: TableInfo) -> Self {
        Self { info, ..self }
    }

    /// What is in it.
    pub fn info(&self) -> &TableInfo {
        &self.info
    }

    /// Numbers of the column at `idx`, if it holds any.
    pub fn numbers(&self, idx: usize) -> Option<&[f32]> {
        match &self.columns.get(idx)?.cells {
            Cells::Numbers(v) => Some(v),
            Cells::Texts(_) => None,
        }
    }

    /// The data set of the columns that `spec` chooses, divided by `seed`: classes are spread over the
    /// parts alike, numbers at random.
    ///
    /// # Errors
    ///
    /// When the columns cannot be used, or too few rows are complete.
    pub fn dataset(&self, spec: &DataSpec, seed: u32) -> Result<Dataset, TableError> {
        let chosen = self.info.choose(spec).map_err(|problem| TableError::Choice { problem })?;
        let mut info = self.info.data_info(spec).map_err(|problem| TableError::Choice { problem })?;
        let target = &self.columns[chosen.target];
        if !target.info.is_numeric && !(2..=MAX_CLASSES).contains(&target.n_distinct) {
            let (column, n) = (target.info.name.clone(), target.n_distinct);
            return Err(TableError::Classes { column, n, limit: MAX_CLASSES });
        }
        let used: Vec<&Column> = chosen.features.iter().map(|&i| &self.columns[i]).chain([target]).collect();
        let rows: Vec<usize> = (0..self.info.n_rows).filter(|&row| used.iter().all(|c| !c.is_missing(row))).collect();
        if rows.len() < MIN_ROWS {
            return Err(TableError::TooFewRows { n: rows.len() });
        }
        if rows.len() < self.info.n_rows {
            info.notes.push(format!("{} of {} rows are complete and used.", rows.len(), self.info.n_rows));
        }
        let sizes = spec.sizes(rows.len());
        let sizes = Split::ALL.map(|s| sizes.of(s));
        let mut rng = stream(seed, Purpose::Split);
        let indices: [Vec<usize>; 3] = if info.task == Task::Regression {
            let order = permutation(&mut rng, rows.len());
            let mut from = 0;
            sizes.map(|n| {
                from += n;
                order[from - n..from].iter().map(|&i| rows[i as usize]).collect()
            })
        } else {
            let classes: Vec<u16> = rows.iter().map(|&row| target.class(row)).collect();
            stratified(&classes, info.n_classes(), sizes, &mut rng).map(|part| part.into_iter().map(|i| rows[i]).collect())
        };
        let parts = indices.map(|rows| Part {
            n: rows.len(),
            inputs: Values::F32(
                rows.iter().flat_map(|&row| chosen.features.iter().map(move |&c| self.columns[c].number(row))).collect(),
            ),
            targets: if info.task == Task::Regression {
                Targets::Numbers(rows.iter().map(|&row| target.number(row)).collect())
            } else {
                Targets::Classes(rows.iter().map(|&row| target.class(row)).collect())
            },
        });
        let mut dataset = Dataset::new(info, parts);
        dataset.fit_scaling(spec);
        Ok(dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let rows: String = (0..40).map(|i| format!("{i},{},{}\n", i * i, if i % 4 == 0 { "big" } else { "small" })).collect();
        super::super::csv_reader::read("t", format!("a,b,kind\n{rows}").as_bytes()).expect("a table")
    }

    #[test]
    fn a_text_is_a_class_and_a_number_a_number() {
        let data = table().dataset(&DataSpec::default(), 1).expect("kind");
        assert_eq!(data.info.task, Task::MultiClass);
        assert_eq!(data.info.class_counts, [5, 15]);
        let spec = DataSpec { target: "b".into(), ..DataSpec::default() };
        let data = table().dataset(&spec, 1).expect("b");
        assert_eq!((data.info.task, data.info.features.as_slice()), (Task::Regression, &["a".to_owned()][..]));
        let Targets::Numbers(truth) = &data.part(Split::Test).targets else { panic!("numbers") };
        assert_eq!(truth.len(), 10);
    }

    #[test]
    fn scaling_is_fitted_on_the_training_part_only() {
        let spec = DataSpec { target: "b".into(), ..DataSpec::default() };
        let data = table().dataset(&spec, 1).expect("b");
        let Values::F32(train) = &data.part(Split::Train).inputs else { panic!("numbers") };
        let mean = train.iter().sum::<f32>() / train.len() as f32;
        assert!((data.scaling.mean[0] - mean).abs() < 1e-4);
        assert!((mean - 19.5).abs() > 1e-3, "the mean of all rows would be another");
    }

    #[test]
    fn the_same_seed_divides_alike() {
        let spec = DataSpec { target: "b".into(), ..DataSpec::default() };
        assert_eq!(table().dataset(&spec, 3), table().dataset(&spec, 3));
        assert_ne!(table().dataset(&spec, 3).expect("b").parts, table().dataset(&spec, 4).expect("b").parts);
    }

    #[test]
    fn the_built_in_table_is_what_the_page_believes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/data/wdbc.csv");
        let table = super::super::wdbc::read(&std::fs::read(path).expect("the file")).expect("the table");
        let data = table.dataset(&DataSpec::default(), 1).expect("diagnosis");
        let counts: usize = data.info.class_counts.iter().sum();
        assert_eq!((counts, data.info.sizes.train), (285, 285));
        assert!(super::super::wdbc::read(b"a,b\n1,2\n").is_err());
    }
}
