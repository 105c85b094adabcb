//! Reads dishes.

use petri_data::metric;
use petri_protocol::series::MAX_MEMBERS;
use petri_protocol::{Experiment, ModelSpec, link, presets, setting};

use super::fields::{Mistake, fields, is_id, list, unknown};
use crate::dish::{Dish, Runs};
use crate::vocabulary::Vocabulary;

const KEYS: [&str; 10] = ["id", "title", "preset", "views", "controls", "seeds", "variant", "models", "metric", "speed"];

/// Reads the lines of a block. Keys with a dot, `network`, `seed` and `engine` are settings of the experiment.
///
/// # Errors
///
/// The first mistake.
pub(super) fn read(text: &str, first_line: usize, known: &Vocabulary) -> Result<Dish, Mistake> {
    let all = fields(text, first_line)?;
    let preset = all.iter().find(|f| f.key == "preset").ok_or((first_line, "a dish needs a preset".to_owned()))?;
    let ids: Vec<&str> = presets::ALL.iter().map(|card| card.id).collect();
    let card = presets::find(preset.value).ok_or_else(|| (preset.line, unknown("preset", preset.value, &ids)))?;
    let mut dish = Dish {
        id: String::new(),
        title: card.title.into(),
        preset: card.id.into(),
        experiment: (card.experiment)(),
        views: Vec::new(),
        controls: Vec::new(),
        runs: None,
        speed: None,
    };
    let mut runs = Runs { n_seeds: 0, metric: "val_accuracy".into(), variants: Vec::new(), models: vec![ModelSpec::Network] };
    // A new kind brings its own settings, so it comes before them, as in links.
    let mut ordered = all.clone();
    ordered.sort_by_key(|f| !f.key.ends_with(".kind"));
    let mut variants = Vec::new();
    for field in ordered {
        let (line, value) = (field.line, field.value);
        let number = |most: f64| {
            let number = value.parse::<f64>().ok().filter(|v| *v > 0.0 && *v <= most);
            number.ok_or((line, format!("{} must be a number above 0 and at most {most}", field.key)))
        };
        match field.key {
            "id" if is_id(value) => dish.id = value.into(),
            "id" => return Err((line, "an id has lower-case letters, digits and hyphens".into())),
            "title" => dish.title = value.into(),
            "preset" => {}
            "views" => dish.views = list(value).into_iter().map(|v| view(v, &known.views, line)).collect::<Result<_, _>>()?,
            "controls" => {
                for key in list(value) {
                    let known: Vec<&str> = setting::all().iter().map(|c| c.key).collect();
                    if setting::find(key).is_none() {
                        return Err((line, unknown("control", key, &known)));
                    }
                    dish.controls.push(key.to_owned());
                }
            }
            "seeds" => runs.n_seeds = number(MAX_MEMBERS as f64)? as usize,
            "metric" => {
                let known = metric::result_names();
                if !known.iter().any(|name| name == value) {
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    return Err((line, unknown("metric", value, &known)));
                }
                runs.metric = value.into();
            }
            "models" => runs.models = list(value).into_iter().map(|m| model(m, line)).collect::<Result<_, _>>()?,
            "variant" => variants.push((line, value)),
            "speed" => dish.speed = Some(number(1000.0)?),
            key => set(&mut dish.experiment, key, value, line)?,
        }
    }
    for (line, value) in variants {
        runs.variants.push(variant(value, line, &dish.experiment)?);
    }
    if dish.id.is_empty() {
        return Err((first_line, "a dish needs an id".into()));
    }
    if dish.views.is_empty() {
        return Err((first_line, "a dish needs views".into()));
    }
    dish.runs = (runs.n_seeds > 0).then_some(runs);
    let info = dish.experiment.data.generated_info();
    if let Some(problem) = dish.experiment.validate(info.as_ref()).first() {
        return Err((first_line, format!("this experiment cannot be trained: {problem}")));
    }
    for member in dish.members() {
        let info = member.experiment.data.generated_info();
        if let Some(problem) = member.experiment.validate(info.as_ref()).first() {
            return Err((first_line, format!("the variant \"{}\" cannot be trained: {problem}", member.label)));
        }
    }
    Ok(dish)
}

