//! Histograms of the inputs, as they come and as the network sees them.

use petri_protocol::{DataInfo, Probe, SampleRange, Split, TensorShape};

use super::{Column, ViewCard};
use crate::drawing::axis::{Axis, label, x_ticks};
use crate::drawing::histogram::{bars, between};
use crate::drawing::shape::{Anchor, Drawing, line, text};
use crate::state::probes::ProbeAnswer;

/// Training samples that are counted.
const SAMPLES: usize = 2000;
/// Features that are drawn: the first ones.
const MAX_SHOWN: usize = 12;
/// Bins across the whole axis, which all features share.
const BINS: usize = 60;

const WIDTH: f32 = 300.0;
/// Height of one histogram with the name above it.
const ROW: f32 = 52.0;
/// Room for the axis below.
const BOTTOM: f32 = 22.0;
/// Distance from the left and right edge, so that the last numbers are not cut off.
const EDGE: f32 = 14.0;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "inputs",
    title: "Inputs before and after scaling",
    help: "How the values of each feature are distributed, as they come and as the network sees them.",
    column: Column::Middle,
    order: 150,
    fits: |_, info| matches!(info.input, TensorShape::Features(_)),
    opens: |_| false,
    asks: |_| vec![Probe::Samples { range: SampleRange { split: Split::Train, start: 0, count: SAMPLES } }],
};

/// The values of one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Values of the training samples as they come.
    pub raw: Vec<f32>,
    /// What scaling takes away: the mean of the training samples, 0 without standardisation.
    pub mean: f32,
    /// What scaling divides by: their standard deviation, 1 without standardisation.
    pub std: f32,
}

impl Feature {
    /// The values as the network sees them.
    pub fn scaled(&self) -> impl Iterator<Item = f32> + Clone {
        self.raw.iter().map(|v| (v - self.mean) / self.std)
    }

    /// Mean and standard deviation of values, leaving out what is no number.
    fn moments(values: impl Iterator<Item = f32> + Clone) -> [f32; 2] {
        let finite = values.filter(|v| v.is_finite()).map(f64::from);
        let n = finite.clone().count().max(1) as f64;
        let mean = finite.clone().sum::<f64>() / n;
        let variance = finite.map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let deviation = variance.sqrt();
        // What standardising leaves of a mean is rounding, and no number to wonder about.
        let mean = if mean.abs() < 1e-6 * deviation { 0.0 } else { mean };
        [mean as f32, deviation as f32]
    }
}

/// The features in an answer; none where it is of other samples or data.
pub fn features(info: &DataInfo, samples: &ProbeAnswer) -> Vec<Feature> {
    let n = info.input.len();
    let is_training = samples.range.is_some_and(|r| r.split == Split::Train);
    let shape = samples.parts.first().map(|p| p.shape.clone()).unwrap_or_default();
    if !is_training || n == 0 || shape.last() != Some(&n) {
        return Vec::new();
    }
    let (mean, std) = (samples.named("mean").unwrap_or_default(), samples.named("std").unwrap_or_default());
    let feature = |(i, name): (usize, String)| Feature {
        name,
        raw: samples.part(0).iter().skip(i).step_by(n).copied().collect(),
        mean: mean.get(i).copied().unwrap_or(0.0),
        std: std.get(i).copied().filter(|s| *s > 0.0).unwrap_or(1.0),
    };
    info.feature_names().into_iter().enumerate().take(MAX_SHOWN).map(feature).collect()
}

/// Whether the network sees other numbers than those that come.
pub fn is_scaled(features: &[Feature]) -> bool {
    features.iter().any(|f| (f.mean, f.std) != (0.0, 1.0))
}

