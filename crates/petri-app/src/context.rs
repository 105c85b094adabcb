//! The one context of the lab: its state, and the ways to change it.

use std::collections::BTreeMap;

use gloo::storage::{LocalStorage as Storage, Storage as _};
use leptos::prelude::*;
use petri_protocol::engine_choice::Calibration;
use petri_protocol::{DataInfo, Experiment, Problem, link};
use web_sys::File;

use crate::client::{Client, Heard};
use crate::state::{self, Model, Phase};

/// Key of the calibrations in local storage.
const CALIBRATIONS: &str = "petri.calibrations";
/// Most calibrations that are kept.
const MAX_CALIBRATIONS: usize = 50;
/// Route of the lab in the hash.
const LAB: &str = "#/lab?";

/// The state of the lab and its worker.
#[derive(Clone, Copy)]
pub(crate) struct Lab {
    /// All of it.
    pub(crate) model: RwSignal<Model>,
    /// The experiment; changes only when it does.
    pub(crate) experiment: Memo<Experiment>,
    /// What is known about its data.
    pub(crate) info: Memo<Option<DataInfo>>,
    /// What is wrong with it.
    pub(crate) problems: Memo<Vec<Problem>>,
    /// What the lab is doing.
    pub(crate) phase: Memo<Phase>,
    client: StoredValue<Client, LocalStorage>,
}

impl Lab {
    /// Makes the context from the address and starts the worker.
    pub(crate) fn start() -> Self {
        let mut model = Model::new(link::parse(&link_in_address()));
        model.calibrations = Storage::get(CALIBRATIONS).unwrap_or_default();
        let model = RwSignal::new(model);
        let lab = Self {
            model,
            experiment: Memo::new(move |_| model.with(|m| m.experiment.clone())),
            info: Memo::new(move |_| model.with(Model::info)),
            problems: Memo::new(move |_| model.with(Model::problems)),
            phase: Memo::new(move |_| model.with(|m| m.phase)),
            client: StoredValue::new_local(Client::default()),
        };
        provide_context(lab);
        lab.act(Model::begin);
        lab
    }

    /// Changes the state and does what follows from it.
    pub(crate) fn act(self, action: impl FnOnce(&mut Model) -> Vec<state::Effect>) {
        let effects = self.model.try_update(action).unwrap_or_default();
        self.run(effects);
    }

    /// Asks the worker what should be asked now, without waking anything that shows the state.
    pub(crate) fn tick(self) {
        let now = web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now());
        let effects = self.model.try_update_untracked(|m| m.tick(now)).unwrap_or_default();
        self.run(effects);
    }

    /// Keeps a file and has the worker read it.
    pub(crate) fn open_file(self, file: File) {
        self.client.update_value(|c| c.keep_file(file));
        self.act(Model::choose_file);
    }

    fn run(self, effects: Vec<state::Effect>) {
        for effect in effects {
            match effect {
                state::Effect::Send(command) => self.client.with_value(|c| c.send(&command, false)),
                state::Effect::SendFile(command) => self.client.with_value(|c| c.send(&command, true)),
                state::Effect::Spawn { kind, past_cache } => {
                    self.client.update_value(|c| c.spawn(kind, past_cache, move |heard| self.hear(heard)));
                }
                state::Effect::Store(_) => store(&self.model.with_untracked(|m| m.calibrations.clone())),
                state::Effect::WriteLink => write_link(&self.model.with_untracked(Model::link)),
            }
        }
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Event(event, values) => self.act(|m| m.apply(event, &values)),
            Heard::Ended => self.act(|m| m.on_crash(None)),
        }
    }
}

/// The lab of this page.
pub(crate) fn lab() -> Lab {
    expect_context()
}

/// Identity of the build, written into the page when it is built.
pub(crate) fn build() -> String {
    web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.query_selector("meta[name=petri-build]").ok().flatten())
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

fn store(calibrations: &BTreeMap<String, Calibration>) {
    let newest: BTreeMap<_, _> = calibrations.iter().take(MAX_CALIBRATIONS).collect();
    // A full or forbidden storage only means that the next visit measures again.
    Storage::set(CALIBRATIONS, newest).unwrap_or_default();
}

/// The link behind `#/lab?` in the address.
pub(crate) fn link_in_address() -> String {
    let hash = web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default();
    hash.strip_prefix(LAB).unwrap_or_default().to_owned()
}

/// Writes the link into the address without a new entry in the history.
fn write_link(link: &str) {
    if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&format!("{LAB}{link}"))).unwrap_or_default();
    }
}
