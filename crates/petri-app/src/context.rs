//! The one context of a visit: the state of the lab, the open lesson, what was learned, and the ways to
//! change them.

use gloo::events::EventListener;
use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::link::Opened;
use petri_protocol::{DataInfo, Experiment, Problem};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, StorageEvent};

use crate::address::{go, hash};
use crate::client::{Client, Heard};
use crate::distress;
use crate::run_store;
use crate::state::calibrations::Calibrations;
use crate::state::file::refusal;
use crate::state::probes::Answer;
use crate::state::progress::{Progress, StoredAnswer};
use crate::state::results::{self, Scores};
use crate::state::route::Route;
use crate::state::{self, KeptByTab, Model, Phase, Place};
use crate::storage::{self, Kept};
use petri_lesson::{Block, Lesson};

/// Key of the calibrations in local storage.
const CALIBRATIONS: &str = "petri.calibrations";
/// Key of the progress in lessons in local storage.
const PROGRESS: &str = "petri.progress";
/// Key of the newest experiment, by its origin, in the storage of this tab.
const EXPERIMENT: &str = "petri.experiment";
/// Key of the link of the lab's experiment in the storage of this tab: the lab is edited also where another dish was
/// shown last.
const LAB_LINK: &str = "petri.lab";

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
    /// Title of the lesson that is open.
    pub(crate) lesson_title: RwSignal<Option<String>>,
    /// What was done in lessons.
    pub(crate) progress: RwSignal<Progress>,
    lesson: StoredValue<Option<OpenLesson>>,
    client: StoredValue<Client, LocalStorage>,
}

