//! Runs that are over: their curves and results, kept in the browser and compared with each other.

use petri_data::metric::{accuracy, loss, mae};
use petri_protocol::{DataSpec, MetricPoint, ModelSpec, RunEnd, SortedMap, Split, link, order};
use serde::{Deserialize, Serialize};

/// Most runs that are kept; the oldest go first.
pub const MAX_RECORDS: usize = 400;
/// Most points of a curve that are kept.
const MAX_POINTS: usize = 300;
/// Runs that are looked at for each one that is compared.
const READ_AT_MOST: usize = 5;
/// Metrics whose curves are kept with a run; of all others the result is.
const KEPT_CURVES: &[&str] = &[loss::CARD.id, accuracy::CARD.id, mae::CARD.id];

/// A curve: epochs and values. What is no number is kept as nothing, since JSON has no NaN.
pub type Curve = Vec<(f32, Option<f32>)>;

/// Curves of one part of the data, by the names of their metrics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartCurves(SortedMap<String, Curve>);

impl PartCurves {
    /// The curves of some points, thinned evenly. What has no value at all is left out.
    pub fn new<'a>(points: impl Iterator<Item = &'a MetricPoint>) -> Self {
        let points: Vec<&MetricPoint> = points.collect();
        let every = points.len().div_ceil(MAX_POINTS).max(1);
        let last = points.len().saturating_sub(1);
        let kept: Vec<&MetricPoint> =
            points.iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last).map(|(_, p)| *p).collect();
        let finite = |v: f32| v.is_finite().then_some(v);
        let mut curves = SortedMap::new();
        for name in KEPT_CURVES {
            let curve: Curve = kept.iter().map(|p| (p.epoch, finite(p.get(name)))).collect();
            if curve.iter().any(|(_, v)| v.is_some()) {
                curves.insert((*name).to_owned(), curve);
            }
        }
        Self(curves)
    }

    /// The curve of a metric; empty where there is none.
    pub fn of(&self, metric: &str) -> &[(f32, Option<f32>)] {
        self.0.get(metric).map_or(&[], Vec::as_slice)
    }
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this form.
    pub version: u32,
    /// When it ended, in milliseconds since 1970, made unique: its identity.
    pub id: u64,
    /// Where it was made: `lab`, or lesson and dish.
    pub origin: String,
    /// Series that it belongs to: when that was started; 0 for single runs.
    pub series: u64,
    /// What it is called in charts: runs that differ only in their seed share a label.
    pub label: String,
    /// What learned.
    pub model: ModelSpec,
    /// Seed.
    pub seed: u32,
    /// Share link of the experiment.
    pub link: String,
    /// How it ended; nothing when it failed, or when a change of its settings stopped it.
    pub end: Option<RunEnd>,
    /// A change of its settings stopped it.
    #[serde(default)]
    pub was_stopped: bool,
    /// Curves of the training data.
    pub train: PartCurves,
    /// Curves of the validation data.
    pub validation: PartCurves,
    /// Results by name.
    pub values: Vec<(String, Option<f32>)>,
    /// Importance of each feature.
    #[serde(default)]
    pub importance: Vec<f32>,
    /// Names of the features.
    #[serde(default)]
    pub features: Vec<String>,
}

/// The version of [`RunRecord`] that is written.
pub const RECORD_VERSION: u32 = 1;

impl RunRecord {
    /// One result.
    pub fn value(&self, name: &str) -> Option<f32> {
        self.values.iter().find(|(n, _)| n == name).and_then(|(_, v)| *v)
    }
}

/// All runs that are kept.
#[derive(Debug, Clone, Default)]
pub struct History {
    records: Vec<RunRecord>,
    /// Changes with every change, so that views know when to draw.
    pub version: u64,
}

impl History {
    /// The records of earlier visits come before those of this one.
    pub fn load(&mut self, mut records: Vec<RunRecord>) {
        records.retain(|r| r.version == RECORD_VERSION && self.records.iter().all(|known| known.id != r.id));
        records.append(&mut self.records);
        order::sort_by_key(&mut records, |r| r.id);
        self.records = records;
        self.version += 1;
    }

    /// Adds a record with an identity of its own; returns it as it is to be stored, and the identity of an
    /// old one that has to go.
    pub fn add(&mut self, mut record: RunRecord) -> (RunRecord, Option<u64>) {
        while self.records.iter().any(|r| r.id == record.id) {
            record.id += 1;
        }
        self.records.push(record.clone());
        self.version += 1;
        let oldest = (self.records.len() > MAX_RECORDS).then(|| self.records.remove(0).id);
        (record, oldest)
    }

