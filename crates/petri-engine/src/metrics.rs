//! Metrics over the answers of a network, on the host.

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
        if truth < self.k && prediction < self.k {
            self.counts[truth * self.k + prediction] += 1;
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

/// Index of the largest value; the first of equal ones.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
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
