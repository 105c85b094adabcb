//! What the worker tells the page: a header as JSON beside one `ArrayBuffer` of little-endian f32.

use serde::{Deserialize, Serialize};

use crate::command::SampleRange;
use crate::engine_choice::{Adapter, Calibration, Decision};
pub use crate::payload::{PayloadPart, SavedState};
use crate::{DataInfo, FileRef, LiveChange, RequestId, RunId, SeriesId, TableInfo, WireError};

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum RunEnd {
    /// All epochs are done.
    Finished,
    /// The validation loss did not fall for as many epochs as the patience allows; the weights are
    /// those of the best epoch again.
    StoppedEarly {
        /// The last step.
        step: usize,
        /// The epoch with the lowest validation loss.
        best_epoch: usize,
    },
    /// The loss is no longer a finite number. An outcome, not an error.
    Diverged {
        /// First step with such a loss.
        step: usize,
    },
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum RunState {
    /// Ready, waiting for `Resume`.
    Paused,
    /// Training.
    Running,
    /// Over.
    Ended {
        /// How.
        end: RunEnd,
    },
}

/// Which of the two worker artefacts speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerKind {
    /// CPU engine only: small, loads at once.
    Cpu,
    /// GPU and CPU engine.
    Gpu,
}

/// Result of comparing one operation on both engines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTestResult {
    /// What was compared.
    pub name: String,
    /// Largest difference, absolute plus relative; a text when it is no number.
    pub difference: Option<f64>,
    /// Whether it is small enough.
    pub passed: bool,
}

/// Milliseconds per step of one reference network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchResult {
    /// Name of the preset.
    pub preset: String,
    /// Median milliseconds per step of Petri's session.
    pub session_millis: f64,
    /// Median milliseconds per step of the bare loop.
    pub bare_millis: f64,
}

/// What the worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Event {
    /// First message: the worker can be spoken to.
    Ready {
        /// [`PROTOCOL_VERSION`](crate::PROTOCOL_VERSION) of the worker.
        protocol: u32,
        /// Build that the worker was loaded as.
        build: String,
        /// Which artefact it is.
        worker: WorkerKind,
        /// The graphics adapter, when the browser offers one.
        adapter: Option<Adapter>,
    },
    /// Long work goes on.
    Progress {
        /// What is being done, for people.
        what: String,
        /// Part that is done, where that is known.
        part: Option<f32>,
    },
    /// A file was read.
    FileRead {
        /// Identity of the request.
        request: RequestId,
        /// How links and files name it.
        file: FileRef,
        /// What is in it.
        info: DataInfo,
    },
    /// A table was read: its target and features are to be chosen.
    TableRead {
        /// Identity of the request.
        request: RequestId,
        /// How links and files name it.
        file: FileRef,
        /// What is in it.
        info: TableInfo,
    },
    /// A setting was changed while the run went on.
    Changed {
        /// Which run.
        run: RunId,
        /// Identity of the request.
        request: RequestId,
        /// All changes so far: the experiment with them repeats the run.
        journal: Vec<LiveChange>,
        /// Epochs of the whole run now.
        n_epochs: usize,
    },
    /// The state of a run. Payload: the values of its tensors behind each other. Sent when asked for, and by itself
    /// after an epoch, so that a lost engine loses little.
    Checkpoint {
        /// Which run.
        run: RunId,
        /// Identity of the request, where it was asked for.
        request: Option<RequestId>,
        /// Steps done.
        step: usize,
        /// Names and shapes.
        state: SavedState,
    },
    /// The learner committed to the model of a run. Payload: one point, of the test set.
    Committed {
        /// Which run.
        run: RunId,
        /// Names of the metrics in the payload.
        columns: Vec<String>,
    },
    /// A member of a series has learned for a while. Payload: its newest points, one for training (the
    /// mean of the epoch) and one for validation in each epoch.
    SeriesPoints {
        /// Which series.
        series: SeriesId,
        /// Index of the member.
        member: usize,
        /// Names of the metrics in the payload.
        columns: Vec<String>,
    },
    /// A member of a series is done. Payload: its results.
    MemberEnded {
        /// Which series.
        series: SeriesId,
        /// Index of the member.
        member: usize,
        /// How; `None` when it failed.
        end: Option<RunEnd>,
        /// Why it failed, if it did.
        error: Option<WireError>,
        /// The results in the payload: `val_accuracy` and others of shape `[1]`, `importance` of `[n]`.
        parts: Vec<PayloadPart>,
    },
    /// A series is over.
    SeriesEnded {
        /// Which series.
        series: SeriesId,
        /// It was cancelled.
        cancelled: bool,
    },
    /// The run is prepared.
    Started {
        /// Which run.
        run: RunId,
        /// Engine and why.
        decision: Decision,
        /// What was measured now, to be remembered.
        calibration: Option<Calibration>,
        /// The data set.
        info: DataInfo,
        /// Optimizer steps in an epoch.
        steps_per_epoch: usize,
    },
    /// New points of the curves, in the payload.
    Metrics {
        /// Which run.
        run: RunId,
        /// Names of the metrics in the payload.
        columns: Vec<String>,
    },
    /// The run goes on, waits or is over.
    State {
        /// Which run.
        run: RunId,
        /// What it does.
        state: RunState,
        /// Optimizer steps done.
        step: usize,
    },
    /// Answer to a probe; values in the payload.
    ProbeAnswered {
        /// Which run.
        run: RunId,
        /// Identity of the request.
        request: RequestId,
        /// Steps that the network had done.
        step: usize,
        /// The tensors in the payload, in order.
        parts: Vec<PayloadPart>,
        /// Which samples, for probes about samples.
        range: Option<SampleRange>,
    },
    /// A probe that could not be answered.
    ProbeFailed {
        /// Which run.
        run: RunId,
        /// Identity of the request.
        request: RequestId,
        /// Why.
        error: WireError,
    },
    /// Something went wrong. With a run, that run is over.
    Failed {
        /// Which run, if any.
        run: Option<RunId>,
        /// Which request, if any.
        request: Option<RequestId>,
        /// What.
        error: WireError,
    },
    /// Answer to `SelfTest`.
    SelfTested {
        /// Identity of the request.
        request: RequestId,
        /// One result for each operation, loss and optimizer.
        results: Vec<SelfTestResult>,
    },
    /// Answer to `Bench`.
    Benched {
        /// Identity of the request.
        request: RequestId,
        /// What was measured.
        result: BenchResult,
    },
}

crate::json::tagged! {
    RunEnd, "kind";
    RunState, "kind";
    Event, "type";
}
