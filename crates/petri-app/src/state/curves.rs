//! The curves of a run: every point is kept, and thinned only for drawing.

use petri_protocol::{MetricPoint, RunId, Split};

/// All points of one run.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    /// Which run they belong to.
    pub run: RunId,
    /// Training points, one for each step.
    pub train: Vec<MetricPoint>,
    /// Validation points, one for each epoch.
    pub validation: Vec<MetricPoint>,
    /// Changes with every new point, so that charts know when to draw.
    pub version: u64,
}

impl Curves {
    /// Adds points of a run; the first ones of a new run replace the old curves.
    pub fn extend(&mut self, run: RunId, points: Vec<MetricPoint>) {
        if self.run != run {
            self.clear();
            self.run = run;
        }
        for point in points {
            match point.split {
                Split::Train => self.train.push(point),
                Split::Validation => self.validation.push(point),
                Split::Test => {}
            }
        }
        self.version += 1;
    }

    /// Goes on as the curves of another run that begins after `step` steps of this one.
    pub fn go_on(&mut self, run: RunId, step: usize) {
        self.run = run;
        self.train.retain(|p| p.step as usize <= step);
        self.validation.retain(|p| p.step as usize <= step);
        self.version += 1;
    }

    /// Forgets all points.
    pub fn clear(&mut self) {
        self.train.clear();
        self.validation.clear();
        self.version += 1;
    }

    /// True without any point.
    pub fn is_empty(&self) -> bool {
        self.train.is_empty() && self.validation.is_empty()
    }

    /// Points of a part.
    pub fn of(&self, split: Split) -> &[MetricPoint] {
        match split {
            Split::Train => &self.train,
            Split::Validation | Split::Test => &self.validation,
        }
    }

    /// Epochs and values of a metric, without points that have no such value.
    pub fn series(&self, split: Split, metric: &str) -> Vec<(f32, f32)> {
        self.of(split).iter().map(|p| (p.epoch, p.get(metric))).filter(|(_, v)| v.is_finite()).collect()
    }
}

/// Exponential moving average with its bias taken out (as in Adam): `strength` 0 leaves the series.
pub fn smooth(series: &[(f32, f32)], strength: f32) -> Vec<(f32, f32)> {
    let keep = strength.clamp(0.0, 0.99);
    let (mut sum, mut weight) = (0.0f32, 0.0f32);
    series
        .iter()
        .map(|&(x, y)| {
            sum = keep * sum + (1.0 - keep) * y;
            weight = keep * weight + (1.0 - keep);
            (x, sum / weight)
        })
        .collect()
}

/// At most about `columns` × 2 points: the lowest and the highest of each column, in their order, so
/// that no peak is lost.
pub fn thin(series: &[(f32, f32)], columns: usize) -> Vec<(f32, f32)> {
    if series.len() <= 2 * columns.max(1) {
        return series.to_vec();
    }
    let mut out = Vec::with_capacity(2 * columns);
    for chunk in series.chunks(series.len().div_ceil(columns)) {
        let at = |better: fn(f32, f32) -> bool| {
            chunk.iter().enumerate().fold(0, |best, (i, p)| if better(p.1, chunk[best].1) { i } else { best })
        };
        let (low, high) = (at(|a, b| a < b), at(|a, b| a > b));
        out.push(chunk[low.min(high)]);
        if low != high {
            out.push(chunk[low.max(high)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(split: Split, step: u32, loss: f32) -> MetricPoint {
        MetricPoint::new(split, step, step as f32 / 10.0).with("loss", loss).with("accuracy", 0.5)
    }

    #[test]
    fn a_new_run_replaces_the_old_curves() {
        let mut curves = Curves::default();
        curves.extend(RunId(1), vec![point(Split::Train, 1, 1.0), point(Split::Validation, 1, 2.0)]);
        curves.extend(RunId(1), vec![point(Split::Train, 2, 0.5)]);
        assert_eq!((curves.train.len(), curves.validation.len()), (2, 1));
        curves.extend(RunId(2), vec![point(Split::Train, 1, 1.0)]);
        assert_eq!((curves.train.len(), curves.validation.len()), (1, 0));
    }

    #[test]
    fn values_that_are_no_numbers_are_left_out() {
        let mut curves = Curves::default();
        curves.extend(RunId(1), vec![point(Split::Train, 1, f32::NAN), point(Split::Train, 2, 1.0)]);
        assert_eq!(curves.series(Split::Train, "loss"), [(0.2, 1.0)]);
        assert!(curves.series(Split::Train, "balanced_accuracy").is_empty());
    }

    #[test]
    fn thinning_keeps_peaks() {
        let series: Vec<(f32, f32)> = (0..10_000).map(|i| (i as f32, if i == 5003 { 9.0 } else { 0.0 })).collect();
        let thin = thin(&series, 100);
        assert!(thin.len() <= 202);
        assert!(thin.contains(&(5003.0, 9.0)));
        assert!(thin.windows(2).all(|w| w[0].0 < w[1].0), "in order");
    }

    #[test]
    fn smoothing_starts_at_the_first_value() {
        let smooth = smooth(&[(0.0, 4.0), (1.0, 4.0), (2.0, 0.0)], 0.9);
        assert!((smooth[0].1 - 4.0).abs() < 1e-5 && (smooth[1].1 - 4.0).abs() < 1e-5);
        assert!(smooth[2].1 > 2.0 && smooth[2].1 < 4.0);
    }
}