impl Lab {
    /// Makes the context from the address. No worker is started yet: the map of the course needs none.
    pub(crate) fn provide() -> Self {
        let route = Route::parse(&hash());
        let kept = |key| storage::get(Kept::ForThisTab, key).unwrap_or_default();
        let mut model =
            Model::loaded(&KeptByTab { lab: kept(LAB_LINK), shown: kept(EXPERIMENT), failures: distress::failures() });
        model.worker.calibrations = Calibrations::read(&storage::get(Kept::ForLater, CALIBRATIONS).unwrap_or_default());
        let model = RwSignal::new(model);
        let lab = Self {
            model,
            experiment: Memo::new(move |_| model.with(|m| m.experiment.clone())),
            info: Memo::new(move |_| model.with(|m| m.info())),
            problems: Memo::new(move |_| model.with(|m| m.problems())),
            phase: Memo::new(move |_| model.with(|m| m.phase)),
            route: RwSignal::new(route),
            lesson_title: RwSignal::new(None),
            progress: RwSignal::new(stored_progress()),
            lesson: StoredValue::new(None),
            client: StoredValue::new_local(Client::default()),
        };
        provide_context(lab);
        lab.keep_progress_of_run();
        lab.hear_other_tabs();
        spawn_local(async move {
            let records = run_store::load().await;
            lab.model.update(|m| m.library.history.load(records));
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

    /// The newest answer of a kind; another one only when the worker has answered again.
    pub(crate) fn probed(self, kind: ProbeKind) -> Memo<Option<Answer>> {
        Memo::new(move |_| self.model.with(|m| m.probes.answer(kind).cloned()))
    }

    /// The newest scores at the threshold, judged anew only when one of both is another.
    pub(crate) fn scores(self) -> Memo<Option<Scores>> {
        let answer = self.probed(ProbeKind::Scores);
        let threshold = Memo::new(move |_| self.model.with(|m| m.looking.threshold));
        Memo::new(move |_| {
            self.info.with(|info| answer.with(|answer| results::scores(info.as_ref()?, answer.as_deref()?, threshold.get())))
        })
    }

    /// Comes to the lab or to a dish.
    pub(crate) fn enter(self, place: Place, opened: Opened) {
        self.act(|m| m.enter(place, opened));
    }

    /// Opens a preset; the way back leads to the experiment before.
    pub(crate) fn choose_preset(self, id: &str) {
        if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
            // The new entry has the old address until the link is written into it.
            history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", None).unwrap_or_default();
        }
        self.act(|m| m.choose_preset(id));
    }

    /// Keeps a file and has the worker read it.
    pub(crate) fn open_file(self, file: File) {
        if let Some(why) = refusal(&file.name()) {
            self.act(|m| m.refuse_file(why));
            return;
        }
        let Some(key) = self.model.try_update_untracked(|m| m.worker.files.new_key()) else { return };
        self.client.update_value(|c| {
            self.model.with_untracked(|m| c.forget_files(|key| m.worker.files.is_kept(key)));
            c.keep_file(key, file);
        });
        self.act(|m| m.choose_file(key));
    }

    /// Comes to the lab by a link.
    pub(crate) fn enter_lab(self, link: &str) {
        self.act(|m| m.enter_lab(link));
    }

    /// Notes which lesson is open; its challenges are judged from now on. A page that opens without one shows no
    /// dish at first.
    pub(crate) fn open_lesson(self, lesson: Option<OpenLesson>) {
        if lesson.is_none() {
            self.act(Model::leave);
        }
        self.lesson_title.set(lesson.as_ref().map(|open| open.lesson.front.title.clone()));
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
        storage::forget(Kept::ForLater, PROGRESS);
    }

    fn keep_progress(self) {
        self.lesson.with_value(|open| {
            if let Some(open) = open {
                let n_tasks = open.lesson.tasks().len();
                self.progress.update(|p| p.set_size(&open.key, n_tasks));
            }
        });
        // Another tab may have written since.
        self.progress.update(|p| p.merge(&stored_progress()));
        storage::set(Kept::ForLater, PROGRESS, &self.progress.with_untracked(Progress::print));
    }

    /// Takes over what another tab has done in lessons, also where it has forgotten everything.
    fn hear_other_tabs(self) {
        let Some(window) = web_sys::window() else { return };
        let listener = EventListener::new(&window, "storage", move |event| {
            // Without a key everything was cleared.
            let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
            if key.is_none_or(|key| key == PROGRESS) {
                self.progress.set(stored_progress());
            }
        });
        // As long as the page lives.
        listener.forget();
    }

    /// Ticks the challenges of the open lesson that have come true.
    fn judge(self) {
        let mut is_new = false;
        self.lesson.with_value(|open| {
            let Some(open) = open else { return };
            for block in &open.lesson.blocks {
                let Block::Challenge(challenge) = block else { continue };
                let known = self.progress.with_untracked(|p| p.of(&open.key).challenges.contains(&challenge.id));
                if known {
                    continue;
                }
                let reached = self.model.with_untracked(|m| {
                    let is_here = m.origin == open.origin(&challenge.dish) && m.has_own_data();
                    if is_here { m.reached_at(&challenge.goal) } else { None }
                });
                if let Some(epoch) = reached {
                    self.progress.update(|p| is_new |= p.achieve(&open.key, &challenge.id, epoch));
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
                state::Effect::Send(command) => self.client.with_value(|c| c.send(&command, None)),
                state::Effect::SendState(command, values) => self.client.with_value(|c| c.send_values(&command, &values)),
                state::Effect::SendFile(command, key) => self.client.with_value(|c| c.send(&command, Some(key))),
                state::Effect::Spawn { kind, past_cache } => {
                    self.client.update_value(|c| c.spawn(kind, past_cache, move |heard| self.hear(heard)));
                }
                state::Effect::StoreCalibrations => {
                    let stored = self.model.with_untracked(|m| m.worker.calibrations.print());
                    storage::set(Kept::ForLater, CALIBRATIONS, &stored);
                }
                state::Effect::WriteLink => self.write_link(),
                state::Effect::Go(route) => go(&route),
                state::Effect::StoreRun { record, forget } => {
                    spawn_local(run_store::save(Some(record), forget.into_iter().collect()));
                }
                state::Effect::ForgetRuns(gone) => spawn_local(run_store::save(None, gone)),
            }
        }
    }

    /// Before the page is left, how far the run is is noted, so that a reload can say what it took.
    fn keep_progress_of_run(self) {
        let Some(window) = web_sys::window() else { return };
        let listener = EventListener::new(&window, "pagehide", move |_| {
            self.keep_experiments();
        });
        // As long as the page lives.
        listener.forget();
    }

    /// Keeps the experiment of the dish that is shown, and that of the lab, for when the page is loaded again.
    fn keep_experiments(self) {
        let kept = self.model.try_with_untracked(|m| [(EXPERIMENT, Some(m.kept_experiment())), (LAB_LINK, m.kept_lab())]);
        for (key, text) in kept.into_iter().flatten() {
            if let Some(text) = text {
                storage::set(Kept::ForThisTab, key, &text);
            }
        }
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Event(event, values) => self.act(|m| m.apply(event, &values)),
            Heard::Ended => self.act(|m| m.on_crash(None)),
        }
    }

    /// In the lab the address holds the experiment. No new entry in the history. What is needed after a failure of
    /// the page is kept in the tab.
    fn write_link(self) {
        self.keep_experiments();
        if !self.route.with_untracked(|r| matches!(r, Route::Lab { .. })) {
            return;
        }
        let Some(link) = self.model.with_untracked(Model::kept_lab) else { return };
        let route = Route::Lab { link };
        if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
            history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.print())).unwrap_or_default();
        }
    }
}

fn stored_progress() -> Progress {
    Progress::read(&storage::get(Kept::ForLater, PROGRESS).unwrap_or_default())
}

/// The context of this visit.
pub(crate) fn lab() -> Lab {
    expect_context()
}
