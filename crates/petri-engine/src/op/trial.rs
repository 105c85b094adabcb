//! Small networks around single operations, on which the two engines are compared.

use petri_protocol::op::{Flatten, Normalise, Tanh};
use petri_protocol::{Init, NetworkSpec, OpSpec, Padding, TensorShape};

/// A network with two outputs, made around one operation.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What is compared.
    pub name: String,
    /// The network.
    pub network: NetworkSpec,
    /// Shape of a sample.
    pub input: TensorShape,
}

impl Trial {
    /// A chain of operations.
    pub fn chain(name: &str, ops: Vec<OpSpec>, input: TensorShape) -> Self {
        Self { name: name.to_owned(), network: NetworkSpec::chain(ops), input }
    }

    /// Operations on images: a convolution before them, two outputs behind them.
    pub fn on_images(name: &str, ops: Vec<OpSpec>) -> Self {
        let mut all = vec![OpSpec::conv(4, 3, Padding::Same, Init::He)];
        all.extend(ops);
        all.extend([Flatten.into(), OpSpec::dense(2)]);
        Self::chain(name, all, TensorShape::image(2, 8, 8))
    }

    /// Operations on a vector of three values: two outputs behind them.
    pub fn on_features(name: &str, mut ops: Vec<OpSpec>) -> Self {
        ops.extend([Tanh.into(), OpSpec::dense(2)]);
        Self::chain(name, ops, TensorShape::Features(3))
    }

    /// An activation function between two dense layers.
    pub fn activation(function: impl Into<OpSpec>) -> Self {
        let function = function.into();
        let name = format!("dense, {}", function.word());
        Self::chain(&name, vec![OpSpec::dense(6), function, OpSpec::dense(2)], TensorShape::Features(3))
    }

    /// An activation function whose inputs are ten times as large, and so reach its flat parts. Its outputs become smaller
    /// again: logits as large would leave gradients of rounding noise only.
    pub fn flat_activation(function: impl Into<OpSpec>) -> Self {
        let function = function.into();
        let name = format!("{}, large inputs", function.word());
        let divided_by = |std: f64| Normalise { mean: vec![0.0; 4], std: vec![std; 4] }.into();
        Self::on_images(&name, vec![divided_by(0.1), function, divided_by(10.0)])
    }

    /// Two convolutions whose outputs are joined.
    pub fn join(name: &str, op: impl Into<OpSpec>) -> Self {
        let mut trial = Self::on_images(name, vec![OpSpec::conv(4, 3, Padding::Same, Init::He), op.into()]);
        trial.network.nodes[2].inputs = vec!["conv1".into(), "conv2".into()];
        trial
    }
}
