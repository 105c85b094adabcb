//! A file that the worker has read, and how an experiment adapts to it.

use petri_protocol::op::Relu;
use petri_protocol::{
    ClassWeights, DataInfo, DataSource, DataSpec, Experiment, FileRef, LossSpec, NetworkSpec, OpSpec, Problem, TableInfo, Task,
    TensorShape, presets,
};

/// What is in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Images with their parts.
    Images(DataInfo),
    /// A table, whose target and features are chosen.
    Table(TableInfo),
}

/// A file that the worker has read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedFile {
    /// How links name it.
    pub file: FileRef,
    /// What is in it.
    pub content: Content,
}

impl LoadedFile {
    /// The data set that it gives.
    ///
    /// # Errors
    ///
    /// When the chosen columns do not exist.
    pub fn info(&self, spec: &DataSpec) -> Result<DataInfo, Problem> {
        match &self.content {
            Content::Images(info) => Ok(info.clone()),
            Content::Table(table) => table.data_info(spec),
        }
    }

    /// Makes an experiment train on this file.
    pub fn adapt(&self, experiment: &mut Experiment) {
        experiment.data.source = DataSource::File;
        experiment.data.file = Some(self.file.clone());
        if self.info(&experiment.data).is_err() {
            // Columns of another table.
            experiment.data.target.clear();
            experiment.data.features.clear();
        }
        if let Ok(info) = self.info(&experiment.data) {
            fit(experiment, &info);
        }
    }
}

/// Makes loss and network fit the data: the loss follows the task, and a network that does not fit is
/// replaced by a small one.
pub fn fit(experiment: &mut Experiment, info: &DataInfo) {
    let fits = |e: &Experiment| {
        e.validate(Some(info)).iter().all(|p| !p.field.starts_with("network") && !p.field.starts_with("training"))
    };
    if fits(experiment) {
        return;
    }
    experiment.weights.clear();
    experiment.training.loss = match info.task {
        Task::MultiLabel => LossSpec::BinaryCrossEntropy,
        Task::Regression => LossSpec::MeanSquaredError,
        Task::MultiClass | Task::Segmentation => LossSpec::CrossEntropy,
    };
    if matches!(info.task, Task::MultiLabel | Task::Regression) {
        experiment.training.class_weights = ClassWeights::None;
    }
    if fits(experiment) {
        return;
    }
    experiment.network = match (info.task, info.input) {
        (Task::Segmentation, _) => presets::unet_mini::network(),
        (_, TensorShape::Image { .. }) => presets::cnn::network(info.n_classes()),
        (_, TensorShape::Features(_)) => {
            let outputs = if info.task == Task::Regression { 1 } else { info.n_classes() };
            NetworkSpec::chain([OpSpec::dense(16), Relu.into(), OpSpec::dense(outputs)])
        }
    };
}
