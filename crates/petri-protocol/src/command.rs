//! What the page tells the worker.

use serde::{Deserialize, Serialize};

use crate::engine_choice::Decision;
use crate::payload::SavedState;
use crate::{Experiment, LiveKey, Member, RequestId, RunId, SeriesId, Split};

/// A range of samples of one part of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRange {
    /// Which part.
    pub split: Split,
    /// First sample.
    pub start: usize,
    /// Number of samples; fewer come back at the end of the part.
    pub count: usize,
}

/// Weights or biases of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TensorPart {
    /// The weights.
    Weight,
    /// The biases.
    Bias,
}

/// One trainable number of a network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ParameterRef {
    /// Name of its node.
    pub node: String,
    /// Weight or bias.
    pub part: TensorPart,
    /// Its place in row-major order.
    pub index: usize,
}

/// A question about the data or about the network as it is now. At most one of a kind is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Probe {
    /// Probability of each class over a rectangle of the plane. Payload: `k` planes of
    /// `resolution × resolution` f32, rows from top (highest second feature) to bottom.
    Boundary {
        /// Cells along one side.
        resolution: usize,
        /// Lowest and highest first feature.
        x: [f32; 2],
        /// Lowest and highest second feature.
        y: [f32; 2],
    },
    /// Feature maps of some nodes for one sample. Payload: for each node c·h·w f32, in order.
    FeatureMaps {
        /// Names of the nodes.
        nodes: Vec<String>,
        /// Which part the sample is from.
        split: Split,
        /// Which sample of that part.
        index: usize,
    },
    /// Weights of some nodes. Payload: for each node its weight, then its bias, as f32. Dense:
    /// `[in, out]`; convolution: `[out, in / groups, k, k]`; transposed: `[in, out, k, k]`.
    Weights {
        /// Names of the nodes.
        nodes: Vec<String>,
    },
    /// Probabilities of some samples. Payload: n·k f32 (per pixel for segmentation: n·k·h·w).
    Predictions {
        /// Which samples.
        range: SampleRange,
    },
    /// Inputs and labels of some samples. Payload: n·len f32 (images scaled to 0..1), then the
    /// labels as f32: n for classes, n·k for labels, n·h·w for segmentation. Then `mean` and `std` of the
    /// scaling, one for each feature or channel: the network sees (x − mean) / std.
    Samples {
        /// Which samples.
        range: SampleRange,
    },
    /// Outputs of some nodes for several samples. Payload: for each node n·len f32.
    Activations {
        /// Names of the nodes.
        nodes: Vec<String>,
        /// Which samples.
        range: SampleRange,
    },
    /// Gradients of the loss of the batch of the last step (of the first one before it) for the network as it is
    /// now, in evaluation mode. Payload as for `Weights`.
    Gradients {
        /// Names of the nodes.
        nodes: Vec<String>,
    },
    /// Mean loss while two parameters take other values and all others stay. Payload: `surface`,
    /// `resolution × resolution` f32 with the second parameter from top (high) to bottom and the first
    /// from left to right; `path`, `[n, 2]`, the values of both at each step since they were watched.
    LossSurface {
        /// The two parameters.
        parameters: [ParameterRef; 2],
        /// The square reaches this far around `centre`.
        extent: f32,
        /// Middle of the square.
        centre: [f32; 2],
        /// Points along one side.
        resolution: usize,
        /// Over all training samples rather than the last batch.
        full_batch: bool,
    },
    /// One training sample forward and backward. Payload: for each node `NAME.value` and
    /// `NAME.gradient` (of the loss by the output), for nodes with parameters also `NAME.weight`,
    /// `NAME.bias` and their gradients `NAME.weight.gradient`, `NAME.bias.gradient`; then `input`,
    /// `target`, `loss`, and `check`: the slope of the loss by one parameter from two losses, where asked for.
    Backprop {
        /// Which training sample.
        index: usize,
        /// The parameter whose gradient is checked by finite differences.
        check: Option<ParameterRef>,
    },
    /// Probabilities of the classes and the truth for all samples of a part. Payload: `[n, k]`, `[n]`;
    /// for numbers the predictions `[n]` and the truth `[n]` in the target's unit.
    Scores {
        /// Which part.
        split: Split,
    },
    /// How much worse the answers become when one feature is shuffled (Breiman 2001): the rise of the
    /// mean absolute error, or the fall of the accuracy. Payload: one f32 for each feature.
    Importance {
        /// Which part.
        split: Split,
    },
    /// Confusion matrix over one part. Payload: k·k f32, row = truth, column = prediction.
    Confusion {
        /// Which part.
        split: Split,
    },
}

/// Name of a kind of probe, to keep at most one of each under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the probe of its name")]
pub enum ProbeKind {
    Boundary,
    FeatureMaps,
    Weights,
    Predictions,
    Samples,
    Confusion,
    Activations,
    Gradients,
    LossSurface,
    Backprop,
    Scores,
    Importance,
}