    /// Removes the runs of an origin; returns their identities.
    pub fn clear(&mut self, origin: &str) -> Vec<u64> {
        let gone: Vec<u64> = self.records.iter().filter(|r| r.origin == origin).map(|r| r.id).collect();
        self.records.retain(|r| r.origin != origin);
        self.version += 1;
        gone
    }

    /// The newest series of an origin, or its single runs where there is no series.
    pub fn newest(&self, origin: &str) -> Vec<&RunRecord> {
        let of_origin = || self.records.iter().filter(|r| r.origin == origin);
        let series = of_origin().map(|r| r.series).max().unwrap_or(0);
        of_origin().filter(|r| r.series == series).collect()
    }

    /// The newest single runs of an origin that learned from the same kind of data and predicted the same: results of
    /// other tasks do not belong in one picture.
    pub fn comparable(&self, origin: &str, data: &DataSpec, most: usize) -> Vec<&RunRecord> {
        let is_same = |r: &&RunRecord| {
            let of_run = link::parse(&r.link).experiment.data;
            (of_run.source, &of_run.target, &of_run.file) == (data.source, &data.target, &data.file)
        };
        // Reading a link takes a while: not all of hundreds are looked at.
        self.single(origin).into_iter().take(READ_AT_MOST * most).filter(is_same).take(most).collect()
    }

    /// The single runs of an origin, newest first.
    pub fn single(&self, origin: &str) -> Vec<&RunRecord> {
        self.records.iter().rev().filter(|r| r.origin == origin && r.series == 0).collect()
    }
}

/// Labels in the order in which they first appear.
pub fn labels(records: &[&RunRecord]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for record in records {
        if !seen.contains(&record.label) {
            seen.push(record.label.clone());
        }
    }
    seen
}

/// The runs whose importances can stand in one table: those with the inputs of the newest run that has any, and the
/// names of those inputs.
pub fn with_importance(records: &[RunRecord]) -> Option<(Vec<String>, Vec<&RunRecord>)> {
    let has = |r: &&RunRecord| !r.importance.is_empty() && r.importance.len() == r.features.len();
    let features = records.iter().filter(has).max_by_key(|r| r.id)?.features.clone();
    let same = records.iter().filter(has).filter(|r| r.features == features).collect();
    Some((features, same))
}

