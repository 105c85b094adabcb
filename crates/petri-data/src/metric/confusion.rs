//! The confusion matrix and what is read from it.

/// Confusion matrix: row = truth, column = prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    k: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// An empty matrix for `k` classes.
    pub fn new(k: usize) -> Self {
        Self { k, counts: vec![0; k * k] }
    }

    /// Counts one answer.
    pub fn add(&mut self, truth: usize, prediction: usize) {
        self.add_many(truth, prediction, 1);
    }

    /// Counts several answers.
    pub fn add_many(&mut self, truth: usize, prediction: usize, n: u64) {
        if truth < self.k && prediction < self.k {
            self.counts[truth * self.k + prediction] += n;
        }
    }

    /// Counts, row by row.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Part of the answers that is right; NaN when there is none.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.k).map(|c| self.counts[c * self.k + c]).sum();
        right as f64 / self.counts.iter().sum::<u64>() as f64
    }

    /// Mean over the classes that occur of the part that is right (scikit-learn's
    /// `balanced_accuracy_score`).
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls: Vec<f64> = (0..self.k)
            .filter_map(|c| {
                let row = &self.counts[c * self.k..][..self.k];
                let n: u64 = row.iter().sum();
                (n > 0).then(|| row[c] as f64 / n as f64)
            })
            .collect();
        recalls.iter().sum::<f64>() / recalls.len() as f64
    }
}

/// What a confusion matrix says about one class against all others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassMetrics {
    /// Of the samples of this class, the part that was found (recall, true positive rate).
    pub sensitivity: f64,
    /// Of the samples of other classes, the part that was told apart (true negative rate).
    pub specificity: f64,
    /// Of the samples that were called so, the part that is so (positive predictive value).
    pub precision: f64,
    /// Harmonic mean of precision and sensitivity: 2 TP / (2 TP + FP + FN).
    pub f1: f64,
    /// Intersection over union (Jaccard): TP / (TP + FP + FN).
    pub iou: f64,
}

/// 0 where there is nothing to divide by, as scikit-learn's `zero_division=0`.
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Confusion {
    /// A binary matrix from the probabilities of the second class: above `threshold` means "yes", as in
    /// the one rule of decisions.
    pub fn at_threshold(scores: &[f32], truths: &[bool], threshold: f32) -> Self {
        let mut confusion = Self::new(2);
        for (&score, &truth) in scores.iter().zip(truths) {
            confusion.add(usize::from(truth), usize::from(score > threshold));
        }
        confusion
    }

    /// Number of samples of class `truth` that were called `prediction`.
    pub fn count(&self, truth: usize, prediction: usize) -> u64 {
        self.counts.get(truth * self.k + prediction).copied().unwrap_or(0)
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.k
    }

    /// Number of samples of a class.
    pub fn n_of(&self, class: usize) -> u64 {
        (0..self.k).map(|prediction| self.count(class, prediction)).sum()
    }

    /// Number of samples that were called so.
    pub fn n_called(&self, class: usize) -> u64 {
        (0..self.k).map(|truth| self.count(truth, class)).sum()
    }

    /// Sensitivity, specificity, precision and F1 of one class. What has nothing to divide by is 0.
    pub fn of_class(&self, class: usize) -> ClassMetrics {
        let all: u64 = self.counts.iter().sum();
        let tp = self.count(class, class);
        let (of_class, called) = (self.n_of(class), self.n_called(class));
        let (fp, fn_) = (called - tp, of_class - tp);
        let negatives = all - of_class;
        ClassMetrics {
            sensitivity: ratio(tp, of_class),
            specificity: ratio(negatives - fp, negatives),
            precision: ratio(tp, called),
            f1: ratio(2 * tp, 2 * tp + fp + fn_),
            iou: ratio(tp, tp + fp + fn_),
        }
    }

    /// How well areas overlap: of the second class where there are two, else the mean over the classes that
    /// occur in truth or answers (scikit-learn's "macro").
    pub(super) fn overlap(&self, of: fn(ClassMetrics) -> f64) -> f64 {
        if self.k == 2 {
            return of(self.of_class(1));
        }
        let occur: Vec<usize> = (0..self.k).filter(|&c| self.n_of(c) + self.n_called(c) > 0).collect();
        occur.iter().map(|&c| of(self.of_class(c))).sum::<f64>() / occur.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn always_the_larger_class_is_accurate_but_not_balanced() {
        let mut confusion = Confusion::new(2);
        (0..90).for_each(|_| confusion.add(0, 0));
        (0..10).for_each(|_| confusion.add(1, 0));
        assert!((confusion.accuracy() - 0.9).abs() < 1e-12);
        assert!((confusion.balanced_accuracy() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn absent_classes_do_not_count() {
        let mut confusion = Confusion::new(3);
        confusion.add(0, 0);
        confusion.add(2, 1);
        assert!((confusion.balanced_accuracy() - 0.5).abs() < 1e-12);
        assert!(Confusion::new(2).accuracy().is_nan());
    }
}
