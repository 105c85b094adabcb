//! Share links: what differs from a preset, as dotted keys that a person can read.
//!
//! `v=1&preset=mlp&data.noise=0.3&training.optimizer.kind=sgd&network=dense(8)-relu-dense(2)`.
//! The version stays 1 as long as old links can be read; every link that ever worked is in the tests.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::setting::values::{Values, text_of};
use crate::{Experiment, notation, order, presets, setting};

/// Longest link that is read, in bytes.
pub const MAX_LINK_BYTES: usize = 16 * 1024;
/// Most keys that a link may have.
const MAX_KEYS: usize = 200;

/// Left readable in a hash: everything but what would end a key, a value or the link.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'&').add(b'%').add(b'#').add(b'"').add(b'<').add(b'>').add(b'`');

/// An experiment read from a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Identity of the preset that it started from.
    pub preset: String,
    /// The experiment.
    pub experiment: Experiment,
    /// What was not understood and therefore skipped, one sentence each.
    pub skipped: Vec<String>,
}

/// Prints the link (the part behind `#/lab?`) of an experiment that started from `preset`.
pub fn print(preset: &str, experiment: &Experiment) -> String {
    let base = presets::find(preset).unwrap_or(&presets::ALL[0]);
    let mut out = format!("v=1&preset={}", base.id);
    for (key, text) in differences(preset, experiment) {
        out.push('&');
        out.push_str(&key);
        out.push('=');
        out.extend(utf8_percent_encode(&text, ESCAPED));
    }
    out
}

/// What an experiment has that its preset has not: keys and their values as text.
pub fn differences(preset: &str, experiment: &Experiment) -> Vec<(String, String)> {
    let base = presets::find(preset).unwrap_or(&presets::ALL[0]);
    let before = flatten(&(base.experiment)());
    let changed = flatten(experiment).into_pairs().filter(|(key, value)| before.get(key) != Some(value));
    changed.map(|(key, value)| (key, text_of(&value))).collect()
}

/// Reads a link. Never fails: what is not understood is skipped and reported.
pub fn parse(text: &str) -> Opened {
    let mut skipped = Vec::new();
    let mut preset = presets::ALL[0];
    let mut pairs = Vec::new();
    let text = if text.len() > MAX_LINK_BYTES {
        skipped.push(format!("the link is longer than {MAX_LINK_BYTES} bytes and was not read"));
        ""
    } else {
        text
    };
    for pair in text.split('&').filter(|p| !p.is_empty()) {
        if pairs.len() == MAX_KEYS {
            skipped.push(format!("settings after the first {MAX_KEYS}"));
            break;
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key), decode(value));
        match key.as_str() {
            "v" if value == "1" => {}
            "v" => skipped.push(format!("version \"{}\" (this page reads version 1)", shorten(&value))),
            "preset" => match presets::find(&value) {
                Some(card) => preset = *card,
                None => skipped.push(format!("unknown preset \"{}\"", shorten(&value))),
            },
            _ => pairs.push((key, value)),
        }
    }
    // The preset "cnn" once stood for a file: a link of then names the file only.
    let names_file = pairs.iter().any(|(key, _)| key.starts_with("data.file."));
    if names_file && !pairs.iter().any(|(key, _)| key == "data.source") {
        pairs.push(("data.source".into(), "file".into()));
    }
    // A new kind brings its own settings, so it comes before them.
    order::sort_by_key(&mut pairs, |(key, _)| !key.ends_with(".kind"));
    let mut experiment = (preset.experiment)();
    for (key, value) in pairs {
        if let Err(why) = set(&mut experiment, &key, &value) {
            skipped.push(why);
        }
    }
    Opened { preset: preset.id.to_owned(), experiment, skipped }
}

/// The value of one dotted key as text, as a link or a control shows it.
pub fn get(experiment: &Experiment, key: &str) -> Option<String> {
    match key {
        "network" => Some(notation::print(&experiment.network)),
        _ if setting::find(key).is_some() => experiment.values().text(key),
        _ => flatten(experiment).text(key),
    }
}

