//! What is asked of a network. Each task is one file with its card: how targets are written, which losses and
//! outputs fit, how outputs become answers, which metric judges them, how they are shown.

use serde::{Deserialize, Serialize};

use crate::LossSpec;

pub mod multi_class;
pub mod multi_label;
pub mod regression;
pub mod segmentation;

/// What is asked of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of several classes for each sample.
    MultiClass,
    /// Any of several labels for each sample.
    MultiLabel,
    /// One of several classes for each pixel.
    Segmentation,
    /// A number for each sample.
    Regression,
}

/// How targets are written for the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetCode {
    /// One value of 0 or 1 for each class.
    OneHot,
    /// One value: 1 for the second class.
    Binary,
    /// The labels themselves.
    Labels,
    /// A scaled number.
    Number,
}

impl TargetCode {
    /// Values for each sample (or pixel).
    pub fn channels(self, n_classes: usize) -> usize {
        match self {
            Self::Binary | Self::Number => 1,
            Self::OneHot | Self::Labels => n_classes,
        }
    }
}

/// How the outputs that the loss reads become an answer. There is no other rule: device and host follow it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// The class with the largest output; the first of equal ones.
    Largest,
    /// One output: the second class above this value, the first class otherwise.
    Above(f32),
    /// Each label by itself: "yes" above this value.
    Each(f32),
    /// The output is the answer.
    Number,
}

impl Decision {
    /// The rule for targets that are written so, and a loss.
    pub fn new(code: TargetCode, loss: LossSpec) -> Self {
        // Half a probability is a logit of 0; a squared error aims at 0 and 1 themselves.
        let half = if loss == LossSpec::MeanSquaredError { 0.5 } else { 0.0 };
        match code {
            TargetCode::OneHot => Self::Largest,
            TargetCode::Binary => Self::Above(half),
            TargetCode::Labels => Self::Each(half),
            TargetCode::Number => Self::Number,
        }
    }

    /// The class of one sample or pixel; for labels and numbers there is none, and it is 0.
    pub fn class(self, outputs: &[f32]) -> usize {
        match self {
            Self::Largest => largest(outputs),
            Self::Above(value) => usize::from(outputs.first().is_some_and(|x| *x > value)),
            Self::Each(_) | Self::Number => 0,
        }
    }

    /// Whether the output of one label says "yes".
    pub fn is_yes(self, output: f32) -> bool {
        match self {
            Self::Above(value) | Self::Each(value) => output > value,
            Self::Largest | Self::Number => false,
        }
    }
}

/// Index of the largest value; the first of equal ones.
pub fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
}

/// How the answer for a sample is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The likeliest class and its probability.
    Class,
    /// Every label with its probability.
    Labels,
    /// The classes of the pixels, over the picture.
    Mask,
    /// A number with its unit.
    Number,
}

/// What is known about a task.
#[derive(Debug, Clone, Copy)]
pub struct TaskCard {
    /// Which it is.
    pub task: Task,
    /// What is asked, for people.
    pub title: &'static str,
    /// The loss that is chosen when nothing is said.
    pub loss: LossSpec,
    /// Why a loss does not fit data with so many classes; nothing where it does.
    pub refuses: fn(LossSpec, usize) -> Option<String>,
    /// Numbers of output channels that are possible with a loss and so many classes, the usual one first.
    pub channels: fn(LossSpec, usize) -> Vec<usize>,
    /// How targets are written for a loss and so many output channels.
    pub code: fn(LossSpec, usize) -> TargetCode,
    /// Why classes cannot be weighted; nothing where they can.
    pub refuses_weights: Option<&'static str>,
    /// Name of the metric that says most.
    pub metric: &'static str,
    /// There is an answer for each pixel rather than for each sample.
    pub by_pixel: bool,
    /// How an answer is shown.
    pub shown: Shown,
}

static ALL: [&TaskCard; 4] = [&multi_class::CARD, &multi_label::CARD, &segmentation::CARD, &regression::CARD];

impl Task {
    /// All tasks.
    pub const ALL: [Self; 4] = [Self::MultiClass, Self::MultiLabel, Self::Segmentation, Self::Regression];

    /// What is known about it.
    pub fn card(self) -> &'static TaskCard {
        ALL.into_iter().find(|card| card.task == self).unwrap_or(&multi_class::CARD)
    }

    /// One of several classes for each sample or pixel: there is a confusion matrix.
    pub fn has_classes(self) -> bool {
        matches!(self.card().shown, Shown::Class | Shown::Mask)
    }

    /// A number is predicted.
    pub fn is_number(self) -> bool {
        self.card().shown == Shown::Number
    }

    /// Answers that whole samples are compared by: one class or one number for each.
    pub fn has_one_answer(self) -> bool {
        matches!(self.card().shown, Shown::Class | Shown::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_its_card_and_a_loss_that_fits() {
        for task in Task::ALL {
            let card = task.card();
            assert_eq!(card.task, task);
            assert_eq!((card.refuses)(card.loss, 3), None, "{}", card.title);
            let channels = (card.channels)(card.loss, 3)[0];
            assert_eq!((card.code)(card.loss, channels).channels(3), channels, "{}", card.title);
        }
    }

    #[test]
    fn one_rule_decides() {
        assert_eq!(Decision::Largest.class(&[1.0, 3.0, 3.0]), 1, "the first of equal ones");
        // Beyond 1 both would be clamped to the same probability.
        assert_eq!(Decision::new(TargetCode::OneHot, LossSpec::MeanSquaredError).class(&[1.5, 2.5]), 1);
        let binary = |loss| Decision::new(TargetCode::Binary, loss);
        assert_eq!(binary(LossSpec::BinaryCrossEntropy).class(&[0.0]), 0, "exactly half is no \"yes\"");
        assert_eq!(binary(LossSpec::BinaryCrossEntropy).class(&[1e-9]), 1, "its probability rounds to one half");
        assert_eq!(binary(LossSpec::MeanSquaredError).class(&[0.5]), 0);
        let labels = Decision::new(TargetCode::Labels, LossSpec::MeanSquaredError);
        assert_eq!([0.4, 0.6, 0.9].map(|x| labels.is_yes(x)), [false, true, true], "several at once");
    }
}
