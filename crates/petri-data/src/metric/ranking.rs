//! ROC and precision-recall curves: what happens at every threshold at once.

/// One threshold of the curves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingPoint {
    /// Scores at or above it mean "yes".
    pub threshold: f32,
    /// True positive rate: sensitivity, recall. NaN without positives.
    pub recall: f64,
    /// False positive rate: 1 − specificity. NaN without negatives.
    pub fall_out: f64,
    /// Part of the "yes" answers that is right.
    pub precision: f64,
}

/// Samples in the order of their scores, highest first; equal scores are one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    points: Vec<RankingPoint>,
    n_positive: u64,
    n_negative: u64,
}

impl Ranking {
    /// From scores and truths of the same length. Scores that are no number count as the lowest.
    pub fn new(scores: &[f32], truths: &[bool]) -> Self {
        let mut order: Vec<(f32, bool)> =
            scores.iter().map(|s| if s.is_nan() { f32::NEG_INFINITY } else { *s }).zip(truths.iter().copied()).collect();
        petri_protocol::order::sort_by(&mut order, |a, b| b.0.total_cmp(&a.0));
        let n_positive = order.iter().filter(|(_, t)| *t).count() as u64;
        let n_negative = order.len() as u64 - n_positive;
        let (mut tp, mut fp) = (0u64, 0u64);
        let mut points = Vec::new();
        for (i, &(score, truth)) in order.iter().enumerate() {
            if truth {
                tp += 1;
            } else {
                fp += 1;
            }
            if order.get(i + 1).is_none_or(|next| next.0 != score) {
                points.push(RankingPoint {
                    threshold: score,
                    recall: tp as f64 / n_positive as f64,
                    fall_out: fp as f64 / n_negative as f64,
                    precision: tp as f64 / (tp + fp) as f64,
                });
            }
        }
        Self { points, n_positive, n_negative }
    }

    /// One point for each different score, from the highest to the lowest.
    pub fn points(&self) -> &[RankingPoint] {
        &self.points
    }

    /// Area under the ROC curve by the trapezoidal rule: the probability that a positive sample has a
    /// higher score than a negative one, ties counting half (Fawcett 2006). NaN when a class is absent.
    pub fn roc_auc(&self) -> f64 {
        if self.n_positive == 0 || self.n_negative == 0 {
            return f64::NAN;
        }
        let mut last = (0.0, 0.0);
        let mut area = 0.0;
        for p in &self.points {
            area += (p.fall_out - last.0) * (p.recall + last.1) / 2.0;
            last = (p.fall_out, p.recall);
        }
        area
    }

    /// Area under the precision-recall curve as average precision, Σ (Rᵢ − Rᵢ₋₁) Pᵢ: no interpolation
    /// between thresholds, which would be too optimistic (Davis and Goadrich 2006). 0 without positives,
    /// as scikit-learn's `average_precision_score`.
    pub fn pr_auc(&self) -> f64 {
        if self.n_positive == 0 {
            return 0.0;
        }
        let mut last = 0.0;
        let mut area = 0.0;
        for p in &self.points {
            area += (p.recall - last) * p.precision;
            last = p.recall;
        }
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_random_and_reversed_scores() {
        let truths = [false, false, true, true];
        assert_eq!(Ranking::new(&[0.1, 0.2, 0.3, 0.4], &truths).roc_auc(), 1.0);
        assert_eq!(Ranking::new(&[0.4, 0.3, 0.2, 0.1], &truths).roc_auc(), 0.0);
        assert_eq!(Ranking::new(&[0.5; 4], &truths).roc_auc(), 0.5);
        assert_eq!(Ranking::new(&[0.5; 4], &truths).pr_auc(), 0.5);
    }

    #[test]
    fn an_absent_class_has_no_roc() {
        assert!(Ranking::new(&[0.1, 0.2], &[true, true]).roc_auc().is_nan());
        assert_eq!(Ranking::new(&[0.1, 0.2], &[false, false]).pr_auc(), 0.0);
        assert!(Ranking::new(&[], &[]).points().is_empty());
    }

    #[test]
    fn equal_scores_are_one_step() {
        assert_eq!(Ranking::new(&[0.5, 0.5, 0.1], &[true, false, false]).points().len(), 2);
        assert_eq!(Ranking::new(&[f32::NAN, 0.9], &[false, true]).roc_auc(), 1.0);
    }
}
