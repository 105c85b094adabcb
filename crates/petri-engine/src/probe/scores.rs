//! Answers and truths of all samples of a part, for metrics that the page computes.

use petri_protocol::Split;

use super::{Answer, refuse};
use crate::error::EngineError;
use crate::moment::Moment;

/// Probabilities `[n, k]` and classes `[n]`, or numbers `[n]` and truths `[n]`.
pub(super) async fn answer(moment: &Moment, split: Split, pause: impl AsyncFnMut()) -> Result<Answer, EngineError> {
    let info = &moment.dataset().info;
    if !info.task.has_one_answer() {
        return refuse("only classes and numbers have scores");
    }
    let n = info.sizes.of(split);
    let scores = moment.evaluate(split, pause).await?.scores;
    let mut truths = Vec::with_capacity(n);
    (0..n).for_each(|index| moment.dataset().raw_target(split, index, &mut truths));
    let mut answer = Answer::default();
    let shape = if info.task.is_number() { vec![n] } else { vec![n, info.n_classes()] };
    answer.push("scores", shape, scores);
    answer.push("truths", vec![n], truths);
    Ok(answer)
}
