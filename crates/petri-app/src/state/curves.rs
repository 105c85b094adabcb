//! The curves of a run: every validation point, the newest training points, and older ones at even distances. Both
//! memory and the work of a message stay bounded, however long a run is; drawings thin them further.

use std::sync::atomic::{AtomicU64, Ordering};

use petri_protocol::{MetricPoint, RunId, Split};

/// Most training points that are kept.
const MAX_TRAIN: usize = 8000;
/// The newest training points, of which none is left out.
const NEWEST: usize = 4000;
/// Most older ones right after some were left out: there is room for new ones, so that this is done rarely.
const MAX_OLDER: usize = 3000;
/// Most steps between two older points.
const MAX_EVERY: u32 = 1 << 30;

/// The points of one run.
#[derive(Debug, Clone)]
pub struct Curves {
    /// Which run they belong to.
    pub run: RunId,
    /// Training points, one for each step; older ones one for each `every` steps, and the first one.
    pub train: Vec<MetricPoint>,
    /// Validation points, one for each epoch.
    pub validation: Vec<MetricPoint>,
    /// Changes with every new point, so that charts know when to draw. No two states of curves on the page have the same
    /// one, but for copies: a chart may be given another run's curves from one moment to the next.
    pub version: u64,
    /// Steps from one older training point to the next: a power of two. Even distances rather than peaks, so that the
    /// means over them stay true.
    every: u32,
}

impl Default for Curves {
    fn default() -> Self {
        Self { run: RunId::default(), train: Vec::new(), validation: Vec::new(), version: 0, every: 1 }
    }
}

/// A version that no curves have had.
fn next_version() -> u64 {
    static NEWEST: AtomicU64 = AtomicU64::new(0);
    NEWEST.fetch_add(1, Ordering::Relaxed) + 1
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
        self.bound();
        self.version = next_version();
    }

    /// Leaves out older training points where there are too many.
    fn bound(&mut self) {
        if self.train.len() <= MAX_TRAIN {
            return;
        }
        let newest = self.train.split_off(self.train.len() - NEWEST);
        loop {
            let (every, mut is_first) = (self.every, true);
            self.train.retain(|p| std::mem::take(&mut is_first) || p.step.is_multiple_of(every));
            if self.train.len() <= MAX_OLDER || every >= MAX_EVERY {
                break;
            }
            self.every *= 2;
        }
        self.train.extend(newest);
    }

    /// Whether older training points have been left out.
    pub fn is_thinned(&self) -> bool {
        self.every > 1
    }

    /// Goes on as the curves of another run that begins after `step` steps of this one.
    pub fn go_on(&mut self, run: RunId, step: usize) {
        self.run = run;
        self.train.retain(|p| p.step as usize <= step);
        self.validation.retain(|p| p.step as usize <= step);
        self.version = next_version();
    }

    /// Forgets all points.
    pub fn clear(&mut self) {
        self.train.clear();
        self.validation.clear();
        self.every = 1;
        self.version = next_version();
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

    /// Epochs and values of a metric over the training points, smoothed.
    pub fn smoothed(&self, metric: &str, strength: f32) -> Vec<(f32, f32)> {
        let values = self.train.iter().map(|p| (p.step, p.epoch, p.get(metric)));
        smooth(values.filter(|(_, _, v)| v.is_finite()), strength)
    }
}

/// Exponential moving average of steps, epochs and values with its bias taken out (as in Adam): `strength` 0 leaves the
/// series. Where steps are left out, a point stands for all of them.
fn smooth(series: impl Iterator<Item = (u32, f32, f32)>, strength: f32) -> Vec<(f32, f32)> {
    let strength = strength.clamp(0.0, 0.99);
    let (mut sum, mut weight, mut last) = (0.0f32, 0.0f32, None);
    series
        .map(|(step, x, y)| {
            let distance = last.map_or(1, |last| step.saturating_sub(last).max(1));
            let keep = strength.powi(i32::try_from(distance).unwrap_or(i32::MAX));
            last = Some(step);
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
    fn curves_of_two_runs_never_have_the_same_version() {
        let trained = |run: u32| {
            let mut curves = Curves::default();
            curves.extend(RunId(run), vec![point(Split::Train, 1, run as f32)]);
            curves
        };
        let (kept, discarded) = (trained(1), trained(2));
        assert_ne!(kept.version, discarded.version, "as many messages, other points");
        assert_eq!(kept.clone().version, kept.version, "a copy draws the same");
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
        let smooth = smooth([(1, 0.0, 4.0), (2, 1.0, 4.0), (3, 2.0, 0.0)].into_iter(), 0.9);
        assert!((smooth[0].1 - 4.0).abs() < 1e-5 && (smooth[1].1 - 4.0).abs() < 1e-5);
        assert!(smooth[2].1 > 2.0 && smooth[2].1 < 4.0);
    }

    #[test]
    fn a_point_that_stands_for_many_steps_weighs_as_much_as_they_do() {
        let all = (1..=64u32).map(|step| (step, step as f32, if step > 32 { 0.0 } else { 1.0 }));
        let few = all.clone().filter(|(step, ..)| *step == 1 || step.is_multiple_of(4));
        let (all, few) = (smooth(all, 0.9), smooth(few, 0.9));
        for (x, y) in few.iter().skip(1) {
            let same = all.iter().find(|(at, _)| at == x).expect("the same step");
            assert!((same.1 - y).abs() < 1e-5, "{same:?} {y}");
        }
    }

    #[test]
    fn a_long_run_keeps_its_newest_points_all_its_epochs_and_its_shape() {
        const STEPS: u32 = 100_000;
        let mut curves = Curves::default();
        let mut most = 0;
        for from in (1..=STEPS).step_by(50) {
            let steps = from..from + 50;
            let train = steps.clone().map(|step| point(Split::Train, step, step as f32));
            let validation = steps.filter(|step| step.is_multiple_of(10)).map(|step| point(Split::Validation, step, 0.0));
            curves.extend(RunId(1), train.chain(validation).collect());
            most = most.max(curves.train.len());
        }
        assert!(most <= MAX_TRAIN, "{most}");
        assert_eq!(curves.validation.len(), STEPS as usize / 10, "none is left out");
        let last = curves.train.last().expect("points").step;
        assert_eq!(last, STEPS);
        assert!(curves.train.iter().rev().take(NEWEST).zip(0..).all(|(p, i)| p.step == last - i), "the newest are all there");
        assert_eq!(curves.train[0].step, 1);
        assert!(curves.is_thinned() && curves.train.windows(2).all(|w| w[0].step < w[1].step));
        // Older points are as far apart at the beginning as later.
        let gaps: Vec<u32> = curves.train[1..1000].windows(2).map(|w| w[1].step - w[0].step).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
        curves.clear();
        assert!(!curves.is_thinned());
    }

    #[test]
    fn points_without_a_place_of_their_own_are_bounded_or_at_least_taken() {
        let mut curves = Curves::default();
        curves.extend(RunId(1), vec![point(Split::Train, 0, 1.0); 2 * MAX_TRAIN]);
        assert!(!curves.is_empty(), "and it comes to an end");
    }
}
