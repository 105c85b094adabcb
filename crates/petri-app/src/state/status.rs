//! What a dish is doing, in words.

use petri_protocol::setting::card::Card;
use petri_protocol::{Problem, RunEnd, journal, setting};

use super::diagnosis::diagnose;
use super::dish::{Dish, Phase};
use super::time_left::words;

/// What a dish is doing.
pub fn status(dish: &Dish) -> String {
    let epoch = format!("epoch {:.1}", dish.epoch());
    let remark = || diagnose(&dish.curves.validation).map_or(String::new(), |d| format!(". {}", d.text()));
    if dish.committed.is_some() {
        return format!("Committed after {epoch}: the test set is open");
    }
    match dish.phase {
        Phase::Loading | Phase::Preparing => "Getting ready".into(),
        Phase::Incomplete => dish.problems().first().map_or_else(|| "Something is missing".into(), what_is_wrong),
        Phase::Paused if dish.step == 0 => "Ready".into(),
        Phase::Paused => format!("Paused at {epoch}"),
        Phase::Running => {
            let n_epochs = journal::epochs(&dish.experiment.training, &dish.experiment.journal, dish.step);
            let n_steps = n_epochs.saturating_mul(dish.steps_per_epoch);
            let left = dish.time_left.seconds(n_steps).and_then(words).map_or(String::new(), |left| format!(", {left}"));
            format!("Training, {epoch}{left}{}", remark())
        }
        Phase::Ended(RunEnd::Finished) => format!("Finished after {epoch}{}", remark()),
        Phase::Ended(RunEnd::StoppedEarly { best_epoch, .. }) => {
            format!("Stopped early after {epoch}: the weights of epoch {best_epoch} are back")
        }
        Phase::Ended(RunEnd::Diverged { step }) => {
            format!(
                "Diverged at step {step}: the loss is no longer a number. Try a smaller learning rate, or clip the gradients."
            )
        }
        Phase::Kept => format!("Left at {epoch}. Curves and pictures are kept; its network is gone, so training starts over."),
        Phase::Failed => "Stopped. Press Train to start again.".into(),
    }
}

/// A problem with the name of its setting, as it stands on the page.
fn what_is_wrong(problem: &Problem) -> String {
    let name = setting::find(&problem.field).map(Card::plain_title);
    let name = name.or_else(|| problem.field.strip_prefix("network.")).unwrap_or("Data");
    format!("{name}: {}", problem.message)
}

/// Whether one step can be made: of a run that is ready, or that is stopped by it.
pub fn can_step(dish: &Dish) -> bool {
    dish.committed.is_none() && matches!(dish.phase, Phase::Paused | Phase::Running)
}

/// What the main button does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainButton {
    /// Trains, or goes on.
    Train,
    /// Pauses.
    Pause,
    /// Trains a run that is over for more epochs.
    TrainFurther,
    /// Trains from the beginning.
    StartOver,
}

impl MainButton {
    /// The main button of a dish.
    pub fn of(dish: &Dish) -> Self {
        match dish.phase {
            Phase::Running => Self::Pause,
            Phase::Ended(RunEnd::Finished) => Self::TrainFurther,
            Phase::Ended(_) | Phase::Kept => Self::StartOver,
            _ => Self::Train,
        }
    }

    /// What stands on it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Train => "▶ Train",
            Self::Pause => "❚❚ Pause",
            Self::TrainFurther => "▶ Train further",
            Self::StartOver => "▶ Start over",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::dish::Place;
    use petri_protocol::{LiveChange, LiveKey, link};

    #[test]
    fn the_time_left_is_that_of_the_epochs_as_they_are_now() {
        let mut dish = Dish::new(Place::lab(), link::parse("v=1&preset=one-neuron&training.epochs=10"));
        dish.phase = Phase::Running;
        dish.steps_per_epoch = 100;
        for tick in 0..80 {
            dish.step = 1000 + tick;
            dish.time_left.note(100.0 * tick as f64, dish.step);
        }
        assert!(!status(&dish).contains("left"), "ten epochs are over: {}", status(&dish));
        dish.experiment.journal.push(LiveChange { step: 1000, key: LiveKey::Epochs, value: 20.0 });
        assert!(status(&dish).contains("about 2 minutes left"), "921 steps at 10 a second: {}", status(&dish));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (link, said) in [
            ("v=1&preset=mlp&training.batch_size=0", "Batch size: must be"),
            ("v=1&preset=mlp&network=dense(3)", "dense1: the output is 3"),
            ("v=1&preset=cnn&data.source=file&data.file.name=a.npz&data.file.fingerprint=00", "Data: drop a.npz on the page"),
        ] {
            let mut dish = Dish::new(Place::lab(), link::parse(link));
            dish.phase = Phase::Incomplete;
            assert!(status(&dish).starts_with(said), "{link}: {}", status(&dish));
        }
    }

    #[test]
    fn a_step_can_be_made_where_a_run_waits() {
        let mut dish = Dish::new(Place::lab(), link::parse("v=1"));
        for (phase, can) in [
            (Phase::Paused, true),
            (Phase::Running, true),
            (Phase::Ended(RunEnd::Finished), false),
            (Phase::Kept, false),
            (Phase::Failed, false),
            (Phase::Loading, false),
        ] {
            dish.phase = phase;
            assert_eq!(can_step(&dish), can, "{phase:?}");
        }
    }
}
