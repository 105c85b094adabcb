//! Charts of a run: which lines they have, and what the numbers beside them mean.

use petri_protocol::{MetricPoint, Split};

use crate::drawing::axis::label;
use crate::drawing::chart::{Line, LineChart, Upright};
use crate::state::curves::{Curves, thin};
use crate::state::results::of_training;

/// Columns that a curve is thinned to.
const COLUMNS: usize = 360;
/// Size of the drawing in its own units.
const SIZE: [f32; 2] = [440.0, 234.0];
/// Rows of the table: the newest epochs.
const TABLE_ROWS: usize = 200;
/// What training numbers are that were measured as those of validation.
const AFTER: &str = "after the epoch, as validation";

/// One line of a chart.
#[derive(Debug, Clone, Copy)]
pub struct CurveLine {
    /// Part of the data.
    pub split: Split,
    /// Name of the metric that it shows.
    pub metric: &'static str,
    /// Name for people, short.
    pub name: &'static str,
    /// Its style: `line-NAME` and `key-NAME`.
    pub style: &'static str,
}

/// A chart of a run.
#[derive(Debug)]
pub struct CurveChart {
    /// For tests: `chart-ID`, `readout-ID`.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its lines.
    pub lines: &'static [CurveLine],
    /// All values lie between 0 and 1.
    pub is_part: bool,
    /// A logarithmic axis is offered.
    pub has_log: bool,
    /// Its values have the unit of what is predicted.
    pub has_unit: bool,
    /// Strength of the smoothing to begin with; nothing where there is nothing to smooth.
    pub smoothing: Option<f32>,
}

/// The training curve of a metric.
pub const fn training(metric: &'static str) -> CurveLine {
    CurveLine { split: Split::Train, metric, name: "training", style: "train" }
}

/// The validation curve of a metric.
pub const fn validation(metric: &'static str) -> CurveLine {
    CurveLine { split: Split::Validation, metric, name: "validation", style: "validation" }
}

impl CurveChart {
    /// The lines of a run with their axes. Training is measured batch by batch, so it is smoothed.
    pub fn scene(&self, curves: &Curves, log: bool, smoothing: f32) -> LineChart {
        let mut lines = Vec::new();
        for line in self.lines {
            let raw = curves.series(line.split, line.metric);
            let class = format!("line line-{}", line.style);
            if line.split != Split::Train {
                lines.push(Line { class, points: thin(&raw, COLUMNS) });
                continue;
            }
            if smoothing > 0.0 {
                lines.push(Line { class: format!("{class} line-raw"), points: thin(&raw, COLUMNS) });
            }
            lines.push(Line { class, points: thin(&curves.smoothed(line.metric, smoothing), COLUMNS) });
        }
        let upright = match (self.is_part, log) {
            (true, _) => Upright::Parts,
            (false, true) => Upright::Log,
            (false, false) => Upright::FromZero,
        };
        LineChart::new(lines, "epochs", upright, SIZE)
    }

    /// The numbers at an epoch, or the newest ones. A training batch is a few samples and says little: the training
    /// data as judged after the epoch, or else the mean over its batches, stand before it, and each is named.
    /// `unit` stands behind the numbers of a chart that has one.
    pub fn readout(&self, curves: &Curves, cursor: Option<f32>, unit: &str) -> String {
        let unit = if self.has_unit && !unit.is_empty() { format!(" {unit}") } else { String::new() };
        if cursor.is_none() && has_diverged(curves) {
            return self.nothing(curves);
        }
        let mut parts = Vec::new();
        let mut epoch = None;
        for line in self.lines {
            let points = curves.of(line.split);
            let Some(point) = at_epoch(points, cursor) else { continue };
            let value = point.get(line.metric);
            if !value.is_finite() {
                continue;
            }
            epoch.get_or_insert(point.epoch);
            if line.split == Split::Train {
                let after = at_epoch(&curves.validation, cursor).and_then(|p| of_training(p, line.metric));
                let (shown, what) = match after {
                    Some(after) => (after as f32, AFTER),
                    None => (epoch_mean(points, point.epoch, line.metric), "mean over the batches of an epoch"),
                };
                parts.push(format!("{} {shown:.4}{unit} ({what}; last batch {value:.4})", line.name));
            } else {
                parts.push(format!("{} {value:.4}{unit}", line.name));
            }
        }
        match epoch {
            Some(epoch) => format!("epoch {epoch:.2}: {}", parts.join(" · ")),
            None => self.nothing(curves),
        }
    }

