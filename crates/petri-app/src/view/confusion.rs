//! The confusion matrix.

use petri_data::metric::Confusion;
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