/// Results as CSV: one row for each run. Cells that a spreadsheet would take for a formula get a quote.
pub fn csv(records: &[&RunRecord]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in records.iter().flat_map(|r| &r.values) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let cell = |text: &str| {
        let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
        if text.contains(['"', ',', '\n', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let mut out = format!("label,model,seed,end,{},link\n", names.join(","));
    for record in records {
        let end = match record.end {
            Some(RunEnd::Finished) => "finished",
            Some(RunEnd::StoppedEarly { .. }) => "stopped early",
            Some(RunEnd::Diverged { .. }) => "diverged",
            None if record.was_stopped => "stopped by a change",
            None => "failed",
        };
        let values: Vec<String> = names.iter().map(|n| record.value(n).map_or(String::new(), |v| v.to_string())).collect();
        let (label, link) = (cell(&record.label), cell(&record.link));
        out.push_str(&format!("{label},{},{},{end},{},{link}\n", record.model.word(), record.seed, values.join(",")));
    }
    out
}

/// The five numbers of a box: lower whisker, quartiles, upper whisker (Tukey: the farthest values within 1.5
/// times the box's length). Quartiles by linear interpolation. `None` without values.
pub fn five_numbers(values: &[f32]) -> Option<[f32; 5]> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    order::sort_by(&mut sorted, f32::total_cmp);
    let quantile = |q: f32| {
        let at = q * (sorted.len() - 1) as f32;
        let (low, t) = (at as usize, at.fract());
        sorted[low] + t * (sorted[(low + 1).min(sorted.len() - 1)] - sorted[low])
    };
    if sorted.is_empty() {
        return None;
    }
    let [q1, median, q3] = [0.25, 0.5, 0.75].map(quantile);
    let reach = 1.5 * (q3 - q1);
    let low = sorted.iter().copied().find(|v| *v >= q1 - reach).unwrap_or(q1);
    let high = sorted.iter().rev().copied().find(|v| *v <= q3 + reach).unwrap_or(q3);
    Some([low, q1, median, q3, high])
}

/// Whether a point belongs to a part.
pub fn is_of(split: Split) -> impl Fn(&&MetricPoint) -> bool {
    move |p| p.split == split
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u64, series: u64, label: &str, value: f32) -> RunRecord {
        RunRecord {
            version: RECORD_VERSION,
            id,
            origin: "lab".into(),
            series,
            label: label.into(),
            model: ModelSpec::Network,
            seed: 1,
            link: "v=1&preset=mlp".into(),
            end: Some(RunEnd::Finished),
            was_stopped: false,
            train: PartCurves::default(),
            validation: PartCurves::default(),
            values: vec![("val_accuracy".into(), Some(value))],
            importance: vec![],
            features: vec![],
        }
    }

    #[test]
    fn the_newest_series_is_shown_and_identities_are_unique() {
        let mut history = History::default();
        history.add(record(5, 0, "a", 0.1));
        history.add(record(5, 7, "b", 0.2));
        history.add(record(9, 7, "c", 0.3));
        assert_eq!(labels(&history.newest("lab")), ["b", "c"]);
        assert_eq!(history.single("lab").len(), 1);
        history.load(vec![record(1, 3, "old", 0.0), record(9, 7, "same", 0.0)]);
        assert_eq!(labels(&history.newest("lab")), ["b", "c"]);
        assert_eq!(history.clear("lab").len(), 4);
    }

    #[test]
    fn single_runs_of_other_data_are_not_compared() {
        let mut history = History::default();
        for (id, link) in [(1, "v=1&preset=mlp"), (2, "v=1&preset=one-neuron"), (3, "v=1&preset=mlp&data.noise=0.4")] {
            history.add(RunRecord { link: link.into(), ..record(id, 0, "a", 0.5) });
        }
        let of = |link: &str, most: usize| {
            let data = link::parse(link).experiment.data;
            history.comparable("lab", &data, most).iter().map(|r| r.id).collect::<Vec<_>>()
        };
        assert_eq!(
            (of("v=1&preset=mlp", 9), of("v=1&preset=one-neuron", 9), of("v=1&preset=mlp", 1)),
            (vec![3, 1], vec![2], vec![3])
        );
    }

    #[test]
    fn nan_survives_storage_as_nothing() {
        let points = [
            MetricPoint::new(Split::Train, 1, 1.0).with("loss", f32::NAN),
            MetricPoint::new(Split::Train, 2, 2.0).with("loss", 0.5),
        ];
        let curves = PartCurves::new(points.iter());
        assert_eq!(curves.of("loss"), [(1.0, None), (2.0, Some(0.5))]);
        assert!(curves.of("accuracy").is_empty());
        let text = serde_json::to_string(&curves).expect("JSON");
        assert_eq!(serde_json::from_str::<PartCurves>(&text).expect("JSON"), curves);
    }

    #[test]
    fn records_of_earlier_visits_stay_readable() {
        let old = r#"{"loss":[[1.0,null],[2.0,0.5]],"accuracy":[[1.0,0.25],[2.0,0.5]],"mae":[]}"#;
        let curves: PartCurves = serde_json::from_str(old).expect("the form of the first records");
        assert_eq!(curves.of("loss"), [(1.0, None), (2.0, Some(0.5))]);
        assert_eq!(curves.of("accuracy").len(), 2);
    }

    #[test]
    fn long_curves_keep_their_end() {
        let points: Vec<MetricPoint> = (0..1000).map(|i| MetricPoint::new(Split::Train, i, i as f32).with("loss", 1.0)).collect();
        let curves = PartCurves::new(points.iter());
        let loss = curves.of("loss");
        assert!(loss.len() <= MAX_POINTS + 1);
        assert_eq!(loss.last().map(|p| p.0), Some(999.0));
    }

    #[test]
    fn csv_cells_are_quoted_and_no_formulas() {
        let records = [record(1, 0, "=cmd, \"x\"", 0.5)];
        let text = csv(&records.iter().collect::<Vec<_>>());
        assert_eq!(text, "label,model,seed,end,val_accuracy,link\n\"'=cmd, \"\"x\"\"\",network,1,finished,0.5,v=1&preset=mlp\n");
    }

    #[test]
    fn importances_of_other_inputs_stand_in_no_table() {
        let with = |id, features: &[&str], n: usize| RunRecord {
            importance: vec![0.5; n],
            features: features.iter().map(|f| (*f).to_owned()).collect(),
            ..record(id, 0, "a", 0.1)
        };
        let records = [with(1, &["area", "rooms"], 2), with(2, &["x1"], 1), record(3, 0, "none", 0.0), with(4, &["x1"], 3)];
        let (features, runs) = with_importance(&records).expect("one run");
        assert_eq!((features, runs.iter().map(|r| r.id).collect::<Vec<_>>()), (vec!["x1".to_owned()], vec![2]));
        assert!(with_importance(&[record(1, 0, "a", 0.0)]).is_none());
    }

    #[test]
    fn boxes_follow_tukey() {
        assert_eq!(five_numbers(&[1.0, 2.0, 3.0, 4.0, 100.0]), Some([1.0, 2.0, 3.0, 4.0, 4.0]));
        assert_eq!(five_numbers(&[2.0]), Some([2.0; 5]));
        assert_eq!(five_numbers(&[f32::NAN]), None);
    }
}
