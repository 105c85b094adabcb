//! Answers beside truths, in the forms that metrics are computed from.

use petri_protocol::Task;

use super::{Confusion, Errors, MetricCard, Ranking, fitting};

/// What was answered for one part of the data, and how it compares with the truth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// Mean loss; nothing for models that have none.
    pub loss: Option<f64>,
    /// Classes of samples or pixels; "no" and "yes" of all labels together.
    pub confusion: Option<Confusion>,
    /// Errors of predicted numbers in the unit of the target.
    pub errors: Option<Errors>,
    /// Samples in the order of their scores, for two classes.
    pub ranking: Option<Ranking>,
}

impl Judged {
    /// From answers and truths of whole samples: classes, or numbers in the unit of the target.
    pub fn samples(task: Task, n_classes: usize, answers: &[f32], truths: &[f32]) -> Self {
        if task == Task::Regression {
            return Self { errors: Some(Errors::new(answers, truths)), ..Self::default() };
        }
        let mut confusion = Confusion::new(n_classes);
        truths.iter().zip(answers).for_each(|(t, a)| confusion.add(*t as usize, *a as usize));
        Self { confusion: Some(confusion), ..Self::default() }
    }

    /// The metrics of a task whose input is there, with their values.
    pub fn values(&self, task: Task, n_classes: usize) -> Vec<(&'static MetricCard, f64)> {
        fitting(task, n_classes).filter(|card| self.has(card)).map(|card| (card, card.of(self))).collect()
    }

    fn has(&self, card: &MetricCard) -> bool {
        match card.measure {
            super::Measure::Confusion(_) => self.confusion.is_some(),
            super::Measure::Errors(_) => self.errors.is_some(),
            super::Measure::Ranking(_) => self.ranking.is_some(),
            super::Measure::Loss => self.loss.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_metrics_that_fit_and_whose_input_is_there_have_values() {
        let names = |judged: &Judged, task, k| judged.values(task, k).iter().map(|(c, _)| c.id).collect::<Vec<_>>();
        let judged = Judged::samples(Task::MultiClass, 3, &[0.0, 1.0], &[0.0, 2.0]);
        let three = names(&judged, Task::MultiClass, 3);
        assert!(three.contains(&"accuracy") && !three.contains(&"sensitivity") && !three.contains(&"loss"), "{three:?}");
        let judged = Judged { loss: Some(0.5), ..Judged::samples(Task::Regression, 0, &[1.0, 3.0], &[2.0, 3.0]) };
        let numbers = names(&judged, Task::Regression, 0);
        assert!(numbers.contains(&"mae") && numbers.contains(&"loss") && !numbers.contains(&"accuracy"), "{numbers:?}");
    }
}
