//! Loss and metrics over one part of the data.

use petri_data::Dataset;
use petri_data::batch::in_order;
use petri_data::metric::{Confusion, Judged, Ranking};
use petri_protocol::task::largest;
use petri_protocol::{Decision, MetricPoint, Split, TargetCode};

use crate::error::EngineError;
use crate::executor::Network;
use crate::loss::{Objective, probabilities};

/// What was measured on one part of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Answers beside truths.
    pub judged: Judged,
    /// The metrics that fit the task, by their names.
    pub values: Vec<(&'static str, f64)>,
    /// Probabilities of the classes `[n, k]`, or the predicted numbers `[n]` in the target's unit; empty
    /// for segmentation.
    pub scores: Vec<f32>,
}

impl Evaluation {
    /// Mean loss, weighted like the training loss.
    pub fn loss(&self) -> f64 {
        self.judged.loss.unwrap_or(f64::NAN)
    }

    /// The value of a metric; NaN where it does not fit the task.
    pub fn get(&self, id: &str) -> f64 {
        self.values.iter().find(|(name, _)| *name == id).map_or(f64::NAN, |(_, value)| *value)
    }

    /// A point of the curves.
    pub fn point(&self, split: Split, step: u32, epoch: f32) -> MetricPoint {
        let columns: Vec<String> = self.values.iter().map(|(name, _)| (*name).to_owned()).collect();
        let values: Vec<f32> = self.values.iter().map(|(_, value)| *value as f32).collect();
        MetricPoint::measured(split, step, epoch, columns.into(), &values)
    }
}

/// Sums over the samples seen so far.
struct Sums<'a> {
    objective: &'a Objective,
    decision: Decision,
    dataset: &'a Dataset,
    weighted_loss: f64,
    weight: f64,
    confusion: Confusion,
    scores: Vec<f32>,
    truths: Vec<f32>,
}

impl Sums<'_> {
    /// Counts one sample or pixel.
    fn add(&mut self, logits: &[f32], targets: &[f32], weight: f32) {
        let k = self.dataset.info.n_classes();
        self.weighted_loss += f64::from(weight) * self.objective.on_host(logits, targets);
        self.weight += self.objective.host_divisor(logits.len(), weight);
        if self.decision == Decision::Number {
            let scaling = &self.dataset.target_scaling;
            self.scores.push(scaling.restore(logits[0], 0));
            self.truths.push(scaling.restore(targets[0], 0));
            return;
        }
        let task = self.dataset.info.task;
        if !task.card().by_pixel {
            self.scores.extend(probabilities(self.objective.loss(), logits, k));
        }
        if let Decision::Each(_) = self.decision {
            for (x, t) in logits.iter().zip(targets) {
                self.confusion.add(usize::from(*t > 0.5), usize::from(self.decision.is_yes(*x)));
            }
            return;
        }
        let truth = if targets.len() == 1 { usize::from(targets[0] > 0.5) } else { largest(targets) };
        if task.has_one_answer() {
            self.truths.push(truth as f32);
        }
        self.confusion.add(truth, self.decision.class(logits));
    }

    fn finish(self) -> Evaluation {
        let (task, k) = (self.dataset.info.task, self.dataset.info.n_classes());
        let mut judged = if task.is_number() {
            Judged::samples(task, k, &self.scores, &self.truths)
        } else {
            Judged { confusion: Some(self.confusion), ..Judged::default() }
        };
        judged.loss = Some(self.weighted_loss / self.weight);
        if !self.truths.is_empty() && k == 2 {
            let second: Vec<f32> = self.scores.iter().skip(1).step_by(2).copied().collect();
            let is_second: Vec<bool> = self.truths.iter().map(|t| *t == 1.0).collect();
            judged.ranking = Some(Ranking::new(&second, &is_second));
        }
        let values = judged.values(task, k).into_iter().map(|(card, value)| (card.id, value)).collect();
        Evaluation { judged, values, scores: self.scores }
    }
}

/// Evaluates a network on one part of the data, or on some `samples` of it. `pause` is awaited between batches, so
/// that a worker can listen to messages meanwhile.
///
/// # Errors
///
/// When the device fails.
pub async fn evaluate(
    network: &dyn Network,
    dataset: &Dataset,
    split: Split,
    samples: Option<&[usize]>,
    class_weights: &[f32],
    mut pause: impl AsyncFnMut(),
) -> Result<Evaluation, EngineError> {
    let n = samples.map_or(dataset.info.sizes.of(split), <[usize]>::len);
    let size = network.batch_size().min(n.max(1));
    let shape = network.plan().logits_shape();
    let (channels, area) = (shape.channels(), shape.area());
    let code = (dataset.info.task.card().code)(network.objective().loss(), channels);
    let decision = Decision::new(code, network.objective().loss());
    let mut sums = Sums {
        objective: network.objective(),
        decision,
        dataset,
        weighted_loss: 0.0,
        weight: 0.0,
        // The labels of a sample are as many answers of "no" or "yes".
        confusion: Confusion::new(if code == TargetCode::Labels { 2 } else { dataset.info.n_classes() }),
        scores: Vec::new(),
        truths: Vec::new(),
    };
    let target_channels = code.channels(dataset.info.n_classes());
    let (mut x, mut t) = (vec![0.0; channels], vec![0.0; target_channels]);
    for step in 0..n.div_ceil(size) {
        let (mut indices, n_real) = in_order(step, size, n);
        if let Some(samples) = samples {
            indices.iter_mut().for_each(|index| *index = samples[*index]);
        }
        let mut batch = dataset.batch(split, &indices, n_real, code, class_weights);
        let inputs = std::mem::take(&mut batch.inputs);
        let logits = network.logits(vec![(inputs, batch.size)]).await?.swap_remove(0);
        for row in 0..batch.n_real {
            let logits = &logits[row * channels * area..][..channels * area];
            let targets = &batch.targets[row * target_channels * area..][..target_channels * area];
            for pixel in 0..area {
                x.iter_mut().zip(logits.iter().skip(pixel).step_by(area)).for_each(|(x, value)| *x = *value);
                t.iter_mut().zip(targets.iter().skip(pixel).step_by(area)).for_each(|(t, value)| *t = *value);
                sums.add(&x, &t, batch.weights[row * area + pixel]);
            }
        }
        pause().await;
    }
    Ok(sums.finish())
}
