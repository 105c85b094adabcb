//! Whatever a link or a control holds, it ends as a value or as a problem beside its control, never as a panic.

use petri_protocol::setting::card::{Card, Kind};
use petri_protocol::{Experiment, OptimizerSpec, ScheduleSpec, TensorShape, dense_rows, link, presets, setting};

/// Links that are tried.
const LINKS: usize = 5_000;

/// Numbers, words and structures that no setting is made for.
const ABSURD: [&str; 24] = [
    "0",
    "-0",
    "-1",
    "1e99",
    "-1e99",
    "1e-400",
    "1e400",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "",
    " ",
    "null",
    "[]",
    "{}",
    "{\"kind\":\"sgd\"}",
    "[[[[[[1]]]]]]",
    "true",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "0.30000000000000004",
    "%00\u{202e}é",
];

const NETWORKS: [&str; 12] = [
    "",
    "4",
    "-",
    "dense(0)",
    "dense(4096)-dense(4096)-dense(2)",
    "dense(99999999999999999999)",
    "dense(2)@nowhere",
    "a=dense(2)-a=dense(2)",
    "conv(8,k=0)-flatten-dense(2)",
    "conv(4096,k=4096,s=4096,p=4096,d=4096,g=4096)",
    "upsample(4096)-upsample(4096)-upsample(4096)",
    "select(4294967295)-dense(1)-sigmoid",
];

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// A value for a setting: within its range, at its ends, just outside, or absurd.
fn value(card: &Card, dice: &mut Dice) -> String {
    let kind = dice.below(4);
    if kind == 3 {
        return if dice.below(20) == 0 { format!("[{}]", "1,".repeat(5000)) } else { dice.pick(&ABSURD).to_owned() };
    }
    match (card.kind, card.range()) {
        (Kind::Choice(choices), _) => choices()[dice.below(choices().len())].word.to_owned(),
        (Kind::Check, _) => dice.pick(&["true", "false"]).to_owned(),
        (Kind::Network, _) => dice.pick(&NETWORKS).to_owned(),
        (_, None) => dice.pick(&["diagnosis", "[\"mean area\"]", "[\"x\",\"x\"]"]).to_owned(),
        (_, Some(range)) => {
            let (ends, step) = ([range.least, range.most], if matches!(card.kind, Kind::Whole(_)) { 1.0 } else { 1e-6 });
            match kind {
                0 => ((range.least + range.most.min(1000.0)) / 2.0).floor().to_string(),
                1 => ends[dice.below(2)].to_string(),
                _ => (ends[dice.below(2)] + [-step, step][dice.below(2)]).to_string(),
            }
        }
    }
}

/// Everything that the page derives of an experiment as soon as it has one.
fn derive(experiment: &Experiment) {
    let info = experiment.data.generated_info();
    let values = experiment.values();
    for card in setting::all() {
        let text = link::get(experiment, card.key).unwrap_or_default();
        card.title(&values);
        card.applies(&values, info.as_ref());
        card.check(&values);
        card.show(&text);
        card.stepped(&text, 10.0);
        card.stepped(&text, -10.0);
        card.read(&text).unwrap_or_default();
    }
    for input in [TensorShape::Features(2), TensorShape::image(3, 64, 64)] {
        experiment.network.infer_each(input);
    }
    experiment.training.schedule.factor(3.7, experiment.training.epochs);
    if let Some(rows) = dense_rows::rows(&experiment.network) {
        let mut network = experiment.network.clone();
        for edit in dense_rows::add_layer(&rows).into_iter().chain(dense_rows::remove_layer(&rows[0])) {
            network.edit(edit).unwrap_or_default();
        }
        network.infer_each(TensorShape::Features(2));
    }
}

#[test]
fn no_link_panics_and_no_valid_experiment_has_a_value_outside_of_its_range() {
    let mut dice = Dice(7);
    let mut n_valid = 0;
    for _ in 0..LINKS {
        let preset = presets::ALL[dice.below(presets::ALL.len())].id;
        let mut text = format!("v=1&preset={preset}");
        for _ in 0..=dice.below(6) {
            let card = setting::all()[dice.below(setting::all().len())];
            text.push_str(&format!("&{}={}", card.key, value(card, &mut dice).replace('&', "%26")));
        }
        if dice.below(5) == 0 {
            let at = dice.pick(&ABSURD);
            text.push_str(&format!("&weights.dense1.weight.{at}={}", dice.pick(&ABSURD)));
        }
        let opened = link::parse(&text);
        let experiment = opened.experiment;
        derive(&experiment);
        let info = experiment.data.generated_info();
        let problems = experiment.validate(info.as_ref());
        if problems.is_empty() {
            n_valid += 1;
            assert_eq!(setting::problems(&experiment.values(), info.as_ref()), vec![], "{text}");
            let again = link::parse(&link::print(&opened.preset, &experiment));
            assert_eq!((again.experiment, again.skipped), (experiment, vec![]), "{text}");
        }
    }
    assert!(n_valid > LINKS / 100, "only {n_valid} links were valid: the test says little");
}

/// Experiments that have every key between them.
fn with_every_key() -> Vec<Experiment> {
    let mut experiment = (presets::mlp::CARD.experiment)();
    experiment.training.schedule = ScheduleSpec::Step { every_epochs: 1, factor: 0.5 };
    // Together with the largest part for the test this leaves enough.
    experiment.data.validation_fraction = 0.05;
    let with = |optimizer| {
        let mut e = experiment.clone();
        e.training.optimizer = optimizer;
        e
    };
    OptimizerSpec::ALL.map(with).to_vec()
}

#[test]
fn every_range_is_enforced_by_a_problem_of_its_own_control() {
    let experiments = with_every_key();
    for card in setting::all() {
        let Some(range) = card.range() else { continue };
        let base = experiments.iter().find(|e| link::get(e, card.key).is_some()).expect("a key");
        let is_wrong = |value: f64| {
            let mut e = base.clone();
            let text = format!("{value}");
            if link::set(&mut e, card.key, &text).is_err() {
                return true;
            }
            let info = e.data.generated_info();
            e.validate(info.as_ref()).iter().any(|p| p.field == card.key)
        };
        for (end, is_open, outside) in
            [(range.least, range.above_least, range.least - 1.0), (range.most, range.below_most, range.most + 1.0)]
        {
            assert_eq!(is_wrong(end), is_open, "{} at its end {end}", card.key);
            assert!(is_wrong(outside), "{} at {outside}", card.key);
        }
    }
}

#[test]
fn sizes_of_parts_do_not_overflow() {
    let mut experiment = (presets::mlp::CARD.experiment)();
    experiment.data.n_samples = usize::MAX;
    for fraction in ["1e99", "-1e99", "0.8"] {
        link::set(&mut experiment, "data.validation_fraction", fraction).expect("a number");
        link::set(&mut experiment, "data.test_fraction", fraction).expect("a number");
        let info = experiment.data.generated_info().expect("points");
        let fields: Vec<_> = experiment.validate(Some(&info)).into_iter().map(|p| p.field).collect();
        assert!(fields.contains(&"data.n_samples".to_owned()), "{fields:?}");
    }
}
