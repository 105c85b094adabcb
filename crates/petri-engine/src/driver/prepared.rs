//! Runs that are ready to start, and who prepares them.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use petri_data::Dataset;
use petri_protocol::{Experiment, WireError};

use super::job::Turn;
use crate::device::Device;

/// Data and device of a run.
pub struct Prepared {
    /// What is trained.
    pub experiment: Experiment,
    /// Its data.
    pub dataset: Rc<Dataset>,
    /// Where it is trained.
    pub device: Device,
    /// Whether that is the GPU.
    pub on_gpu: bool,
}

/// Preparing a run: reading data, starting and comparing engines.
pub type Preparation = Pin<Box<dyn Future<Output = Result<Prepared, WireError>>>>;

/// Prepares the members of a series, on the GPU where that is wanted.
pub type Prepare = Rc<dyn Fn(Experiment, bool, Rc<Turn>) -> Preparation>;
