//! The confusion matrix.

use petri_data::metric::{Confusion, MetricCard};
use petri_protocol::{Probe, Task, TensorShape};

use super::neurons::MAX_INPUTS_AT_FIRST;
use super::{Column, ViewCard};
use crate::state::probes::ProbeAnswer;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "confusion",
    title: "Confusion matrix",
    help: "Which classes are taken for which.",
    column: Column::Middle,
    order: 1000,
    fits: |_, info| matches!(info.task, Task::MultiClass | Task::Segmentation),
    opens: |info| matches!(info.input, TensorShape::Features(n) if n > MAX_INPUTS_AT_FIRST) && info.task == Task::MultiClass,
    asks: |asking| match asking.info.task {
        // Probabilities of every pixel would be too many.
        Task::Segmentation => vec![Probe::Confusion { split: asking.split }],
        _ => vec![Probe::Scores { split: asking.split }],
    },
};

/// A metric of the matrix for people: a share of nothing is none. (As a number it is 0, as in scikit-learn.)
pub fn text(card: &MetricCard, value: f64, confusion: &Confusion) -> String {
    let n = confusion.n_classes();
    let whole = match card.id {
        "precision" => confusion.n_called(1),
        "sensitivity" => confusion.n_of(1),
        "specificity" => confusion.n_of(0),
        _ => 1,
    };
    if n == 2 && whole == 0 { "—".to_owned() } else { card.text(value) }
}

/// The matrix in an answer; nothing where it has none.
pub fn matrix(answer: &ProbeAnswer) -> Option<Confusion> {
    let k = *answer.parts.first()?.shape.first()?;
    let mut confusion = Confusion::new(k);
    answer.part(0).iter().enumerate().filter(|_| k > 0).for_each(|(i, n)| confusion.add_many(i / k, i % k, *n as u64));
    Some(confusion)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::event::PayloadPart;

    #[test]
    fn a_share_of_nothing_is_none() {
        let mut confusion = Confusion::new(2);
        confusion.add_many(0, 0, 8);
        confusion.add_many(1, 0, 2);
        let said = |id: &str| {
            let card = petri_data::metric::find(id).expect("a metric");
            text(card, 0.0, &confusion)
        };
        assert_eq!([said("precision"), said("sensitivity"), said("specificity")], ["—", "0.000", "0.000"]);
    }

    #[test]
    fn a_matrix_is_read_row_by_row() {
        let answer = |shape: Vec<usize>, values: Vec<f32>| ProbeAnswer {
            parts: vec![PayloadPart { name: "confusion".into(), shape }],
            values,
            ..ProbeAnswer::default()
        };
        let read = matrix(&answer(vec![2, 2], vec![5.0, 1.0, 2.0, 9.0])).expect("a matrix");
        assert_eq!((read.count(0, 1), read.count(1, 0)), (1, 2));
        assert!(matrix(&answer(vec![0, 0], vec![])).is_some_and(|c| c.counts().is_empty()));
        assert!(matrix(&ProbeAnswer::default()).is_none());
    }
}
