//! Metrics over answers and truths, on the host: the same code for worker and page. Each is one file with its
//! card; evaluation, results, curves, goals, box plots and tables read the cards.
//!
//! Definitions and edge cases are scikit-learn's, which a fixture checks to 1e-6.

use petri_protocol::{Split, Task};

pub mod confusion;
pub mod errors;
pub mod judged;
pub mod ranking;

include!(concat!(env!("OUT_DIR"), "/metric.rs"));

pub use confusion::Confusion;
pub use errors::Errors;
pub use judged::Judged;
pub use ranking::{Ranking, RankingPoint};

macro_rules! cards {
    ($($name:ident),*) => {
        /// All metrics, by their names.
        pub static ALL: &[MetricCard] = &[$($name::CARD),*];
    };
}
metric_members!(cards);

/// Name of the epochs that a run took, among results.
pub const EPOCHS: &str = "epochs";

/// Which direction is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The higher, the better.
    Higher,
    /// The lower, the better.
    Lower,
}

/// Between which numbers a metric lies, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 0 to 1.
    Fraction,
    /// −1 to 1, 0 is chance.
    Correlation,
    /// At most 1, without a lower end.
    Share,
    /// Any number, in a unit of its own.
    Number,
}

/// From what a metric is computed.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// From the confusion matrix.
    Confusion(fn(&Confusion) -> f64),
    /// From the errors of predicted numbers.
    Errors(fn(&Errors) -> f64),
    /// From the order of the samples by their scores.
    Ranking(fn(&Ranking) -> f64),
    /// It is the loss.
    Loss,
}

/// What is known about a metric.
#[derive(Debug, Clone, Copy)]
pub struct MetricCard {
    /// Stable name: in results, goals and files.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// Which direction is better.
    pub better: Better,
    /// Its range and how it is written.
    pub scale: Scale,
    /// Whether it makes sense for a task with so many classes.
    pub fits: fn(Task, usize) -> bool,
    /// How it is computed.
    pub measure: Measure,
}

impl MetricCard {
    /// A value for people.
    pub fn text(&self, value: f64) -> String {
        match self.scale {
            _ if !value.is_finite() => "—".to_owned(),
            Scale::Fraction | Scale::Correlation | Scale::Share => format!("{value:.3}"),
            Scale::Number => format!("{value:.4}"),
        }
    }

    /// Its value; NaN where what it is computed from is not there.
    pub fn of(&self, judged: &Judged) -> f64 {
        match self.measure {
            Measure::Confusion(of) => judged.confusion.as_ref().map(of),
            Measure::Errors(of) => judged.errors.as_ref().map(of),
            Measure::Ranking(of) => judged.ranking.as_ref().map(of),
            Measure::Loss => judged.loss,
        }
        .unwrap_or(f64::NAN)
    }
}

fn has_classes(task: Task) -> bool {
    matches!(task, Task::MultiClass | Task::Segmentation)
}

fn two_classes(task: Task, n_classes: usize) -> bool {
    has_classes(task) && n_classes == 2
}

/// The metric named `id`.
pub fn find(id: &str) -> Option<&'static MetricCard> {
    ALL.iter().find(|card| card.id == id)
}

/// The metrics of a task.
pub fn fitting(task: Task, n_classes: usize) -> impl Iterator<Item = &'static MetricCard> {
    ALL.iter().filter(move |card| (card.fits)(task, n_classes))
}

/// Name of a part of the data in the names of results.
pub fn prefix(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Validation => "val",
        Split::Test => "test",
    }
}

/// Name of a result: `val_accuracy`.
pub fn result_name(split: Split, id: &str) -> String {
    format!("{}_{id}", prefix(split))
}

/// What a result of this name is: `val_accuracy`, `train_loss`.
pub fn result(name: &str) -> Option<(Split, &'static MetricCard)> {
    let (part, id) = name.split_once('_')?;
    let split = Split::ALL.into_iter().find(|s| prefix(*s) == part)?;
    Some((split, find(id)?))
}

/// A result for people: "validation: balanced accuracy".
pub fn result_title(name: &str) -> String {
    result(name).map_or_else(|| name.to_owned(), |(split, card)| format!("{}: {}", split.title(), card.title))
}

/// Names of the results that a finished run may have, in the order of menus.
pub fn result_names() -> Vec<String> {
    let of = |split| ALL.iter().map(move |card| result_name(split, card.id));
    of(Split::Validation).chain(of(Split::Train)).chain([EPOCHS.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_have_names_of_their_own_and_belong_to_a_task() {
        for card in ALL {
            assert_eq!(find(card.id).map(|c| c.title), Some(card.title));
            assert!(card.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{}", card.id);
            let tasks = [Task::MultiClass, Task::MultiLabel, Task::Segmentation, Task::Regression];
            assert!(tasks.into_iter().any(|task| (card.fits)(task, 2)), "{} fits nothing", card.id);
            assert_eq!(result(&result_name(Split::Test, card.id)).map(|(s, c)| (s, c.id)), Some((Split::Test, card.id)));
        }
    }

    #[test]
    fn names_that_lessons_and_records_use_stay() {
        let names = result_names();
        for name in [
            "val_accuracy",
            "val_balanced_accuracy",
            "val_loss",
            "val_sensitivity",
            "val_specificity",
            "val_f1",
            "val_roc_auc",
            "val_mae",
            "val_mse",
            "val_rmse",
            "val_r2",
            "train_accuracy",
            "train_loss",
            "train_mae",
            "epochs",
        ] {
            assert!(names.iter().any(|n| n == name), "{name}");
        }
    }
}
