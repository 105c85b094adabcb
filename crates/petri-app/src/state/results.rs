//! Results of the run as it is now, by the names that goals use, and answers at the chosen threshold.

use petri_data::metric::{self, Confusion, Judged, MetricCard, Ranking, result_name};
use petri_protocol::command::ProbeKind;
use petri_protocol::task::largest;
use petri_protocol::{DataInfo, MetricPoint, RunEnd, Split, Task};

use super::dish::Phase;
use super::model::Model;
use super::probes::ProbeAnswer;
use petri_lesson::goal::{Goal, Quantity};

/// Epochs that are looked at for a goal that limits them.
const NEWEST_EPOCHS: usize = 512;

/// The unit of what is predicted, where its name says one: "price (thousand euro)".
pub fn unit(target: &str) -> &str {
    target.strip_suffix(')').and_then(|named| named.rsplit_once('(')).map_or("", |(_, unit)| unit.trim())
}

/// What a result is called beside its values, with the unit of what is predicted where it has one.
pub fn titled(name: &str, target: &str) -> String {
    let title = metric::result_title(name);
    let unit = unit(target);
    match metric::result(name).map(|(_, card)| card.id) {
        Some("mae" | "rmse") if !unit.is_empty() => format!("{title} ({unit})"),
        Some("mse") if !unit.is_empty() => format!("{title} (squared {unit})"),
        _ => title,
    }
}

/// A value of a metric for people, with the unit of what is predicted where it has one.
pub fn with_unit(card: &MetricCard, value: f64, target: &str) -> String {
    let unit = if matches!(card.id, "mae" | "rmse") { unit(target) } else { "" };
    format!("{} {unit}", card.text(value)).trim_end().to_owned()
}

/// Answers and truths of one part of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Probability of the second class, for two classes.
    pub second: Vec<f32>,
    /// Whether a sample belongs to it.
    pub is_second: Vec<bool>,
    /// The confusion matrix of the likeliest class, or at the threshold for two classes.
    pub confusion: Confusion,
    /// Steps that the network had done.
    pub step: usize,
}

impl Scores {
    /// Both curves at once, for two classes.
    pub fn ranking(&self) -> Ranking {
        Ranking::new(&self.second, &self.is_second)
    }
}

/// The scores in an answer, judged at a threshold.
pub fn scores(info: &DataInfo, answer: &ProbeAnswer, threshold: f32) -> Option<Scores> {
    let k = info.n_classes();
    if info.task != Task::MultiClass || k < 2 {
        return None;
    }
    let (scores, truths) = (answer.part(0), answer.part(1));
    if scores.len() != truths.len() * k {
        return None;
    }
    let step = answer.step;
    if k == 2 {
        let second: Vec<f32> = scores.iter().skip(1).step_by(2).copied().collect();
        let is_second: Vec<bool> = truths.iter().map(|t| *t == 1.0).collect();
        let confusion = Confusion::at_threshold(&second, &is_second, threshold);
        return Some(Scores { second, is_second, confusion, step });
    }
    let mut confusion = Confusion::new(k);
    scores.chunks_exact(k).zip(truths).for_each(|(p, t)| confusion.add(*t as usize, largest(p)));
    Some(Scores { second: vec![], is_second: vec![], confusion, step })
}

impl Model {
    /// The newest scores, when there are any.
    pub fn scores(&self) -> Option<Scores> {
        scores(&self.info()?, self.probes.answer(ProbeKind::Scores)?, self.looking.threshold)
    }

    /// A metric of the training data: of the network as it was at the end of the last epoch, where that was measured,
    /// as its validation was. Otherwise the mean over the batches of the epoch, which were judged while it learned, with
    /// dropout.
    fn training(&self, metric: &str) -> Option<f64> {
        let measured = self.curves.validation.last().and_then(|p| of_training(p, metric));
        measured.or_else(|| self.mean_of_batches(metric, self.curves.train.last()?.epoch))
    }

    /// Mean of a metric over the training points of the epoch that ends at `end`.
    fn mean_of_batches(&self, metric: &str, end: f32) -> Option<f64> {
        let epoch = self.curves.train.iter().rev().skip_while(|p| p.epoch > end).take_while(|p| p.epoch > end - 1.0);
        let values = epoch.map(|p| p.get(metric)).filter(|v| v.is_finite());
        let (sum, n) = values.fold((0.0, 0u32), |(sum, n), v| (sum + f64::from(v), n + 1));
        (n > 0).then(|| sum / f64::from(n))
    }

