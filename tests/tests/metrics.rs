//! Metrics equal scikit-learn's to 1e-6, edge cases included. The fixture is made by tests/fixtures/metrics.py.

use petri_data::metrics::{Confusion, Errors, Ranking};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-6;

#[derive(Deserialize)]
struct Binary {
    name: String,
    threshold: f32,
    scores: Vec<f32>,
    truths: Vec<u8>,
    accuracy: f64,
    balanced_accuracy: f64,
    sensitivity: f64,
    specificity: f64,
    precision: f64,
    f1: f64,
    roc_auc: Option<f64>,
    pr_auc: f64,
}

#[derive(Deserialize)]
struct Several {
    name: String,
    k: usize,
    predictions: Vec<usize>,
    truths: Vec<usize>,
    accuracy: f64,
    balanced_accuracy: f64,
    f1: Vec<f64>,
}

#[derive(Deserialize)]
struct Regression {
    name: String,
    predictions: Vec<f32>,
    truths: Vec<f32>,
    mae: f64,
    rmse: f64,
    r2: Option<f64>,
}

#[derive(Deserialize)]
struct Fixture {
    binary: Vec<Binary>,
    several: Vec<Several>,
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

#[test]
fn two_classes() {
    let cases = fixture().binary;
    assert!(cases.len() >= 12);
    for c in cases {
        let truths: Vec<bool> = c.truths.iter().map(|t| *t == 1).collect();
        let confusion = Confusion::at_threshold(&c.scores, &truths, c.threshold);
        let second = confusion.of_class(1);
        same(&c.name, "accuracy", confusion.accuracy(), c.accuracy);
        same(&c.name, "balanced accuracy", confusion.balanced_accuracy(), c.balanced_accuracy);
        same(&c.name, "sensitivity", second.sensitivity, c.sensitivity);
        same(&c.name, "specificity", second.specificity, c.specificity);
        same(&c.name, "precision", second.precision, c.precision);
        same(&c.name, "F1", second.f1, c.f1);
        let ranking = Ranking::new(&c.scores, &truths);
        same(&c.name, "PR AUC", ranking.pr_auc(), c.pr_auc);
        match c.roc_auc {
            Some(expected) => same(&c.name, "ROC AUC", ranking.roc_auc(), expected),
            None => assert!(ranking.roc_auc().is_nan(), "{}: scikit-learn has none", c.name),
        }
    }
}

#[test]
fn several_classes() {
    for c in fixture().several {
        let mut confusion = Confusion::new(c.k);
        c.truths.iter().zip(&c.predictions).for_each(|(t, p)| confusion.add(*t, *p));
        same(&c.name, "accuracy", confusion.accuracy(), c.accuracy);
        same(&c.name, "balanced accuracy", confusion.balanced_accuracy(), c.balanced_accuracy);
        for (class, f1) in c.f1.iter().enumerate() {
            same(&c.name, "F1", confusion.of_class(class).f1, *f1);
        }
    }
}

#[test]
fn numbers() {
    for c in fixture().regression {
        let errors = Errors::new(&c.predictions, &c.truths);
        same(&c.name, "MAE", errors.mae, c.mae);
        same(&c.name, "RMSE", errors.rmse(), c.rmse);
        match c.r2 {
            Some(expected) => same(&c.name, "R²", errors.r2, expected),
            None => assert!(errors.r2.is_nan(), "{}", c.name),
        }
    }
}
