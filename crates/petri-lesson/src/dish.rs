//! Dishes: an experiment, what is shown of it, and what may be changed.

use std::fmt::Write as _;

use petri_protocol::link::Opened;
use petri_protocol::series::members;
use petri_protocol::{Experiment, Member, ModelSpec, link};
use serde::{Deserialize, Serialize};

/// Several runs of a dish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Runs {
    /// Seeds of each variant.
    pub n_seeds: usize,
    /// Result that the box plot shows.
    pub metric: String,
    /// Changes of the experiment side by side: name and settings.
    pub variants: Vec<(String, Vec<(String, String)>)>,
    /// What learns.
    pub models: Vec<ModelSpec>,
}

/// A dish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Dish {
    /// Identity within the lesson.
    pub id: String,
    /// Title.
    pub title: String,
    /// Preset that it starts from.
    pub preset: String,
    /// The experiment.
    pub experiment: Experiment,
    /// Ids of the views that are shown.
    pub views: Vec<String>,
    /// Keys of the settings that may be changed.
    pub controls: Vec<String>,
    /// Several runs, if it offers them.
    pub runs: Option<Runs>,
    /// Steps in a second that it starts with.
    pub speed: Option<f64>,
}

/// Controls of a dish that stand in one row, so that the first picture is seen below them.
const FIRST_CONTROLS: usize = 3;

impl Dish {
    /// Its controls: those that are always seen, and those that are folded away. What takes many lines is among the
    /// latter.
    pub fn divided_controls(&self) -> (Vec<String>, Vec<String>) {
        let (long, short): (Vec<_>, Vec<_>) =
            self.controls.iter().cloned().partition(|key| key == "network" || key == "data.features");
        let mut first = short;
        let more = first.split_off(first.len().min(FIRST_CONTROLS));
        // Where all of them take many lines, they are what the dish is about.
        if first.is_empty() { (long, more) } else { (first, long.into_iter().chain(more).collect()) }
    }

    /// The members of its series, if it has one.
    pub fn members(&self) -> Vec<Member> {
        self.runs.as_ref().map_or(Vec::new(), |runs| runs.members(&self.experiment))
    }
}

impl Runs {
    /// The members for an experiment as it is now.
    pub fn members(&self, experiment: &Experiment) -> Vec<Member> {
        let variants: Vec<(String, Experiment)> = if self.variants.is_empty() {
            vec![("this experiment".to_owned(), experiment.clone())]
        } else {
            let changed = |settings: &[(String, String)]| {
                let mut experiment = experiment.clone();
                for (key, value) in settings {
                    // Checked when the dish was read.
                    link::set(&mut experiment, key, value).unwrap_or_default();
                }
                experiment
            };
            self.variants.iter().map(|(name, settings)| (name.clone(), changed(settings))).collect()
        };
        members(&variants, &self.models, self.n_seeds)
    }
}

/// A dish as it is stored: the experiment as its link, by which it is also shared.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    title: String,
    link: String,
    views: Vec<String>,
    controls: Vec<String>,
    runs: Option<Runs>,
    speed: Option<f64>,
}

impl From<Stored> for Dish {
    fn from(stored: Stored) -> Self {
        let Stored { id, title, link, views, controls, runs, speed } = stored;
        let Opened { preset, experiment, .. } = link::parse(&link);
        Self { id, title, preset, experiment, views, controls, runs, speed }
    }
}

impl From<Dish> for Stored {
    fn from(dish: Dish) -> Self {
        let Dish { id, title, preset, experiment, views, controls, runs, speed } = dish;
        Self { id, title, link: link::print(&preset, &experiment), views, controls, runs, speed }
    }
}

/// Prints an experiment as a block that an author can put into a lesson.
pub fn print(preset: &str, experiment: &Experiment, views: &[&str]) -> String {
    let mut out = format!("```dish\nid: my-dish\ntitle: My dish\npreset: {preset}\n");
    for (key, value) in link::differences(preset, experiment) {
        // Writing to a String cannot fail.
        writeln!(out, "{key}: {value}").unwrap_or_default();
    }
    writeln!(out, "views: {}\ncontrols: training.learning_rate, seed\n```", views.join(", ")).unwrap_or_default();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_many_controls_are_folded_away() {
        let divided = |controls: &[&str]| {
            let Opened { preset, experiment, .. } = link::parse("");
            let controls = controls.iter().map(|c| (*c).to_owned()).collect();
            let (id, title) = (String::new(), String::new());
            let dish = Dish { id, title, preset, experiment, views: vec![], controls, runs: None, speed: None };
            let (first, more) = dish.divided_controls();
            (first.join(" "), more.join(" "))
        };
        assert_eq!(divided(&["network", "a", "seed"]), ("a seed".into(), "network".into()));
        assert_eq!(divided(&["a", "b", "c", "network", "d"]), ("a b c".into(), "network d".into()));
        assert_eq!(divided(&["network"]), ("network".into(), String::new()));
        assert_eq!(divided(&[]), (String::new(), String::new()));
    }
}