/// Sets one dotted key from text, as a link or a control gives it.
///
/// # Errors
///
/// One sentence when the key is unknown or its value is not understood; nothing is changed then.
pub fn set(experiment: &mut Experiment, key: &str, text: &str) -> Result<(), String> {
    if key == "network" {
        experiment.network = notation::parse(text).map_err(|why| format!("network: {why}"))?;
        return Ok(());
    }
    // Absent where there is none, so that they are not among the keys of every experiment.
    let is_optional =
        key == "data.file.name" || key == "data.file.fingerprint" || key == "journal" || key.starts_with("weights.");
    if !is_optional && get(experiment, key).is_none() {
        return Err(format!("unknown setting \"{}\"", shorten(key)));
    }
    let mut last_error = String::new();
    // "3" may be a number or a text, depending on the field: the field decides.
    for value in [crate::json::value(text).unwrap_or(Value::Null), Value::String(text.to_owned())] {
        let mut whole = serde_json::to_value(&*experiment).map_err(|e| e.to_string())?;
        insert(&mut whole, key, value);
        match crate::json::from_value::<Experiment>(whole) {
            Ok(changed) => {
                *experiment = changed;
                return Ok(());
            }
            Err(error) => last_error = error.to_string(),
        }
    }
    // What a person can do about it, where the card knows.
    let range = setting::find(key).and_then(|card| card.range());
    let why = range.map_or(shorten(&last_error), |range| format!("must be {}", range.describe()));
    Err(format!("{}=\"{}\": {why}", shorten(key), shorten(text)))
}

fn insert(whole: &mut Value, key: &str, value: Value) {
    let mut at = whole;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(object) = at else { return };
        if parts.peek().is_none() {
            object.insert(part.to_owned(), value);
            return;
        }
        let missing = !object.contains_key(part);
        at = object.entry(part.to_owned()).or_insert(Value::Null);
        if missing && part == "file" {
            // Both fields of a file are required, and links name them one after the other.
            *at = serde_json::json!({ "name": "", "fingerprint": "" });
        }
    }
}

/// Everything by its dotted key; the network as one line of notation.
fn flatten(experiment: &Experiment) -> Values {
    let mut out = Values::default();
    // An experiment is plain data: it always becomes an object.
    if let Ok(Value::Object(mut whole)) = serde_json::to_value(experiment) {
        whole.insert("network".into(), Value::String(notation::print(&experiment.network)));
        out.add("", &Value::Object(whole));
    }
    out
}

impl Experiment {
    /// The values of all settings but the network, by their dotted keys.
    pub fn values(&self) -> Values {
        let mut out = Values::default();
        // Plain data can always be written.
        out.add("data", &serde_json::to_value(&self.data).unwrap_or_default());
        out.add("training", &serde_json::to_value(&self.training).unwrap_or_default());
        out.add("engine", &serde_json::to_value(self.engine).unwrap_or_default());
        out.add("seed", &self.seed.into());
        out
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network_edit::NetworkEdit;
    use crate::op::Relu;
    use crate::{DataSource, EngineChoice, FileRef, OptimizerSpec, ScheduleSpec};

    #[test]
    fn an_unchanged_preset_is_a_short_link() {
        let experiment = (presets::mlp::CARD.experiment)();
        assert_eq!(print("mlp", &experiment), "v=1&preset=mlp");
    }

    #[test]
    fn only_differences_are_printed_and_read_back() {
        let mut experiment = (presets::mlp::CARD.experiment)();
        experiment.data.noise = 0.35;
        experiment.engine = EngineChoice::Gpu;
        experiment.training.optimizer = OptimizerSpec::Sgd { momentum: 0.9, nesterov: true };
        experiment.training.schedule = ScheduleSpec::Step { every_epochs: 3, factor: 0.1 };
        experiment.network.edit(NetworkEdit::Replace { idx: 1, op: Relu.into() }).expect("a layer");
        let link = print("mlp", &experiment);
        assert_eq!(
            link,
            "v=1&preset=mlp&data.noise=0.35&engine=gpu&network=dense(32)-relu-dense(16)-tanh-dense(2)\
             &training.optimizer.kind=sgd&training.optimizer.momentum=0.9&training.optimizer.nesterov=true\
             &training.schedule.every_epochs=3&training.schedule.factor=0.1&training.schedule.kind=step"
        );
        let opened = parse(&link);
        assert_eq!(opened.skipped, Vec::<String>::new());
        assert_eq!(opened.experiment, experiment);
    }

    #[test]
    fn weights_set_by_hand_and_columns_travel() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        for (key, value) in
            [("weights.dense1.weight.1", "-0.5"), ("weights.dense1.bias.0", "2"), ("data.features", "[\"a\",\"b\"]")]
        {
            set(&mut experiment, key, value).expect("a known key");
        }
        assert_eq!(experiment.weights["dense1"].weight[&1], -0.5);
        assert_eq!(experiment.weights["dense1"].bias[&0], 2.0);
        let opened = parse(&print("one-neuron", &experiment));
        assert_eq!((opened.experiment, opened.skipped), (experiment.clone(), vec![]));
        assert!(set(&mut experiment, "weights.dense1.weight.x", "1").is_err());
    }

