//! Points of the curves: where they stand, and values by the names of metrics.

use std::sync::Arc;

use crate::Split;

/// Name of the mean loss, which every run has.
pub const LOSS: &str = "loss";

/// Names of the values of points, in their order. Points of one kind share them.
pub type Columns = Arc<[String]>;

/// One point of the curves. NaN travels, so divergence can be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricPoint {
    /// Which part of the data.
    pub split: Split,
    /// Optimizer steps done.
    pub step: u32,
    /// Epochs done, with fractions.
    pub epoch: f32,
    columns: Columns,
    /// One for each column; those that are cut off at the end are NaN.
    values: Box<[f32]>,
}

impl Default for MetricPoint {
    fn default() -> Self {
        Self::new(Split::Train, 0, 0.0)
    }
}

impl MetricPoint {
    /// Values of the payload before the metrics: split, step, epoch.
    const PLACE: usize = 3;

    /// A point without values.
    pub fn new(split: Split, step: u32, epoch: f32) -> Self {
        Self { split, step, epoch, columns: Columns::default(), values: Box::default() }
    }

    /// A point with one value for each column; missing ones are NaN.
    pub fn measured(split: Split, step: u32, epoch: f32, columns: Columns, values: &[f32]) -> Self {
        // What is NaN at the end need not be kept: the last step's point has two of a dozen values.
        let kept = values.iter().take(columns.len()).rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
        Self { split, step, epoch, columns, values: values[..kept].into() }
    }

    /// The same point with another value for `name`.
    #[must_use]
    pub fn with(self, name: &str, value: f32) -> Self {
        let mut all: Vec<(String, f32)> = self.values().map(|(n, v)| (n.to_owned(), v)).collect();
        match all.iter_mut().find(|(n, _)| n == name) {
            Some((_, v)) => *v = value,
            None => all.push((name.to_owned(), value)),
        }
        let (columns, values): (Vec<String>, Vec<f32>) = all.into_iter().unzip();
        Self::measured(self.split, self.step, self.epoch, columns.into(), &values)
    }

    /// The value of the metric `name`; NaN where it was not computed.
    pub fn get(&self, name: &str) -> f32 {
        self.columns.iter().position(|c| c == name).and_then(|i| self.values.get(i)).copied().unwrap_or(f32::NAN)
    }

    /// The mean loss.
    pub fn loss(&self) -> f32 {
        self.get(LOSS)
    }

    /// Names and values, in the order of the columns.
    pub fn values(&self) -> impl Iterator<Item = (&str, f32)> {
        let value = |i: usize| self.values.get(i).copied().unwrap_or(f32::NAN);
        self.columns.iter().enumerate().map(move |(i, name)| (name.as_str(), value(i)))
    }

    /// Points for a message: the names of their metrics for its header, and the payload.
    pub fn encode(points: &[Self]) -> (Vec<String>, Vec<f32>) {
        let mut names: Vec<String> = Vec::new();
        for (i, point) in points.iter().enumerate() {
            let is_new = i == 0 || !Arc::ptr_eq(&point.columns, &points[i - 1].columns);
            for name in point.columns.iter().filter(|_| is_new) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let mut values = Vec::with_capacity(points.len() * (Self::PLACE + names.len()));
        for point in points {
            let split = match point.split {
                Split::Train => 0.0,
                Split::Validation => 1.0,
                Split::Test => 2.0,
            };
            // Steps stay exact in f32 up to 16 million.
            values.extend([split, point.step as f32, point.epoch]);
            values.extend(names.iter().map(|name| point.get(name)));
        }
        (names, values)
    }

    /// The points of a message; an incomplete last one is dropped.
    pub fn decode(names: &[String], values: &[f32]) -> Vec<Self> {
        let columns: Columns = names.into();
        values
            .chunks_exact(Self::PLACE + names.len())
            .map(|v| {
                let split = match v[0] as u8 {
                    0 => Split::Train,
                    1 => Split::Validation,
                    _ => Split::Test,
                };
                Self::measured(split, v[1] as u32, v[2], Arc::clone(&columns), &v[Self::PLACE..])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_survive_the_payload_and_nan_does_too() {
        let train = MetricPoint::new(Split::Train, 6, 1.2).with(LOSS, 0.75);
        let validation = MetricPoint::new(Split::Validation, 7, 1.5).with(LOSS, f32::NAN).with("accuracy", 0.5).with("r2", 0.25);
        let (names, mut values) = MetricPoint::encode(&[train.clone(), validation]);
        assert_eq!(names, [LOSS, "accuracy", "r2"]);
        values.push(1.0);
        let back = MetricPoint::decode(&names, &values);
        assert_eq!(back.len(), 2);
        assert_eq!((back[0].split, back[0].step, back[0].loss()), (Split::Train, 6, 0.75));
        assert!(back[0].get("r2").is_nan(), "it was not computed");
        assert_eq!((back[1].split, back[1].step, back[1].epoch), (Split::Validation, 7, 1.5));
        assert_eq!((back[1].get("accuracy"), back[1].get("r2")), (0.5, 0.25));
        assert!(back[1].loss().is_nan());
        assert!(back[1].get("unknown").is_nan());
    }

    #[test]
    fn a_value_that_is_set_again_replaces_the_old_one() {
        let point = MetricPoint::default().with(LOSS, 1.0).with(LOSS, 2.0);
        assert_eq!(point.values().collect::<Vec<_>>(), [(LOSS, 2.0)]);
    }
}
