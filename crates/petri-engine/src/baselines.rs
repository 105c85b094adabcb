//! Models to compare a network with: linear and logistic regression, a decision tree, a random forest.

use petri_data::Dataset;
use petri_data::random::{Purpose, stream};
use petri_protocol::{ModelSpec, Split};
use rand::Rng;
use smartcore::ensemble::random_forest_classifier::{RandomForestClassifier, RandomForestClassifierParameters};
use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::linear_regression::{LinearRegression, LinearRegressionParameters};
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};
use smartcore::tree::decision_tree_classifier::{DecisionTreeClassifier, DecisionTreeClassifierParameters};
use smartcore::tree::decision_tree_regressor::{DecisionTreeRegressor, DecisionTreeRegressorParameters};

use crate::error::EngineError;

type Matrix = DenseMatrix<f64>;

/// Trees of a forest.
const N_TREES: usize = 100;
/// Most numbers in the training part: the library cannot be interrupted while it fits one model.
const MAX_CELLS: usize = 4_000_000;
/// Most rows for a tree of classes: it looks at all of them for each of its nodes (smartcore 0.7).
const MAX_CLASS_ROWS: usize = 20_000;
/// Strength of the L2 penalty of logistic regression: with none its weights grow without end on classes
/// that a plane separates.
const LOGISTIC_PENALTY: f64 = 1.0;

enum Model {
    Linear(LinearRegression<f64, f64, Matrix, Vec<f64>>),
    Logistic(LogisticRegression<f64, i32, Matrix, Vec<i32>>),
    TreeOfNumbers(DecisionTreeRegressor<f64, f64, Matrix, Vec<f64>>),
    TreeOfClasses(DecisionTreeClassifier<f64, i32, Matrix, Vec<i32>>),
    /// Forests of one tree each, so that others get their turn while they grow.
    ForestOfNumbers(Vec<RandomForestRegressor<f64, f64, Matrix, Vec<f64>>>),
    ForestOfClasses(Vec<RandomForestClassifier<f64, i32, Matrix, Vec<i32>>>),
}

/// A model that was fitted to the training part of a data set. It sees the same scaled inputs as a
/// network; the targets are in their own unit.
pub struct Baseline {
    name: &'static str,
    n_features: usize,
    model: Model,
}

fn matrix(name: &'static str, inputs: &[f32], width: usize) -> Result<Matrix, EngineError> {
    let values: Vec<f64> = inputs.iter().map(|&v| f64::from(v)).collect();
    DenseMatrix::new(inputs.len() / width.max(1), width, values, false)
        .map_err(|e| EngineError::Baseline { model: name, why: e.to_string() })
}

/// The trees of a forest, each from a seed of its own; `pause` is awaited between them.
async fn grow<T>(seed: u64, fit: impl Fn(u64) -> Result<T, Failed>, mut pause: impl AsyncFnMut()) -> Result<Vec<T>, Failed> {
    let mut trees = Vec::new();
    for tree in 0..N_TREES {
        trees.push(fit(seed.wrapping_add(tree as u64))?);
        pause().await;
    }
    Ok(trees)
}