/// The histograms of all features over one axis: `scaled`, as the network sees them, or as they come.
pub fn drawing(features: &[Feature], scaled: bool) -> Drawing {
    let values = |f: &Feature| if scaled { f.scaled().collect::<Vec<_>>() } else { f.raw.clone() };
    let rows: Vec<(&str, Vec<f32>)> = features.iter().map(|f| (f.name.as_str(), values(f))).collect();
    let base = ROW * rows.len() as f32;
    let x = Axis::fit(rows.iter().flat_map(|(_, v)| v.iter().copied()), false, EDGE, WIDTH - EDGE);
    let mut shapes = Vec::new();
    let mut said = Vec::new();
    for (i, (name, values)) in rows.iter().enumerate() {
        let floor = ROW * (i + 1) as f32;
        let [mean, std] = Feature::moments(values.iter().copied());
        let words = format!("{name}: mean {}, standard deviation {}", label(mean), label(std));
        shapes.push(bars(&between(values.iter().copied(), x.low, x.high, BINS), "bar", &x, floor, ROW - 22.0));
        shapes.push(line("axis", [EDGE, floor], [WIDTH - EDGE, floor]));
        shapes.push(text("tick", [EDGE, floor - ROW + 16.0], Anchor::Start, format!("{name}: {} ± {}", label(mean), label(std))));
        said.push(words);
    }
    shapes.extend(x_ticks(&x, 4, base + 16.0));
    let title = format!("Inputs {}. {}.", if scaled { "as the network sees them" } else { "as they come" }, said.join("; "));
    Drawing { title, width: WIDTH, height: base + BOTTOM, shapes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::shape::Shape;
    use petri_protocol::event::PayloadPart;
    use petri_protocol::presets;

    fn answer(split: Split) -> (DataInfo, ProbeAnswer) {
        let experiment = (presets::find("house-price").expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let n = info.input.len();
        let values: Vec<f32> = (0..10).flat_map(|i| (0..n).map(move |j| (i * (j * 50 + 1)) as f32)).collect();
        let mean: Vec<f32> = (0..n).map(|j| 4.5 * (j * 50 + 1) as f32).collect();
        let std: Vec<f32> = (0..n).map(|j| 8.25f32.sqrt() * (j * 50 + 1) as f32).collect();
        let part = |name: &str, shape: Vec<usize>| PayloadPart { name: name.into(), shape };
        let parts = vec![part("inputs", vec![10, n]), part("targets", vec![10, 1]), part("mean", vec![n]), part("std", vec![n])];
        let values = [values, vec![0.0; 10], mean, std].concat();
        (info, ProbeAnswer { parts, values, range: Some(SampleRange { split, start: 0, count: 10 }), ..ProbeAnswer::default() })
    }

    #[test]
    fn scaled_inputs_have_mean_zero_and_deviation_one() {
        let (info, samples) = answer(Split::Train);
        let features = features(&info, &samples);
        assert_eq!(features.len(), info.input.len());
        assert!(is_scaled(&features));
        for feature in &features {
            let [mean, std] = Feature::moments(feature.scaled());
            assert!(mean.abs() < 1e-5 && (std - 1.0).abs() < 1e-5, "{feature:?}");
        }
        let (before, after) = (drawing(&features, false), drawing(&features, true));
        assert!(before.title.contains("area: mean 4.5") && after.title.contains("area: mean 0"), "{}", after.title);
        // Before, the narrow first feature is a spike on the common axis; after, all have the same width.
        let width = |d: &Drawing, i: usize| match &d.shapes[3 * i] {
            Shape::Path { d, .. } => d.matches('z').count(),
            other => panic!("bars come first: {other:?}"),
        };
        assert_eq!(width(&before, 0), 1);
        assert_eq!((width(&after, 0), width(&after, 3)), (10, 10));
    }

    #[test]
    fn other_samples_have_no_histograms() {
        let (info, samples) = answer(Split::Validation);
        assert!(features(&info, &samples).is_empty());
        assert!(features(&info, &ProbeAnswer::default()).is_empty());
        assert_eq!(drawing(&[], true).shapes.iter().filter(|s| matches!(s, Shape::Path { .. })).count(), 0);
    }
}