impl Probe {
    /// Which kind of probe this is.
    pub fn kind(&self) -> ProbeKind {
        match self {
            Self::Boundary { .. } => ProbeKind::Boundary,
            Self::FeatureMaps { .. } => ProbeKind::FeatureMaps,
            Self::Weights { .. } => ProbeKind::Weights,
            Self::Predictions { .. } => ProbeKind::Predictions,
            Self::Samples { .. } => ProbeKind::Samples,
            Self::Confusion { .. } => ProbeKind::Confusion,
            Self::Activations { .. } => ProbeKind::Activations,
            Self::Gradients { .. } => ProbeKind::Gradients,
            Self::LossSurface { .. } => ProbeKind::LossSurface,
            Self::Backprop { .. } => ProbeKind::Backprop,
            Self::Scores { .. } => ProbeKind::Scores,
            Self::Importance { .. } => ProbeKind::Importance,
        }
    }

    /// The part of the data that it looks at, where the learner could choose the test set.
    pub fn split(&self) -> Option<Split> {
        match self {
            Self::FeatureMaps { split, .. } | Self::Confusion { split } | Self::Scores { split } | Self::Importance { split } => {
                Some(*split)
            }
            Self::Predictions { range } | Self::Samples { range } | Self::Activations { range, .. } => Some(range.split),
            Self::Boundary { .. }
            | Self::Weights { .. }
            | Self::Gradients { .. }
            | Self::LossSurface { .. }
            | Self::Backprop { .. } => None,
        }
    }
}

/// What the page tells the worker. A message is this as JSON beside an optional `File`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Command {
    /// Read the file that comes with this message as a data set and keep it.
    OpenFile {
        /// Answered by `FileRead` or `Failed` with the same identity.
        request: RequestId,
    },
    /// Prepare a run from its start: data, network, engine. It waits until `Resume` or `StepOnce`.
    Start {
        /// Identity of the run.
        run: RunId,
        /// What to train.
        experiment: Box<Experiment>,
        /// The engine and why; `None` asks the worker to measure both.
        decision: Option<Decision>,
        /// Go on from a saved state of this very experiment. Its values come with the message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<SavedState>,
    },
    /// Train until paused or finished.
    Resume {
        /// Which run.
        run: RunId,
    },
    /// Stop after the step under way.
    Pause {
        /// Which run.
        run: RunId,
    },
    /// One optimizer step, then wait.
    StepOnce {
        /// Which run.
        run: RunId,
    },
    /// Change a setting while the run goes on, from the next step on. More epochs make a finished run wait for
    /// `Resume` again. Answered by `Changed`, or by `Failed` with this request.
    Change {
        /// Which run.
        run: RunId,
        /// Identity of the request.
        request: RequestId,
        /// Which setting.
        key: LiveKey,
        /// Its new value.
        value: f64,
    },
    /// Send the state of the run. Answered by `Checkpoint`, or by `Failed` with this request.
    Save {
        /// Which run.
        run: RunId,
        /// Identity of the request.
        request: RequestId,
    },
    /// Limit the speed; `None` is as fast as possible.
    SetSpeed {
        /// Which run.
        run: RunId,
        /// Steps in a second.
        steps_per_second: Option<f64>,
    },
    /// Note the values of two parameters at each step from now on, for the path on the loss surface.
    Watch {
        /// Which run.
        run: RunId,
        /// The parameters; `None` stops it.
        parameters: Option<[ParameterRef; 2]>,
    },
    /// The learner is done with this model: evaluate it on the test set, open that set for questions,
    /// and train this run no further.
    Commit {
        /// Which run.
        run: RunId,
    },
    /// Train several runs behind each other. A series that is under way is cancelled.
    StartSeries {
        /// Identity of the series.
        series: SeriesId,
        /// The runs.
        members: Vec<Member>,
        /// Train them on the GPU engine, where this worker has one.
        on_gpu: bool,
    },
    /// End a series; what is done is kept.
    CancelSeries {
        /// Which series.
        series: SeriesId,
    },
    /// Answer a question about the run.
    Probe {
        /// Which run.
        run: RunId,
        /// Answered by `ProbeAnswered` or `ProbeFailed` with the same identity.
        request: RequestId,
        /// The question.
        probe: Probe,
    },
    /// Compare every operation, loss and optimizer of the GPU engine with the CPU engine.
    SelfTest {
        /// Answered by `SelfTested`.
        request: RequestId,
    },
    /// Time Petri's session beside a bare burn loop of the same network.
    Bench {
        /// Answered by `Benched`.
        request: RequestId,
        /// Name of a preset.
        preset: String,
        /// On the GPU engine rather than the CPU engine.
        gpu: bool,
        /// Timed steps of each.
        steps: usize,
    },
    /// Hook for tests: panic.
    Panic,
    /// Hook for tests: lose the GPU device.
    LoseDevice,
}

crate::json::tagged! {
    Probe, "kind";
    Command, "type";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{link, presets};

    #[test]
    fn an_experiment_survives_the_message() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        link::set(&mut experiment, "weights.dense1.weight.1", "-2.5").expect("a key");
        let command = Command::Start { run: RunId(3), experiment: Box::new(experiment), decision: None, from: None };
        let text = serde_json::to_string(&command).expect("JSON");
        assert_eq!(serde_json::from_str::<Command>(&text).expect("own JSON"), command);
    }
}
