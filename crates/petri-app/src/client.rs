//! The page's side of the worker: starts it, speaks to it, hears of its end.

use js_sys::{Array, ArrayBuffer, Float32Array};
use petri_protocol::event::WorkerKind;
use petri_protocol::{Command, Event, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::state::file::FileKey;

/// What the worker did.
pub(crate) enum Heard {
    /// An event with its values.
    Event(Event, Vec<f32>),
    /// It ended, or could not be loaded.
    Ended,
}

/// One worker and what is needed to speak to it.
#[derive(Default)]
pub(crate) struct Client {
    worker: Option<Worker>,
    /// Files that the learner opened: a new worker gets them again.
    files: Vec<(FileKey, File)>,
    // Kept alive as long as the worker may call them.
    on_message: Option<Closure<dyn FnMut(MessageEvent)>>,
    on_error: Option<Closure<dyn FnMut(web_sys::Event)>>,
}

impl Client {
    /// Ends the worker and starts another.
    pub(crate) fn spawn(&mut self, kind: WorkerKind, past_cache: bool, hear: impl Fn(Heard) + Clone + 'static) {
        if let Some(old) = self.worker.take() {
            old.set_onmessage(None);
            old.set_onerror(None);
            old.terminate();
        }
        let name = match kind {
            WorkerKind::Cpu => "cpu",
            WorkerKind::Gpu => "gpu",
        };
        let mut build = crate::address::build();
        if past_cache {
            build = format!("{build}-{}", js_sys::Date::now());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = format!("static/worker.js?kind={name}&v={build}");
        let Ok(worker) = Worker::new_with_options(&address, &options) else {
            // Afterwards: who hears it may want to start another worker, which this call still holds.
            wasm_bindgen_futures::spawn_local(async move { hear(Heard::Ended) });
            return;
        };
        let on_event = hear.clone();
        let on_message = Closure::new(move |message: MessageEvent| {
            if let Some((event, values)) = read(&message.data()) {
                on_event(Heard::Event(event, values));
            }
        });
        let on_error = Closure::new(move |event: web_sys::Event| {
            event.prevent_default();
            hear(Heard::Ended);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.worker = Some(worker);
        self.on_message = Some(on_message);
        self.on_error = Some(on_error);
    }

    /// Keeps a file that the learner chose.
    pub(crate) fn keep_file(&mut self, key: FileKey, file: File) {
        self.files.push((key, file));
    }

    /// Lets go of the files that are of no use.
    pub(crate) fn forget_files(&mut self, is_kept: impl Fn(FileKey) -> bool) {
        self.files.retain(|(key, _)| is_kept(*key));
    }

    /// Sends a command, with a kept file where it needs one.
    pub(crate) fn send(&self, command: &Command, file: Option<FileKey>) {
        let Some(worker) = &self.worker else { return };
        let header = json::write(command);
        let message = match self.files.iter().find(|(key, _)| Some(*key) == file) {
            Some((_, file)) => Array::of2(&header.into(), file),
            None => Array::of1(&header.into()),
        };
        // Strings and files can always be cloned.
        worker.post_message(&message).unwrap_or_default();
    }

    /// Sends a command with the values of a saved state, which are handed over.
    pub(crate) fn send_values(&self, command: &Command, values: &[f32]) {
        let Some(worker) = &self.worker else { return };
        let header = json::write(command);
        let buffer = Float32Array::from(values).buffer();
        let message = Array::of2(&header.into(), &buffer);
        worker.post_message_with_transfer(&message, &Array::of1(&buffer)).unwrap_or_default();
    }
}

/// Reads `[json, ArrayBuffer]`; what is no event of this version is dropped.
fn read(data: &JsValue) -> Option<(Event, Vec<f32>)> {
    let parts: &Array = data.dyn_ref()?;
    let event = json::read(&parts.get(0).as_string()?).ok()?;
    let values = parts.get(1).dyn_into::<ArrayBuffer>().map_or(Vec::new(), |buffer| Float32Array::new(&buffer).to_vec());
    Some((event, values))
}