    /// Why there is no number to read.
    fn nothing(&self, curves: &Curves) -> String {
        if curves.is_empty() {
            return "Press Train to see the curve grow.".to_owned();
        }
        if !has_diverged(curves) {
            return "The first number comes with the end of the first epoch.".to_owned();
        }
        let of = |line: &CurveLine| curves.series(line.split, line.metric).last().copied();
        let last = self.lines.iter().filter_map(of).max_by(|a, b| a.0.total_cmp(&b.0));
        let before =
            last.map_or_else(|| "there was none before".to_owned(), |(at, v)| format!("the last was {v:.4} at epoch {at:.2}"));
        format!("The run diverged: there is no number any more; {before}.")
    }

    /// Titles of the columns of the table of values: what its training numbers are is another thing in other runs.
    pub fn columns(&self, curves: &Curves) -> Vec<String> {
        let of = |line: &CurveLine| {
            if line.split != Split::Train {
                return line.name.to_owned();
            }
            let is_after = curves.validation.last().is_some_and(|p| of_training(p, line.metric).is_some());
            let what = match (is_after, curves.is_thinned()) {
                (true, _) => AFTER,
                (false, false) => "epoch mean",
                (false, true) => "epoch mean, older ones over some of the batches",
            };
            format!("{} ({what})", line.name)
        };
        ["epoch".to_owned()].into_iter().chain(self.lines.iter().map(of)).collect()
    }

    /// The newest epochs with their values, the newest first.
    pub fn rows(&self, curves: &Curves) -> Vec<Vec<String>> {
        let validation = &curves.validation;
        let newest = &validation[validation.len().saturating_sub(TABLE_ROWS)..];
        let number = |v: f32| if v.is_finite() { format!("{v:.4}") } else { "—".to_owned() };
        let row = |p: &MetricPoint| {
            let of = |line: &CurveLine| {
                if line.split != Split::Train {
                    return number(p.get(line.metric));
                }
                let after = of_training(p, line.metric).map(|v| v as f32);
                number(after.unwrap_or_else(|| epoch_mean(&curves.train, p.epoch, line.metric)))
            };
            [label(p.epoch)].into_iter().chain(self.lines.iter().map(of)).collect()
        };
        newest.iter().rev().map(row).collect()
    }
}

/// Whether the loss has become what is no number.
fn has_diverged(curves: &Curves) -> bool {
    curves.train.last().is_some_and(|p| !p.loss().is_finite())
}

/// The first point from an epoch on, or the newest.
fn at_epoch(points: &[MetricPoint], epoch: Option<f32>) -> Option<&MetricPoint> {
    let at = epoch.map_or(points.len(), |e| points.partition_point(|p| p.epoch < e));
    points.get(at.min(points.len().saturating_sub(1)))
}

