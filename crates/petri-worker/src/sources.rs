//! The data of a run: generated, built in, or from the learner's file.

use std::cell::RefCell;
use std::rc::Rc;

use petri_data::tables::{Table, csv_reader, wdbc};
use petri_data::{Dataset, generators, medmnist};
use petri_engine::driver::Turn;
use petri_protocol::{DataInfo, DataSource, ErrorCode, Experiment, FileRef, TableInfo, WireError};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Response};

use crate::codec;

/// Largest file that is read, in bytes.
const MAX_FILE_BYTES: f64 = 1.5 * 1024.0 * 1024.0 * 1024.0;
/// Largest table that is read, in bytes.
const MAX_TABLE_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// The built-in table, beside the script of the worker.
const WDBC: &str = "data/wdbc.csv";

/// What the learner's file was.
enum Loaded {
    Images(Dataset),
    Table(Table),
}

/// What a file turned out to be.
pub(crate) enum Content {
    Images(DataInfo),
    Table(TableInfo),
}

/// Everything that data sets are made from. A copy keeps what is there now, whatever is opened later.
#[derive(Default, Clone)]
pub(crate) struct Sources {
    file: RefCell<Option<Rc<(FileRef, Loaded)>>>,
    wdbc: RefCell<Option<Rc<Table>>>,
}

fn bad_file(message: String) -> WireError {
    WireError::new(ErrorCode::BadFile, message)
}

impl Sources {
    /// Reads a file and keeps it; what was kept before stays when it cannot be read.
    pub(crate) async fn open(&self, file: Option<File>, turn: &Turn) -> Result<(FileRef, Content), WireError> {
        let file = file.ok_or_else(|| bad_file("No file came with the message.".into()))?;
        let name = file.name();
        let is_table = [".csv", ".tsv", ".txt"].iter().any(|end| name.to_lowercase().ends_with(end));
        if file.size() > if is_table { MAX_TABLE_BYTES } else { MAX_FILE_BYTES } {
            let limit = if is_table { "64 MiB" } else { "1.5 GiB" };
            return Err(bad_file(format!("{name} is larger than {limit}.")));
        }
        codec::send_progress(format!("Reading {name}"));
        let unreadable = || bad_file(format!("{name} could not be read from the disk."));
        let buffer = JsFuture::from(file.array_buffer()).await.ok().ok_or_else(unreadable)?;
        let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
        codec::send_progress(format!("Unpacking {name}"));
        turn.pause().await;
        let (file, loaded, content) = if is_table {
            let table = csv_reader::read(&name, &bytes).map_err(|error| bad_file(format!("{name}: {error}")))?;
            let content = Content::Table(table.info().clone());
            (FileRef { name, fingerprint: medmnist::fingerprint(&bytes) }, Loaded::Table(table), content)
        } else {
            let (file, dataset) = medmnist::read(&name, &bytes).map_err(|error| bad_file(format!("{name}: {error}")))?;
            let content = Content::Images(dataset.info.clone());
            (file, Loaded::Images(dataset), content)
        };
        self.file.replace(Some(Rc::new((file.clone(), loaded))));
        Ok((file, content))
    }

    /// The data set of an experiment.
    pub(crate) async fn dataset(&self, experiment: &Experiment) -> Result<Rc<Dataset>, WireError> {
        match experiment.data.source {
            DataSource::File => self.dataset_of_file(experiment),
            DataSource::Wdbc => {
                check(experiment)?;
                self.wdbc().await?.dataset(&experiment.data, experiment.seed).map(Rc::new).map_err(|e| bad_file(e.to_string()))
            }
            _ => {
                check(experiment)?;
                let generated = generators::generate(&experiment.data, experiment.seed);
                generated.map(Rc::new).ok_or_else(|| WireError::new(ErrorCode::FileMissing, "This data set is a file."))
            }
        }
    }

    fn dataset_of_file(&self, experiment: &Experiment) -> Result<Rc<Dataset>, WireError> {
        let missing = || {
            let name = experiment.data.file.as_ref().map_or("a file", |f| f.name.as_str());
            WireError::new(ErrorCode::FileMissing, format!("This experiment needs {name}."))
        };
        let wanted = experiment.data.file.as_ref().ok_or_else(missing)?;
        let file = self.file.borrow().clone().ok_or_else(missing)?;
        let (file, loaded) = &*file;
        if file.fingerprint != wanted.fingerprint {
            return Err(missing());
        }
        match loaded {
            Loaded::Images(dataset) => {
                // Other runs may hold the samples: they are shared, each with its own scaling.
                Ok(Rc::new(dataset.scaled(&experiment.data)))
            }
            Loaded::Table(table) => {
                let dataset = table.dataset(&experiment.data, experiment.seed);
                dataset.map(Rc::new).map_err(|error| bad_file(format!("{}: {error}", file.name)))
            }
        }
    }

    /// The built-in table, fetched when it is first wanted.
    async fn wdbc(&self) -> Result<Rc<Table>, WireError> {
        if let Some(table) = &*self.wdbc.borrow() {
            return Ok(Rc::clone(table));
        }
        codec::send_progress("Loading the table of cell nuclei".into());
        let missing = || WireError::new(ErrorCode::WorkerUnavailable, "The table of cell nuclei could not be loaded.");
        let bytes = fetch(WDBC).await.ok_or_else(missing)?;
        let table = Rc::new(wdbc::read(&bytes).map_err(|error| bad_file(error.to_string()))?);
        self.wdbc.replace(Some(Rc::clone(&table)));
        Ok(table)
    }
}

async fn fetch(address: &str) -> Option<Vec<u8>> {
    let address = format!("{address}?v={}", codec::build());
    let response: Response = JsFuture::from(codec::scope().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// All problems of an experiment on data that are always there.
fn check(experiment: &Experiment) -> Result<(), WireError> {
    let problems = experiment.validate(experiment.data.generated_info().as_ref());
    let Some(problem) = problems.first() else { return Ok(()) };
    let mut error = WireError::new(ErrorCode::InvalidExperiment, problem.to_string());
    error.details = problems.iter().map(ToString::to_string).collect();
    Err(error)
}
