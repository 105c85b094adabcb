//! The challenges: pressing Train is not enough, and their hints lead to them without being the answer.

use petri_lesson::Challenge;
use petri_lesson::prose::plain;

use crate::run::{challenges, dish, seeded, train, with};

/// Seeds that each challenge is tried with.
const N_SEEDS: u32 = 5;
/// Seeds of those that may differ from the others.
const N_EXCEPTIONS: usize = 1;

/// What a learner does who follows the hint.
struct Solution {
    lesson: &'static str,
    challenge: &'static str,
    /// Settings by their dotted keys.
    settings: &'static [(&'static str, &'static str)],
    /// Whether the threshold is moved after training.
    moves_threshold: bool,
}

const fn solution(
    lesson: &'static str,
    challenge: &'static str,
    settings: &'static [(&'static str, &'static str)],
    moves_threshold: bool,
) -> Solution {
    Solution { lesson, challenge, settings, moves_threshold }
}

const SOLUTIONS: [Solution; 11] = [
    solution("one-neuron", "separate", &[("training.learning_rate", "0.3")], false),
    solution("matrices-are-not-enough", "bend", &[("network", "dense(8)-relu-dense(8)-relu-dense(1)-sigmoid")], false),
    solution("parabola", "small", &[("network", "dense(6)-tanh-dense(1)-sigmoid"), ("training.learning_rate", "0.03")], false),
    solution("descent", "arrive", &[("training.optimizer.momentum", "0.9")], false),
    solution("mini-batch", "large-batch", &[("training.learning_rate", "2")], false),
    solution("imbalance", "find", &[], true),
    solution("imbalance", "find", &[("training.class_weights", "balanced")], true),
    solution("overfitting", "close", &[("training.optimizer.kind", "adam_w"), ("training.weight_decay", "3")], false),
    solution("house-price", "sell", &[("network", "dense(16)-leakyrelu-dense(1)")], false),
    solution("nuclei", "screen", &[("network", "dense(1)-sigmoid")], true),
    solution(
        "nuclei",
        "two-columns",
        &[
            ("data.features", "[\"mean perimeter\",\"mean area\"]"),
            ("network", "dense(1)"),
            ("training.learning_rate", "0.02"),
            ("training.epochs", "200"),
        ],
        false,
    ),
];

/// Every challenge of every lesson, with its lesson.
fn all() -> Vec<(String, Challenge)> {
    let of = |lesson: &String| challenges(lesson).into_iter().map(|c| (lesson.clone(), c)).collect::<Vec<_>>();
    crate::run::lessons().iter().flat_map(of).collect()
}

#[test]
fn no_challenge_is_met_by_pressing_train() {
    for (lesson, challenge) in all() {
        let preset = dish(&lesson, &challenge.dish).experiment;
        let met: Vec<u32> = (1..=N_SEEDS).filter(|&seed| train(&seeded(&preset, seed)).reaches(&challenge.goal)).collect();
        assert!(met.len() <= N_EXCEPTIONS, "{lesson}: {} is met untouched with the seeds {met:?}", challenge.id);
    }
}

#[test]
fn every_hint_leads_to_its_challenge() {
    for (lesson, challenge) in all() {
        let known: Vec<&Solution> = SOLUTIONS.iter().filter(|s| s.lesson == lesson && s.challenge == challenge.id).collect();
        assert!(!known.is_empty(), "{lesson}: no solution of {} is known", challenge.id);
        for solution in known {
            let experiment = with(&dish(&lesson, &challenge.dish).experiment, solution.settings);
            let fails = |seed: &u32| {
                let outcome = train(&seeded(&experiment, *seed));
                let goal = &challenge.goal;
                !if solution.moves_threshold { outcome.reaches_at_some_threshold(goal) } else { outcome.reaches(goal) }
            };
            let failed: Vec<u32> = (1..=N_SEEDS).filter(fails).collect();
            assert!(failed.len() <= N_EXCEPTIONS, "{lesson}: {:?} misses {} with {failed:?}", solution.settings, challenge.id);
        }
    }
}

/// A dish offers what its challenge takes.
#[test]
fn what_a_solution_changes_can_be_changed_in_its_dish() {
    for solution in &SOLUTIONS {
        let found = challenges(solution.lesson).into_iter().find(|c| c.id == solution.challenge);
        let challenge = found.unwrap_or_else(|| panic!("{} has no challenge {}", solution.lesson, solution.challenge));
        let dish = dish(solution.lesson, &challenge.dish);
        for (key, _) in solution.settings {
            assert!(dish.controls.iter().any(|c| c == key), "{}: {} has no control {key}", solution.lesson, dish.id);
        }
        let has_threshold = dish.views.iter().any(|v| v == "ranking");
        assert!(has_threshold || !solution.moves_threshold, "{}: {} has no threshold", solution.lesson, dish.id);
    }
}

#[test]
fn a_hint_is_not_the_answer() {
    for (lesson, challenge) in all() {
        let hint = plain(&challenge.hint);
        assert!(!hint.is_empty(), "{lesson}: {} has no hint", challenge.id);
        let words: Vec<&str> =
            hint.split(|c: char| c.is_whitespace() || ",;:?!".contains(c)).map(|w| w.trim_matches('.')).collect();
        for solution in SOLUTIONS.iter().filter(|s| s.lesson == lesson && s.challenge == challenge.id) {
            for (_, value) in solution.settings {
                assert!(!words.contains(value), "{lesson}: the hint of {} says \"{value}\"", challenge.id);
            }
        }
    }
}
