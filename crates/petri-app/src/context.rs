//! The one context of a visit: the state of the lab, the open lesson, what was learned, and the ways to
//! change them.

use std::collections::BTreeMap;

use gloo::storage::{LocalStorage as Storage, Storage as _};
use leptos::prelude::*;
use petri_protocol::engine_choice::Calibration;
use petri_protocol::link::Opened;
use petri_protocol::{DataInfo, Experiment, Problem, link};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::client::{Client, Heard};
use crate::lesson::{Block, Lesson};
use crate::run_store;
use crate::state::progress::{Progress, StoredAnswer};
use crate::state::route::Route;
use crate::state::{self, Model, Phase, Place};

/// Key of the calibrations in local storage.
const CALIBRATIONS: &str = "petri.calibrations";
/// Key of the progress in lessons in local storage.
const PROGRESS: &str = "petri.progress";
/// Most calibrations that are kept.
const MAX_CALIBRATIONS: usize = 50;

/// The lesson that is open.
#[derive(Debug, Clone)]
pub(crate) struct OpenLesson {
    /// Key of its progress.
    pub(crate) key: String,
    /// The lesson.
    pub(crate) lesson: Lesson,
}

impl OpenLesson {
    /// Where the runs of a dish are kept.
    pub(crate) fn origin(&self, dish: &str) -> String {
        format!("{} / {dish}", self.key)
    }
}

/// The state of the visit and its worker.
#[derive(Clone, Copy)]
pub(crate) struct Lab {
    /// All of the lab's state.
    pub(crate) model: RwSignal<Model>,
    /// The experiment; changes only when it does.
    pub(crate) experiment: Memo<Experiment>,
    /// What is known about its data.
    pub(crate) info: Memo<Option<DataInfo>>,
    /// What is wrong with it.
    pub(crate) problems: Memo<Vec<Problem>>,
    /// What the lab is doing.
    pub(crate) phase: Memo<Phase>,
    /// The page.
    pub(crate) route: RwSignal<Route>,
    /// What was done in lessons.
    pub(crate) progress: RwSignal<Progress>,
    lesson: StoredValue<Option<OpenLesson>>,
    client: StoredValue<Client, LocalStorage>,
}

impl Lab {
    /// Makes the context from the address. No worker is started yet: the map of the course needs none.
    pub(crate) fn provide() -> Self {
        let route = Route::parse(&hash());
        let mut model = Model::new(link::parse(""));
        model.calibrations = Storage::get(CALIBRATIONS).unwrap_or_default();
        let model = RwSignal::new(model);
        let progress = Storage::raw().get_item(PROGRESS).ok().flatten().unwrap_or_default();
        let lab = Self {
            model,
            experiment: Memo::new(move |_| model.with(|m| m.experiment.clone())),
            info: Memo::new(move |_| model.with(Model::info)),
            problems: Memo::new(move |_| model.with(Model::problems)),
            phase: Memo::new(move |_| model.with(|m| m.phase)),
            route: RwSignal::new(route),
            progress: RwSignal::new(Progress::read(&progress)),
            lesson: StoredValue::new(None),
            client: StoredValue::new_local(Client::default()),
        };
        provide_context(lab);
        spawn_local(async move {
            let records = run_store::load().await;
            lab.model.update(|m| m.history.load(records));
        });
        lab
    }

    /// Changes the state and does what follows from it.
    pub(crate) fn act(self, action: impl FnOnce(&mut Model) -> Vec<state::Effect>) {
        let effects = self.model.try_update(action).unwrap_or_default();
        self.run(effects);
        self.judge();
    }

    /// Asks the worker what should be asked now, without waking anything that shows the state.
    pub(crate) fn tick(self) {
        let now = web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now());
        let effects = self.model.try_update_untracked(|m| {
            m.set_clock(js_sys::Date::now() as u64);
            m.tick(now)
        });
        self.run(effects.unwrap_or_default());
    }

    /// Comes to the lab or to a dish.
    pub(crate) fn enter(self, place: Place, opened: Opened) {
        self.act(|m| m.enter(place, opened));
    }

    /// Keeps a file and has the worker read it.
    pub(crate) fn open_file(self, file: File) {
        self.client.update_value(|c| c.keep_file(file));
        self.act(Model::choose_file);
    }

    /// Notes which lesson is open; its challenges are judged from now on.
    pub(crate) fn open_lesson(self, lesson: Option<OpenLesson>) {
        self.lesson.set_value(lesson);
    }

    /// Notes an answer in the open lesson.
    pub(crate) fn answer(self, lesson: &str, question: &str, answer: StoredAnswer) {
        self.progress.update(|p| p.answer(lesson, question, answer));
        self.keep_progress();
    }

    /// Forgets everything that was done in lessons.
    pub(crate) fn clear_progress(self) {
        self.progress.set(Progress::default());
        Storage::delete(PROGRESS);
    }

    fn keep_progress(self) {
        self.lesson.with_value(|open| {
            if let Some(open) = open {
                let n_tasks = open.lesson.tasks().len();
                self.progress.update(|p| p.set_size(&open.key, n_tasks));
            }
        });
        // A full or forbidden storage only means that the next visit begins anew.
        Storage::raw().set_item(PROGRESS, &self.progress.with_untracked(Progress::print)).unwrap_or_default();
    }

    /// Ticks the challenges of the open lesson that have come true.
    fn judge(self) {
        let mut is_new = false;
        self.lesson.with_value(|open| {
            let Some(open) = open else { return };
            for block in &open.lesson.blocks {
                let Block::Challenge(challenge) = block else { continue };
                let known = self.progress.with_untracked(|p| p.of(&open.key).challenges.contains(&challenge.id));
                let holds = !known
                    && self.model.with_untracked(|m| m.origin == open.origin(&challenge.dish) && m.reaches(&challenge.goal));
                if holds {
                    self.progress.update(|p| is_new |= p.achieve(&open.key, &challenge.id));
                }
            }
        });
        if is_new {
            self.keep_progress();
        }
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
                state::Effect::WriteLink => self.write_link(),
                state::Effect::StoreRun { record, forget } => {
                    spawn_local(run_store::save(Some(record), forget.into_iter().collect()));
                }
                state::Effect::ForgetRuns(gone) => spawn_local(run_store::save(None, gone)),
            }
        }
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Event(event, values) => self.act(|m| m.apply(event, &values)),
            Heard::Ended => self.act(|m| m.on_crash(None)),
        }
    }

    /// In the lab the address holds the experiment. No new entry in the history.
    fn write_link(self) {
        if !self.route.with_untracked(|r| matches!(r, Route::Lab { .. })) {
            return;
        }
        let route = Route::Lab { link: self.model.with_untracked(Model::link) };
        if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
            history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.print())).unwrap_or_default();
        }
    }
}

/// The context of this visit.
pub(crate) fn lab() -> Lab {
    expect_context()
}

/// The part of the address behind the `#`, with it.
pub(crate) fn hash() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// The address without the part behind the `#`.
pub(crate) fn address() -> String {
    let all = web_sys::window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    all.split('#').next().unwrap_or_default().to_owned()
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