/// Mean of a metric over the batches of the epoch that ends at `epoch`; NaN without any.
fn epoch_mean(points: &[MetricPoint], epoch: f32, metric: &str) -> f32 {
    let last = points.partition_point(|p| p.epoch <= epoch);
    // Half a batch of slack: epochs are fractions in f32.
    let slack = 0.5 / points.len().max(1) as f32;
    let first = points.partition_point(|p| p.epoch <= epoch - 1.0 + slack.min(1e-3));
    let values = points[first.min(last)..last].iter().map(|p| p.get(metric)).filter(|v| v.is_finite());
    let (sum, n) = values.fold((0.0f64, 0u32), |(sum, n), v| (sum + f64::from(v), n + 1));
    if n == 0 { f32::NAN } else { (sum / f64::from(n)) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::RunId;

    fn curves() -> Curves {
        let point = |split, step: u32, loss: f32| MetricPoint::new(split, step, step as f32 / 4.0).with("loss", loss);
        let mut points = vec![point(Split::Validation, 0, 2.0)];
        points.extend(
            [1.0, 0.8, 0.6, 0.4, 0.5, 0.3, 0.1, 0.0].into_iter().enumerate().map(|(i, l)| point(Split::Train, i as u32 + 1, l)),
        );
        points.extend([point(Split::Validation, 4, 0.7), point(Split::Validation, 8, 0.35)]);
        let mut curves = Curves::default();
        curves.extend(RunId(1), points);
        curves
    }

    #[test]
    fn every_number_says_what_it_is() {
        let chart = &crate::view::loss::CHART;
        assert_eq!(
            chart.readout(&curves(), None, ""),
            "epoch 2.00: training 0.2250 (mean over the batches of an epoch; last batch 0.0000) · validation 0.3500"
        );
        assert!(
            chart.readout(&curves(), Some(1.0), "").starts_with("epoch 1.00: training 0.7000"),
            "{}",
            chart.readout(&curves(), Some(1.0), "")
        );
        assert_eq!(chart.readout(&curves(), Some(99.0), ""), chart.readout(&curves(), None, ""));
        assert_eq!(chart.readout(&Curves::default(), Some(0.5), ""), "Press Train to see the curve grow.");
        assert_eq!(chart.columns(&curves()), ["epoch", "training (epoch mean)", "validation"]);
        assert_eq!(chart.rows(&curves())[0], ["2", "0.2250", "0.3500"]);
        assert_eq!(chart.rows(&curves())[2], ["0", "—", "2.0000"]);
    }

    #[test]
    fn training_that_was_judged_after_an_epoch_is_shown_so() {
        let chart = &crate::view::loss::CHART;
        let mut curves = curves();
        let after = |step: u32, loss: f32| MetricPoint::new(Split::Validation, step, step as f32 / 4.0).with("loss", loss);
        curves.validation.pop();
        curves.extend(RunId(1), vec![after(8, 0.35).with("train_loss", 0.3)]);
        assert_eq!(
            chart.readout(&curves, None, ""),
            "epoch 2.00: training 0.3000 (after the epoch, as validation; last batch 0.0000) · validation 0.3500"
        );
        assert!(chart.readout(&curves, Some(1.0), "").contains("mean over the batches"), "not measured there");
        assert_eq!(chart.columns(&curves)[1], "training (after the epoch, as validation)");
        assert_eq!((&chart.rows(&curves)[0][1][..], &chart.rows(&curves)[1][1][..]), ("0.3000", "0.7000"));
    }

    #[test]
    fn a_run_that_diverged_says_so() {
        let chart = &crate::view::loss::CHART;
        let mut diverged = curves();
        diverged.extend(RunId(1), vec![MetricPoint::new(Split::Train, 9, 2.25).with("loss", f32::NAN)]);
        let said = "The run diverged: there is no number any more; the last was 0.3500 at epoch 2.00.";
        assert_eq!(chart.readout(&diverged, None, ""), said);
        assert!(chart.readout(&diverged, Some(1.0), "").starts_with("epoch 1.00"), "what there was can be read");
        let mut at_once = Curves::default();
        at_once.extend(RunId(1), vec![MetricPoint::new(Split::Train, 1, 0.5).with("loss", f32::NAN)]);
        assert!(chart.readout(&at_once, None, "").ends_with("there was none before."));
        let errors = &crate::view::errors::CHART;
        assert!(errors.readout(&at_once, None, "euro").starts_with("The run diverged"));
        let mut early = Curves::default();
        early.extend(RunId(1), vec![MetricPoint::new(Split::Train, 1, 0.5).with("loss", 1.0)]);
        assert!(errors.readout(&early, None, "euro").starts_with("The first number comes"));
        early.extend(RunId(1), vec![MetricPoint::new(Split::Validation, 2, 1.0).with("mae", 8.5)]);
        assert!(errors.readout(&early, None, "euro").ends_with("8.5000 euro"));
    }

    #[test]
    fn training_is_smoothed_and_its_raw_line_stays() {
        let chart = &crate::view::loss::CHART;
        assert_eq!(chart.scene(&curves(), false, 0.5).lines.len(), 3);
        assert_eq!(chart.scene(&curves(), true, 0.0).lines.len(), 2);
        assert_eq!(crate::view::accuracy::CHART.scene(&Curves::default(), true, 0.9).y.high, 1.0);
    }
}
