//! What is known about a table: its columns, and what becomes of it when target and features are chosen.

use serde::{Deserialize, Serialize};

use crate::{DataInfo, DataSpec, Problem, Task, TensorShape};

/// Most features that a table may be predicted from.
pub const MAX_FEATURES: usize = 256;

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers: only those can be features.
    pub is_numeric: bool,
    /// Its values in order, where it can be a class: texts, or at most ten different whole numbers.
    /// Empty for measurements.
    pub values: Vec<String>,
    /// Cells without a value.
    pub n_missing: usize,
}

/// A table before target and features are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Name for people.
    pub title: String,
    /// Where it comes from and under which licence.
    #[serde(default)]
    pub source: String,
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
    /// Number of rows.
    pub n_rows: usize,
    /// Column that is predicted when nothing is said.
    pub default_target: String,
    /// Remarks for the learner, for example where values are missing.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Columns that were chosen, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The column that is predicted.
    pub target: usize,
    /// The columns that it is predicted from.
    pub features: Vec<usize>,
}

impl TableInfo {
    /// Index of the column named `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Target and features as `spec` asks for them.
    ///
    /// # Errors
    ///
    /// The first column that does not exist or cannot be used, tied to its control.
    pub fn choose(&self, spec: &DataSpec) -> Result<Chosen, Problem> {
        let wanted = if spec.target.is_empty() { &self.default_target } else { &spec.target };
        let target =
            self.column(wanted).ok_or_else(|| Problem::new("data.target", format!("the table has no column \"{wanted}\"")))?;
        let features = if spec.features.is_empty() {
            (0..self.columns.len()).filter(|&i| i != target && self.columns[i].is_numeric).collect()
        } else {
            let mut features = Vec::new();
            for name in &spec.features {
                let problem = |why: String| Problem::new("data.features", why);
                let idx = self.column(name).ok_or_else(|| problem(format!("the table has no column \"{name}\"")))?;
                if !self.columns[idx].is_numeric {
                    return Err(problem(format!("column \"{name}\" holds texts, a feature needs numbers")));
                }
                if idx == target {
                    return Err(problem(format!("column \"{name}\" is what is predicted")));
                }
                features.push(idx);
            }
            features
        };
        if features.is_empty() || features.len() > MAX_FEATURES {
            let why = format!("needs 1 to {MAX_FEATURES} numeric columns, has {}", features.len());
            return Err(Problem::new("data.features", why));
        }
        Ok(Chosen { target, features })
    }

    /// The data set that comes of the table. Rows with missing values are left out when it is made, so
    /// sizes are upper bounds until then, and the class counts are not known.
    ///
    /// # Errors
    ///
    /// As [`Self::choose`].
    pub fn data_info(&self, spec: &DataSpec) -> Result<DataInfo, Problem> {
        let chosen = self.choose(spec)?;
        let target = &self.columns[chosen.target];
        let is_class = !target.values.is_empty();
        Ok(DataInfo {
            title: self.title.clone(),
            source: self.source.clone(),
            input: TensorShape::Features(chosen.features.len()),
            task: if is_class { Task::MultiClass } else { Task::Regression },
            classes: target.values.clone(),
            features: chosen.features.iter().map(|&i| self.columns[i].name.clone()).collect(),
            target: target.name.clone(),
            sizes: spec.sizes(self.n_rows),
            class_counts: vec![0; target.values.len()],
            notes: self.notes.clone(),
        })
    }
}

/// The ten measurements of a nucleus in the Wisconsin table.
const NUCLEUS: [&str; 10] = [
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
];

/// Breast Cancer Wisconsin (Diagnostic): mean, standard error and worst of ten measurements of the nuclei
/// in a sample, and the diagnosis.
pub fn wdbc() -> TableInfo {
    let numeric = |name: String| ColumnInfo { name, is_numeric: true, values: vec![], n_missing: 0 };
    let mut columns: Vec<ColumnInfo> = NUCLEUS.iter().map(|n| numeric(format!("mean {n}"))).collect();
    columns.extend(NUCLEUS.iter().map(|n| numeric(format!("{n} error"))));
    columns.extend(NUCLEUS.iter().map(|n| numeric(format!("worst {n}"))));
    columns.push(ColumnInfo {
        name: "diagnosis".into(),
        is_numeric: false,
        values: vec!["benign".into(), "malignant".into()],
        n_missing: 0,
    });
    TableInfo {
        title: "Cell nuclei (Wisconsin)".into(),
        source: "Wolberg, Mangasarian, Street and Street 1995, Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning \
                 Repository, CC BY 4.0"
            .into(),
        columns,
        n_rows: 569,
        default_target: "diagnosis".into(),
        notes: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_decides_the_task() {
        let spec = DataSpec::default();
        let info = wdbc().data_info(&spec).expect("default columns");
        assert_eq!((info.task, info.input), (Task::MultiClass, TensorShape::Features(30)));
        let spec = DataSpec { target: "mean radius".into(), ..spec };
        let info = wdbc().data_info(&spec).expect("a column");
        assert_eq!((info.task, info.input), (Task::Regression, TensorShape::Features(29)));
        assert_eq!(info.features[0], "mean texture");
    }

    #[test]
    fn wrong_columns_are_problems_of_their_control() {
        let with = |target: &str, features: &[&str]| DataSpec {
            target: target.into(),
            features: features.iter().map(ToString::to_string).collect(),
            ..DataSpec::default()
        };
        let field = |spec| wdbc().choose(&spec).expect_err("wrong").field;
        assert_eq!(field(with("colour", &[])), "data.target");
        assert_eq!(field(with("", &["colour"])), "data.features");
        assert_eq!(field(with("mean radius", &["diagnosis"])), "data.features");
        assert_eq!(field(with("mean radius", &["mean radius"])), "data.features");
    }
}