fn set(experiment: &mut Experiment, key: &str, value: &str, line: usize) -> Result<(), Mistake> {
    let is_setting = key.contains('.') || matches!(key, "network" | "seed" | "engine");
    if !is_setting {
        return Err((line, unknown("field", key, &KEYS)));
    }
    let known: Vec<&str> = setting::all().iter().map(|c| c.key).collect();
    link::set(experiment, key, value)
        .map_err(|why| (line, if why.starts_with("unknown setting") { unknown("setting", key, &known) } else { why }))
}

fn view(id: &str, known: &[String], line: usize) -> Result<String, Mistake> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if known.contains(&id) { Ok(id.to_owned()) } else { Err((line, unknown("view", id, &known))) }
}

fn model(word: &str, line: usize) -> Result<ModelSpec, Mistake> {
    let words: Vec<&str> = ModelSpec::ALL.iter().map(|m| m.word()).collect();
    ModelSpec::ALL.into_iter().find(|m| m.word() == word).ok_or_else(|| (line, unknown("model", word, &words)))
}

/// `name | key=value & key=value`
fn variant(text: &str, line: usize, experiment: &Experiment) -> Result<(String, Vec<(String, String)>), Mistake> {
    let (name, rest) = text.split_once('|').ok_or((line, "a variant is written \"name | key=value & key=value\"".to_owned()))?;
    let mut settings = Vec::new();
    let mut tried = experiment.clone();
    for pair in rest.split('&').map(str::trim).filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or((line, format!("expected \"key=value\", found \"{pair}\"")))?;
        set(&mut tried, key.trim(), value.trim(), line)?;
        settings.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    Ok((name.trim().to_owned(), settings))
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;
    use crate::dish::print;

    const TEXT: &str = "id: a\npreset: one-neuron\ntraining.learning_rate: 0.5\ntraining.optimizer.momentum: 0.9\ntraining.optimizer.kind: sgd\nviews: boundary, loss\ncontrols: seed\n";

    #[test]
    fn a_dish_is_an_experiment_with_views_and_controls() {
        let dish = read(TEXT, 1, &vocabulary()).expect("a dish");
        assert_eq!(dish.experiment.training.learning_rate, 0.5);
        assert_eq!(dish.views, ["boundary", "loss"]);
        assert!(dish.runs.is_none());
    }

    #[test]
    fn what_the_lab_prints_can_be_read() {
        let dish = read(TEXT, 1, &vocabulary()).expect("a dish");
        let views: Vec<&str> = dish.views.iter().map(String::as_str).collect();
        let printed = print(&dish.preset, &dish.experiment, &views);
        let inner = printed.trim().trim_start_matches("```dish\n").trim_end_matches("```");
        assert_eq!(read(inner, 1, &vocabulary()).expect("own print").experiment, dish.experiment);
    }

    #[test]
    fn variants_and_models_become_members() {
        let text = format!(
            "{TEXT}seeds: 3\nvariant: small | training.batch_size=1\nvariant: large | training.batch_size=64 & training.epochs=5\n"
        );
        let members = read(&text, 1, &vocabulary()).expect("a dish").members();
        assert_eq!(members.len(), 6);
        assert_eq!((members[1].label.as_str(), members[1].experiment.training.batch_size), ("large", 64));
    }

    #[test]
    fn mistakes_suggest_what_was_meant() {
        let message = |text: &str| read(text, 40, &vocabulary()).expect_err("wrong");
        assert_eq!(
            message("id: a\npreset: one-neuron\nviews: bondary\n"),
            (42, "unknown view \"bondary\"; did you mean \"boundary\"?".into())
        );
        assert!(message("id: a\npreset: one-nueron\n").1.contains("did you mean \"one-neuron\""));
        assert!(message("id: a\npreset: mlp\nviews: loss\ncontrols: sead\n").1.contains("\"seed\""));
        assert!(message("id: a\npreset: mlp\nviews: loss\ntraining.batchsize: 3\n").1.contains("training.batch_size"));
        assert!(message("id: a\npreset: mlp\nviews: loss\ntraining.batch_size: 0\n").1.contains("cannot be trained"));
    }
}