    /// A result, where it is known.
    pub fn result(&self, quantity: Quantity) -> Option<f64> {
        // Before the first step every result would be one of chance.
        if self.step == 0 && quantity != Quantity::NParameters && quantity != Quantity::Runs {
            return None;
        }
        let known =
            |point: Option<&MetricPoint>, metric: &str| point.map(|p| p.get(metric)).filter(|v| v.is_finite()).map(f64::from);
        let validation = self.curves.validation.last();
        match quantity {
            Quantity::Metric(Split::Train, metric) => self.training(metric),
            Quantity::Metric(Split::Validation, metric) => known(validation, metric),
            Quantity::Metric(Split::Test, metric) => known(self.committed.as_ref(), metric),
            Quantity::AtThreshold(metric) => self.at_threshold(metric),
            Quantity::Gap => Some(self.training("accuracy")? - known(validation, "accuracy")?),
            Quantity::NParameters => {
                let shape = self.experiment.network.infer(self.info()?.input).ok()?;
                Some(shape.n_parameters() as f64)
            }
            Quantity::Epochs => Some(self.epoch()),
            Quantity::Runs => Some(self.library.n_runs_of_visit(&self.origin) as f64),
            Quantity::Diverged => Some(f64::from(u8::from(matches!(self.phase, Phase::Ended(RunEnd::Diverged { .. }))))),
        }
    }

    /// A metric of the newest answers to the validation data at the chosen threshold. Goals are about validation: once
    /// the learner has committed, the answers are those to the test set.
    fn at_threshold(&self, metric: &str) -> Option<f64> {
        let is_open = self.committed.is_some();
        let is_of_now = self.probes.answer(ProbeKind::Scores).is_some_and(|a| !is_open && a.step == self.step);
        let scores = if is_of_now { self.scores() } else { None };
        let confusion = scores.filter(|s| !s.second.is_empty())?.confusion;
        let judged = Judged { confusion: Some(confusion), ..Judged::default() };
        Some(metric::find(metric)?.of(&judged)).filter(|v| v.is_finite())
    }

    /// Whether a goal is reached.
    pub fn reaches(&self, goal: &Goal) -> bool {
        self.reached_at(goal).is_some()
    }

    /// The epoch at which a goal is reached. Many epochs may come in one message: where the goal limits them, each of
    /// the newest is looked at.
    pub fn reached_at(&self, goal: &Goal) -> Option<f64> {
        if goal.holds(|quantity| self.result(quantity)) {
            return Some(self.epoch());
        }
        let limits_epochs = goal.conditions.iter().any(|c| c.quantity == Quantity::Epochs);
        let points = &self.curves.validation;
        let newest = &points[points.len().saturating_sub(NEWEST_EPOCHS)..];
        let mut past = newest.iter().filter(|p| p.step > 0 && limits_epochs);
        past.find(|p| goal.holds(|quantity| self.result_at(quantity, p))).map(|p| f64::from(p.epoch))
    }

    /// A result at the end of an earlier epoch, where it was known then: what the network can do now says nothing about it.
    fn result_at(&self, quantity: Quantity, point: &MetricPoint) -> Option<f64> {
        let finite = |v: f32| v.is_finite().then_some(f64::from(v));
        let training = |metric: &str| of_training(point, metric).or_else(|| self.mean_of_batches(metric, point.epoch));
        match quantity {
            Quantity::Metric(Split::Validation, metric) => finite(point.get(metric)),
            Quantity::Metric(Split::Train, metric) => training(metric),
            Quantity::Epochs => finite(point.epoch),
            Quantity::Gap => Some(training("accuracy")? - finite(point.get("accuracy"))?),
            Quantity::NParameters | Quantity::Runs => self.result(quantity),
            Quantity::Metric(Split::Test, _) | Quantity::AtThreshold(_) | Quantity::Diverged => None,
        }
    }
}

/// A metric of the training data as a validation point carries it: of the same network, with dropout off.
pub fn of_training(point: &MetricPoint, metric: &str) -> Option<f64> {
    let value = point.get(&result_name(Split::Train, metric));
    value.is_finite().then_some(f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_unit_of_what_is_predicted() {
        assert_eq!((unit("price (thousand euro)"), unit("mean radius"), unit("")), ("thousand euro", "", ""));
        assert_eq!(titled("val_mae", "price (thousand euro)"), "validation: mean absolute error (thousand euro)");
        assert_eq!(titled("val_mse", "price (euro)"), "validation: mean squared error (squared euro)");
        let card = |id: &str| metric::find(id).expect("a metric");
        assert_eq!(with_unit(card("mae"), 8.5, "price (euro)"), "8.5000 euro");
        assert_eq!(
            (with_unit(card("mae"), 8.5, "area"), with_unit(card("r2"), 0.5, "price (euro)")),
            ("8.5000".into(), "0.500".into())
        );
        assert_eq!(titled("val_loss", "price (euro)"), "validation: loss", "of standardised numbers");
        assert_eq!(
            (titled("val_mae", "mean radius"), titled("epochs", "")),
            ("validation: mean absolute error".into(), "epochs".into())
        );
    }
}
