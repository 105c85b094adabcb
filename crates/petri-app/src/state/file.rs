//! A file that the worker has read, and how an experiment adapts to it.

use petri_protocol::{ClassWeights, DataInfo, DataSource, Experiment, FileRef, LossSpec, Task, presets};

/// A file that the worker has read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedFile {
    /// How links name it.
    pub file: FileRef,
    /// What is in it.
    pub info: DataInfo,
}

impl LoadedFile {
    /// Makes an experiment train on this file: the loss follows the task, and a network that does not
    /// fit is replaced by the small CNN.
    pub fn adapt(&self, experiment: &mut Experiment) {
        experiment.data.source = DataSource::File;
        experiment.data.file = Some(self.file.clone());
        if self.info.task == Task::MultiLabel {
            experiment.training.loss = LossSpec::BinaryCrossEntropy;
            experiment.training.class_weights = ClassWeights::None;
        } else {
            experiment.training.loss = LossSpec::CrossEntropy;
        }
        if !experiment.validate(Some(&self.info)).is_empty() {
            experiment.network = presets::cnn::network(self.info.n_classes());
        }
    }
}
