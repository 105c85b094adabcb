//! The settings of an experiment. Each has a card: key, title, help, kind and range, where it applies, how its value
//! is written. Controls, menus, validation and lessons read the cards; `link::get` and `link::set` change the values.
//!
//! A setting of the training is one file in `training/`: its card, the type of its field and its default. The build
//! script lists the files, and `TrainingSpec` has a field for each of them.

pub mod card;
pub mod data;
pub mod experiment;
pub mod range;
pub mod training;
pub mod values;

use crate::order;
use std::sync::LazyLock;

use crate::data_info::DataInfo;
use crate::problem::Problem;
use card::Card;
use values::Values;

static ALL: LazyLock<Vec<&'static Card>> = LazyLock::new(|| {
    let mut all: Vec<&'static Card> = data::CARDS.iter().chain(experiment::CARDS).collect();
    all.extend(training::CARDS.iter().copied().flatten());
    order::sort_by_key(&mut all, |card| (card.panel, card.place));
    all
});

/// All settings, in the order of the panels.
pub fn all() -> &'static [&'static Card] {
    &ALL
}

/// The setting named `key`.
pub fn find(key: &str) -> Option<&'static Card> {
    ALL.iter().find(|card| card.key == key).copied()
}

/// Everything that is wrong with the values of settings that apply.
pub fn problems(values: &Values, info: Option<&DataInfo>) -> Vec<Problem> {
    let wrong = ALL.iter().filter(|card| card.applies(values, info)).filter_map(|card| Some((card.key, card.check(values)?)));
    wrong.map(|(key, message)| Problem::new(key, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::card::Kind;
    use super::*;
    use crate::setting::training::optimizer::OptimizerSpec;
    use crate::setting::training::schedule::ScheduleSpec;
    use crate::{Experiment, link, presets};

    /// One experiment for each combination of kinds, so that every key is among them.
    fn experiments() -> Vec<Experiment> {
        let mut experiment = (presets::mlp::CARD.experiment)();
        experiment.training.schedule = ScheduleSpec::Step { every_epochs: 1, factor: 0.5 };
        let with = |optimizer| {
            let mut e = experiment.clone();
            e.training.optimizer = optimizer;
            e
        };
        OptimizerSpec::ALL.map(with).to_vec()
    }

    #[test]
    fn every_card_is_one_key_of_the_experiment_and_explains_itself() {
        let experiments = experiments();
        for card in all() {
            assert!(experiments.iter().any(|e| link::get(e, card.key).is_some()), "{}", card.key);
            assert!(card.help.ends_with('.') && card.help.len() > 40, "{}: {}", card.key, card.help);
            assert_eq!(all().iter().filter(|c| c.key == card.key).count(), 1, "{}", card.key);
            let twins = all().iter().filter(|c| (c.panel, c.place) == (card.panel, card.place)).count();
            assert_eq!(twins, 1, "{}: another card has the same place", card.key);
        }
    }

    #[test]
    fn every_key_of_an_experiment_has_a_card() {
        for experiment in experiments() {
            for key in experiment.values().keys() {
                assert!(find(key).is_some() || key.starts_with("data.file."), "{key} has no card");
            }
        }
    }

    #[test]
    fn every_choice_is_understood_and_read_by_its_title() {
        let mut experiment = (presets::mlp::CARD.experiment)();
        for card in all() {
            let Kind::Choice(choices) = card.kind else { continue };
            for choice in choices() {
                link::set(&mut experiment, card.key, choice.word).unwrap_or_else(|e| panic!("{e}"));
                assert_eq!(link::get(&experiment, card.key).as_deref(), Some(choice.word));
                assert_eq!(card.read(&choice.title.to_uppercase()).as_deref(), Ok(choice.word), "{}", card.key);
                assert_eq!(card.show(choice.word), choice.title);
            }
        }
    }

    #[test]
    fn defaults_are_within_their_ranges() {
        for card in presets::ALL {
            let experiment = (card.experiment)();
            assert_eq!(problems(&experiment.values(), None), vec![], "{}", card.id);
        }
    }

    #[test]
    fn weight_decay_is_named_after_what_the_optimizer_does_with_it() {
        let card = find("training.weight_decay").expect("a card");
        let titles: Vec<&str> = experiments().iter().map(|e| card.title(&e.values())).collect();
        let l2 = "Weight decay (L2 penalty)";
        assert_eq!(titles, [l2, l2, "Weight decay (decoupled)", l2], "SGD, Adam, AdamW, RMSprop");
    }

    #[test]
    fn settings_apply_where_they_do_something() {
        let applies = |key: &str, changes: &[(&str, &str)]| {
            let mut experiment = (presets::mlp::CARD.experiment)();
            for (key, value) in changes {
                link::set(&mut experiment, key, value).unwrap_or_else(|e| panic!("{e}"));
            }
            let info = experiment.data.generated_info();
            find(key).expect("a card").applies(&experiment.values(), info.as_ref())
        };
        let sgd = [("training.optimizer.kind", "sgd")];
        assert!(applies("training.optimizer.momentum", &sgd) && !applies("training.optimizer.momentum", &[]));
        assert!(applies("training.optimizer.beta1", &[]) && !applies("training.optimizer.beta1", &sgd));
        assert!(applies("training.schedule.factor", &[("training.schedule.kind", "step")]));
        assert!(!applies("training.schedule.factor", &[]));
        assert!(applies("training.label_smoothing", &[]));
        assert!(!applies("training.label_smoothing", &[("training.loss", "mean_squared_error")]));
        assert!(applies("data.noise", &[]) && !applies("data.noise", &[("data.source", "wdbc")]));
        assert!(applies("data.balance", &[]) && !applies("data.balance", &[("data.source", "house_price")]));
        let houses = ("data.source", "house_price");
        assert!(!applies("training.class_weights", &[houses]));
        assert!(applies("training.class_weights", &[houses, ("training.class_weights", "balanced")]), "to set it right");
    }

    #[test]
    fn typed_values_become_texts_of_links() {
        let read = |key: &str, text: &str| find(key).expect("a card").read(text);
        assert_eq!(read("data.noise", "60%").as_deref(), Ok("0.6"));
        assert_eq!(read("training.learning_rate", "1e-3").as_deref(), Ok("0.001"));
        assert_eq!(read("training.weight_decay", "1/4").as_deref(), Ok("0.25"));
        assert_eq!(read("training.weight_decay", "off").as_deref(), Ok("0"));
        assert_eq!(read("training.batch_size", "1 024").as_deref(), Ok("1024"));
        assert!(read("training.batch_size", "2,5").expect_err("no whole number").contains("whole number"));
        assert!(read("training.batch_size", "-3").expect_err("negative").contains("between 1 and 4096"));
        assert!(read("training.epochs", "1e99").is_err() && read("training.epochs", "nan").is_err());
        assert_eq!(read("data.standardise", "no").as_deref(), Ok("false"));
        assert!(read("training.loss", "cross").expect_err("no choice").contains("Cross-entropy"));
    }

    #[test]
    fn arrows_step_within_the_range() {
        let step = |key: &str, text: &str, n: f64| find(key).expect("a card").stepped(text, n);
        assert_eq!(step("training.batch_size", "32", 1.0).as_deref(), Some("33"));
        assert_eq!(step("training.batch_size", "1", -10.0).as_deref(), Some("1"));
        assert_eq!(step("data.noise", "0.2", 1.0).as_deref(), Some("0.25"));
        assert_eq!(step("training.optimizer.momentum", "0.99", 1.0).as_deref(), Some("0.99"));
        assert_eq!(step("training.weight_decay", "0.1", 1.0), None);
        assert_eq!(step("training.batch_size", "many", 1.0), None);
    }

    #[test]
    fn values_are_written_for_people() {
        let show = |key: &str, text: &str| find(key).expect("a card").show(text);
        assert_eq!(show("data.balance", "0.25"), "25\u{202f}%");
        assert_eq!(show("training.patience", "0"), "off");
        assert_eq!(show("training.optimizer.kind", "rms_prop"), "RMSprop");
        assert_eq!(show("data.standardise", "true"), "yes");
        assert_eq!(show("training.learning_rate", "0.01"), "0.01");
    }
}
