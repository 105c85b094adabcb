//! Metrics equal scikit-learn's to 1e-6, edge cases included. The fixture is made by tests/fixtures/metrics.py.

use std::collections::{BTreeMap, BTreeSet};

use petri_data::metric::{self, Confusion, Judged, Measure, Ranking};
use petri_protocol::Task;
use serde::Deserialize;

const TOLERANCE: f64 = 1e-6;

/// What scikit-learn says, by the names of our metrics; nothing where it has no answer.
type Expected = BTreeMap<String, Option<f64>>;

#[derive(Deserialize)]
struct Binary {
    name: String,
    threshold: f32,
    scores: Vec<f32>,
    truths: Vec<u8>,
    metrics: Expected,
}

#[derive(Deserialize)]
struct Several {
    name: String,
    k: usize,
    predictions: Vec<f32>,
    truths: Vec<f32>,
    metrics: Expected,
    /// F1 of each class.
    f1: Vec<f64>,
}

#[derive(Deserialize)]
struct Regression {
    name: String,
    predictions: Vec<f32>,
    truths: Vec<f32>,
    metrics: Expected,
}

#[derive(Deserialize)]
struct Fixture {
    binary: Vec<Binary>,
    several: Vec<Several>,
    pixels: Vec<Several>,
    regression: Vec<Regression>,
}

fn fixture() -> Fixture {
    let text = std::fs::read_to_string(petri_tests::fixtures().join("metrics.json")).expect("the fixture");
    serde_json::from_str(&text).expect("the fixture")
}

fn same(case: &str, metric: &str, found: f64, expected: f64) {
    // Written so that a NaN fails.
    let is_close = (found - expected).abs() <= TOLERANCE;
    assert!(is_close, "{case}, {metric}: {found}, scikit-learn {expected}");
}

/// Every metric of the task is in the fixture and equals it.
fn compare(case: &str, task: Task, k: usize, judged: &Judged, expected: &Expected) {
    let found = judged.values(task, k);
    let names: BTreeSet<&str> = found.iter().map(|(card, _)| card.id).collect();
    assert_eq!(names, expected.keys().map(String::as_str).collect(), "{case}");
    for (card, value) in found {
        match expected[card.id] {
            Some(expected) => same(case, card.id, value, expected),
            None => assert!(value.is_nan(), "{case}, {}: {value}, scikit-learn has none", card.id),
        }
    }
}

#[test]
fn two_classes() {
    let cases = fixture().binary;
    assert!(cases.len() >= 12);
    for c in cases {
        let truths: Vec<bool> = c.truths.iter().map(|t| *t == 1).collect();
        let judged = Judged {
            confusion: Some(Confusion::at_threshold(&c.scores, &truths, c.threshold)),
            ranking: Some(Ranking::new(&c.scores, &truths)),
            ..Judged::default()
        };
        compare(&c.name, Task::MultiClass, 2, &judged, &c.metrics);
    }
}

#[test]
fn several_classes() {
    for c in fixture().several {
        let judged = Judged::samples(Task::MultiClass, c.k, &c.predictions, &c.truths);
        compare(&c.name, Task::MultiClass, c.k, &judged, &c.metrics);
        let confusion = judged.confusion.expect("classes");
        for (class, f1) in c.f1.iter().enumerate() {
            same(&c.name, "F1", confusion.of_class(class).f1, *f1);
        }
    }
}

#[test]
fn pixels() {
    for c in fixture().pixels {
        let judged = Judged::samples(Task::Segmentation, c.k, &c.predictions, &c.truths);
        compare(&c.name, Task::Segmentation, c.k, &judged, &c.metrics);
    }
}

#[test]
fn numbers() {
    for c in fixture().regression {
        let judged = Judged::samples(Task::Regression, 0, &c.predictions, &c.truths);
        compare(&c.name, Task::Regression, 0, &judged, &c.metrics);
    }
}

#[test]
fn every_metric_but_the_loss_is_in_the_fixture() {
    let f = fixture();
    let all = f.binary.iter().map(|c| &c.metrics).chain(f.several.iter().map(|c| &c.metrics));
    let all = all.chain(f.pixels.iter().map(|c| &c.metrics)).chain(f.regression.iter().map(|c| &c.metrics));
    let known: BTreeSet<&str> = all.flat_map(BTreeMap::keys).map(String::as_str).collect();
    for card in metric::ALL.iter().filter(|card| !matches!(card.measure, Measure::Loss)) {
        assert!(known.contains(card.id), "{} has no fixture", card.id);
    }
}
