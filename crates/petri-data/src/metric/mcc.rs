//! Matthews correlation coefficient.

use super::{Better, Confusion, Measure, MetricCard, Scale, has_classes};

/// Card of this metric.
pub const CARD: MetricCard = MetricCard {
    id: "mcc",
    title: "Matthews correlation",
    help: "Correlation of answers and truth: 1 is perfect, 0 is guessing, −1 is always wrong. Fair to rare classes.",
    better: Better::Higher,
    scale: Scale::Correlation,
    fits: |task, _| has_classes(task),
    measure: Measure::Confusion(matthews),
};

/// (c·s − Σ pₖ tₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)) with s samples, c of them right, pₖ called k and tₖ of class k
/// (Gorodkin 2004; for two classes Matthews 1975). 0 where all answers or all truths are one class, as in
/// scikit-learn; NaN without samples.
fn matthews(confusion: &Confusion) -> f64 {
    let all: u64 = confusion.counts().iter().sum();
    if all == 0 {
        return f64::NAN;
    }
    let sums: Vec<[i128; 3]> = (0..confusion.n_classes())
        .map(|c| [confusion.count(c, c), confusion.n_called(c), confusion.n_of(c)].map(i128::from))
        .collect();
    let squared = i128::from(all) * i128::from(all);
    let right: i128 = sums.iter().map(|[right, ..]| right).sum();
    let together = right * i128::from(all) - sums.iter().map(|[_, p, t]| p * t).sum::<i128>();
    let called = squared - sums.iter().map(|[_, p, _]| p * p).sum::<i128>();
    let truth = squared - sums.iter().map(|[_, _, t]| t * t).sum::<i128>();
    if called == 0 || truth == 0 { 0.0 } else { together as f64 / ((called as f64).sqrt() * (truth as f64).sqrt()) }
}