impl Baseline {
    /// Fits a model; trees grow until their leaves are pure, as scikit-learn's defaults. `pause` is awaited between the
    /// trees of a forest.
    ///
    /// # Errors
    ///
    /// When the data are no table of classes or numbers, or too many, or the library refuses them.
    pub async fn fit(model: ModelSpec, dataset: &Dataset, seed: u32, pause: impl AsyncFnMut()) -> Result<Self, EngineError> {
        let name = model.title();
        let refuse = |why: &str| EngineError::Baseline { model: name, why: why.to_owned() };
        if !model.fits(&dataset.info) {
            return Err(refuse("it needs a table of classes or numbers"));
        }
        let is_number = dataset.info.task.is_number();
        let n_features = dataset.info.input.len();
        if dataset.info.sizes.train.saturating_mul(n_features) > MAX_CELLS {
            return Err(refuse("it needs a table of at most 4 million numbers"));
        }
        if !is_number && matches!(model, ModelSpec::Tree | ModelSpec::Forest) && dataset.info.sizes.train > MAX_CLASS_ROWS {
            return Err(refuse("for classes it needs a training part of at most 20,000 rows"));
        }
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for index in 0..dataset.info.sizes.train {
            dataset.scaled_input(Split::Train, index, &mut inputs);
            dataset.raw_target(Split::Train, index, &mut targets);
        }
        let x = matrix(name, &inputs, n_features)?;
        let numbers: Vec<f64> = targets.iter().map(|&t| f64::from(t)).collect();
        let classes: Vec<i32> = targets.iter().map(|&t| t as i32).collect();
        let seed = stream(seed, Purpose::Forest).next_u64();
        // A third of the features for numbers, the root of their number for classes (Breiman 2001).
        let m = if is_number { n_features.div_ceil(3) } else { (n_features as f64).sqrt().ceil() as usize };
        let fitted = match (model, is_number) {
            (ModelSpec::Network, _) => return Err(refuse("a network is trained, not fitted")),
            (ModelSpec::Linear, true) => {
                LinearRegression::fit(&x, &numbers, LinearRegressionParameters::default()).map(Model::Linear)
            }
            (ModelSpec::Linear, false) => {
                let parameters = LogisticRegressionParameters::default().with_alpha(LOGISTIC_PENALTY);
                LogisticRegression::fit(&x, &classes, parameters).map(Model::Logistic)
            }
            (ModelSpec::Tree, true) => {
                let parameters =
                    DecisionTreeRegressorParameters { seed: Some(seed), ..DecisionTreeRegressorParameters::default() };
                DecisionTreeRegressor::fit(&x, &numbers, parameters).map(Model::TreeOfNumbers)
            }
            (ModelSpec::Tree, false) => {
                let parameters =
                    DecisionTreeClassifierParameters { seed: Some(seed), ..DecisionTreeClassifierParameters::default() };
                DecisionTreeClassifier::fit(&x, &classes, parameters).map(Model::TreeOfClasses)
            }
            (ModelSpec::Forest, true) => {
                let of = |seed| RandomForestRegressorParameters::default().with_n_trees(1).with_m(m).with_seed(seed);
                grow(seed, |seed| RandomForestRegressor::fit(&x, &numbers, of(seed)), pause).await.map(Model::ForestOfNumbers)
            }
            (ModelSpec::Forest, false) => {
                let of = |seed| RandomForestClassifierParameters::default().with_n_trees(1).with_m(m).with_seed(seed);
                grow(seed, |seed| RandomForestClassifier::fit(&x, &classes, of(seed)), pause).await.map(Model::ForestOfClasses)
            }
        };
        let model = fitted.map_err(|e| refuse(&e.to_string()))?;
        Ok(Self { name, n_features, model })
    }

    /// Classes, or numbers in the target's unit, for scaled inputs `[n, features]`: of a forest the mean of its trees, or
    /// the class that most of them name (the lowest of equal ones). `pause` is awaited between trees.
    ///
    /// # Errors
    ///
    /// When the library refuses the inputs.
    pub async fn predict(&self, inputs: &[f32], mut pause: impl AsyncFnMut()) -> Result<Vec<f32>, EngineError> {
        let x = matrix(self.name, inputs, self.n_features)?;
        let refuse = |e: Failed| EngineError::Baseline { model: self.name, why: e.to_string() };
        let n = inputs.len() / self.n_features.max(1);
        let numbers = |v: Vec<f64>| v.into_iter().map(|v| v as f32).collect();
        let classes = |v: Vec<i32>| v.into_iter().map(|v| v as f32).collect();
        match &self.model {
            Model::Linear(m) => m.predict(&x).map(numbers),
            Model::TreeOfNumbers(m) => m.predict(&x).map(numbers),
            Model::ForestOfNumbers(trees) => {
                let mut sums = vec![0.0; n];
                for tree in trees {
                    sums.iter_mut().zip(tree.predict(&x).map_err(refuse)?).for_each(|(sum, v)| *sum += v);
                    pause().await;
                }
                Ok(sums.into_iter().map(|sum| (sum / trees.len() as f64) as f32).collect())
            }
            Model::Logistic(m) => m.predict(&x).map(classes),
            Model::TreeOfClasses(m) => m.predict(&x).map(classes),
            Model::ForestOfClasses(trees) => {
                let mut votes: Vec<Vec<f32>> = vec![Vec::new(); n];
                for tree in trees {
                    for (votes, class) in votes.iter_mut().zip(tree.predict(&x).map_err(refuse)?) {
                        let class = usize::try_from(class).unwrap_or_default();
                        votes.resize(votes.len().max(class + 1), 0.0);
                        votes[class] += 1.0;
                    }
                    pause().await;
                }
                Ok(votes.iter().map(|votes| petri_protocol::task::largest(votes) as f32).collect())
            }
        }
        .map_err(refuse)
    }
}