    #[test]
    fn a_file_is_named_but_not_carried() {
        let mut experiment = (presets::cnn::CARD.experiment)();
        experiment.data.source = DataSource::File;
        experiment.data.file = Some(FileRef { name: "a & b #1.npz".into(), fingerprint: "00ff".into() });
        let opened = parse(&print("cnn", &experiment));
        assert_eq!(opened.experiment, experiment);
        assert_eq!(opened.skipped, Vec::<String>::new());
    }

    /// When the preset "cnn" stood for a file, its links named the file and nothing else about the data.
    #[test]
    fn an_old_link_with_a_file_still_trains_on_that_file() {
        let opened = parse("v=1&preset=cnn&data.file.fingerprint=00ff&data.file.name=pneumoniamnist.npz&training.epochs=2");
        let data = &opened.experiment.data;
        assert_eq!((opened.skipped.len(), data.source), (0, DataSource::File));
        assert_eq!(data.file.as_ref().map(|f| f.name.as_str()), Some("pneumoniamnist.npz"));
        assert_eq!(parse(&print("cnn", &opened.experiment)).experiment, opened.experiment);
        // A file that is set aside for other data stays aside.
        let opened = parse("v=1&preset=mlp&data.source=xor&data.file.fingerprint=00ff&data.file.name=a.npz");
        assert_eq!(opened.experiment.data.source, DataSource::Xor);
    }

    #[test]
    fn unknown_keys_and_bad_values_are_reported_and_skipped() {
        let opened = parse("v=2&preset=nope&data.nois=1&training.batch_size=many&seed=9&data.source=xor&network=dens(3)");
        assert_eq!(opened.experiment.seed, 9);
        assert_eq!(opened.experiment.data.source, DataSource::Xor);
        assert_eq!(opened.skipped.len(), 5, "{:?}", opened.skipped);
    }

    /// Links that were published once must keep working.
    #[test]
    fn old_links_stay_readable() {
        for link in [
            "v=1&preset=one-neuron",
            "v=1&preset=one-neuron&engine=gpu&seed=3",
            "v=1&preset=mlp&data.source=circles&network=dense(4)-tanh-dense(2)",
            "v=1&preset=cnn&engine=cpu&training.class_weights=balanced&training.epochs=2",
            "v=1&preset=unet-mini&data.n_samples=64",
            "v=1&preset=one-neuron&network=dense(1,bias=no)-sigmoid&weights.dense1.weight.0=-3",
            "v=1&preset=nuclei&data.target=mean%20radius&network=dense(16)-relu-dense(1)&training.loss=mean_squared_error",
            "v=1&preset=house-price&network=a=select(0+1)@input-dense(1)&training.clip_norm=1&training.patience=3",
            "v=1&preset=nuclei&data.features=[%22mean%20area%22,%22mean%20texture%22]",
        ] {
            assert_eq!(parse(link).skipped, Vec::<String>::new(), "{link}");
        }
    }

    /// The browser tests try the same: there the browser itself reads JSON and numbers.
    #[test]
    fn numbers_are_read_as_they_are_in_the_browser() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        let given = [
            ("training.learning_rate", vec!["1e999", "NaN", "0x10", " "], vec!["1e-2"]),
            ("seed", vec!["9007199254740993", "-0", "1.5", "4294967296"], vec!["7"]),
            ("data.noise", vec!["1_0", ".5", "5."], vec!["-1e-3", "0.25"]),
            ("journal", vec![&deep, "{"], vec!["[]"]),
        ];
        for (key, refused, taken) in given {
            let mut experiment = parse("v=1&preset=one-neuron").experiment;
            for text in refused {
                assert!(set(&mut experiment, key, text).is_err(), "{key}={text}");
            }
            for text in taken {
                assert!(set(&mut experiment, key, text).is_ok(), "{key}={text}");
            }
        }
    }
}
