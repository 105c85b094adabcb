//! Permutation importance (Breiman 2001): how much worse the answers become when the values of one
//! feature are dealt out anew among the samples. The same for every kind of model.

use petri_data::Dataset;
use petri_data::metric::Errors;
use petri_data::random::{Purpose, permutation, stream};
use petri_protocol::{Decision, Split, TensorShape};

use crate::error::EngineError;
use crate::moment::Moment;

/// How often each feature is shuffled; the mean is taken.
const REPEATS: usize = 5;

/// What shuffling is done with.
pub struct Shuffles<'a> {
    dataset: &'a Dataset,
    /// Scaled inputs, `[n, features]`.
    inputs: Vec<f32>,
    truths: Vec<f32>,
    seed: u32,
}

impl<'a> Shuffles<'a> {
    /// For one part of a data set of vectors.
    ///
    /// # Errors
    ///
    /// When its samples are no vectors, or its answers no classes or numbers.
    pub fn new(dataset: &'a Dataset, split: Split, seed: u32) -> Result<Self, EngineError> {
        let is_vector = matches!(dataset.info.input, TensorShape::Features(_));
        if !is_vector || !dataset.info.task.has_one_answer() {
            return Err(EngineError::Probe { why: "only tables have importances of features".into() });
        }
        let n = dataset.info.sizes.of(split);
        let (mut inputs, mut truths) = (Vec::new(), Vec::new());
        for index in 0..n {
            dataset.scaled_input(split, index, &mut inputs);
            dataset.raw_target(split, index, &mut truths);
        }
        Ok(Self { dataset, inputs, truths, seed })
    }

    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.dataset.info.input.len()
    }

    /// Number of samples.
    pub fn n(&self) -> usize {
        self.truths.len()
    }

    /// The inputs with one feature dealt out anew; `None` leaves them.
    pub fn inputs(&self, shuffled: Option<(usize, usize)>) -> Vec<f32> {
        let mut inputs = self.inputs.clone();
        if let Some((feature, repeat)) = shuffled {
            let width = self.n_features();
            let purpose = Purpose::Shuffle((feature * REPEATS + repeat) as u32);
            let order = permutation(&mut stream(self.seed, purpose), self.n());
            for (row, from) in order.into_iter().enumerate() {
                inputs[row * width + feature] = self.inputs[from as usize * width + feature];
            }
        }
        inputs
    }

    /// How good answers are: minus the mean absolute error, or the accuracy. `answers` are numbers in the
    /// target's unit or classes.
    pub fn quality(&self, answers: &[f32]) -> f64 {
        if self.dataset.info.task.is_number() {
            return -Errors::new(answers, &self.truths).mae;
        }
        let right = answers.iter().zip(&self.truths).filter(|(a, t)| a == t).count();
        right as f64 / self.n() as f64
    }

    /// Which shuffles there are.
    pub fn all(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n = self.n_features();
        (0..n).flat_map(|feature| (0..REPEATS).map(move |repeat| (feature, repeat)))
    }

    /// Importance of each feature from the quality without and with each shuffle.
    pub fn importances(&self, whole: f64, shuffled: &[f64]) -> Vec<f64> {
        shuffled.chunks_exact(REPEATS).map(|q| whole - q.iter().sum::<f64>() / REPEATS as f64).collect()
    }
}

/// Importance of each feature for the network of a moment.
///
/// # Errors
///
/// As [`Shuffles::new`], or when the device fails.
pub async fn of_network(moment: &Moment, split: Split, mut pause: impl AsyncFnMut()) -> Result<Vec<f64>, EngineError> {
    let shuffles = Shuffles::new(moment.dataset(), split, moment.experiment().seed)?;
    let mut qualities = Vec::new();
    for shuffled in std::iter::once(None).chain(shuffles.all().map(Some)) {
        let logits = moment.logits(&shuffles.inputs(shuffled), shuffles.n(), &mut pause).await?;
        qualities.push(shuffles.quality(&moment.decide(&logits)));
    }
    Ok(shuffles.importances(qualities[0], &qualities[1..]))
}

impl Moment {
    /// Answers from logits `[n, channels]`: classes, or numbers in the target's unit.
    pub fn decide(&self, logits: &[f32]) -> Vec<f32> {
        let scaling = &self.dataset().target_scaling;
        let decision = self.decision();
        let channels = self.network().plan().logits_shape().channels();
        let answer = |logits: &[f32]| match decision {
            Decision::Number => scaling.restore(logits[0], 0),
            other => other.class(logits) as f32,
        };
        logits.chunks_exact(channels).map(answer).collect()
    }
}
