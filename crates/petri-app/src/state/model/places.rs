//! Coming to the lab or to a dish of a lesson, leaving it, and finding it again.

use petri_protocol::link::{self, Opened};
use petri_protocol::{Command, number, presets};

use super::{Effect, MAX_DISHES, Model, say_what_was_skipped};
use crate::state::dish::{Dish, LAB, Phase, Place};
use crate::state::lab_link;
use crate::state::notice::{Offer, Topic};
use crate::state::speed::Speed;

/// An experiment that was kept while the page was loaded again.
#[derive(Debug, Clone)]
pub(super) struct Recalled {
    origin: String,
    link: String,
    epochs: f64,
    failures: u32,
    /// The learner was asked whether to open it all the same.
    is_offered: bool,
    /// The learner went on with another one instead, which is kept from then on.
    is_past: bool,
}

impl Recalled {
    /// Opening it by itself would make the page fail for ever.
    fn is_suspect(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// As the tab keeps it.
    fn print(&self) -> String {
        format!("{}\n{:.1}\n{}", self.origin, self.epochs, self.link)
    }
}

/// What the tab keeps while the page is loaded again.
#[derive(Debug, Clone, Default)]
pub struct KeptByTab {
    /// Link of the lab's experiment; empty when there is none.
    pub lab: String,
    /// The dish that was shown: see [`Model::kept_experiment`].
    pub shown: String,
    /// How often in a row the page has failed.
    pub failures: u32,
}

/// From so many failures in a row on, the experiment itself is probably why the page fails.
const MAX_FAILURES: u32 = 2;

impl Model {
    /// The page is loaded, perhaps again: the lab is as the tab has kept it, whatever page is shown.
    pub fn loaded(kept: &KeptByTab) -> Self {
        // What fails in a lesson is probably not the lab's, unless it goes on failing.
        let most = if kept.shown.lines().next() == Some(LAB) { MAX_FAILURES } else { 2 * MAX_FAILURES };
        let is_safe = kept.failures < most;
        let lab = lab_link::read(if is_safe { &kept.lab } else { "" });
        let mut model = Self::new(lab.opened);
        model.dish.looking.views = lab.views;
        model.lab_is_aside = !is_safe;
        model.recall(&kept.shown, kept.failures);
        model
    }

    /// No page shows the dish any longer: what it trains waits.
    pub fn leave(&mut self) -> Vec<Effect> {
        let was_shown = std::mem::replace(&mut self.is_shown, false);
        self.dish.train_when_ready = false;
        let run = self.dish.run;
        let mut effects = Vec::new();
        // A dish is left once: of two requests to save its run the worker would refuse the first.
        let is_asked = was_shown && self.is_live();
        if is_asked {
            // Also where it waits: an answer to Train may be on its way.
            effects.push(Effect::Send(Command::Pause { run }));
        }
        if self.dish.phase == Phase::Running {
            self.dish.phase = Phase::Paused;
        }
        if self.dish.phase == Phase::Paused && self.dish.step > 0 && is_asked {
            // Another dish may need the worker before this one is shown again.
            effects.push(Effect::Send(Command::Save { run, request: self.worker.next_request() }));
        }
        effects
    }

    /// Comes to a dish of a lesson. One that was here before is found as it was left, unless the lesson says
    /// something else than it did then. Who asks for the dish that is shown gets its own data back.
    pub fn enter(&mut self, place: Place, opened: Opened) -> Vec<Effect> {
        let is_known = self.dish_at(&place.origin).is_some_and(|d| d.home == opened.experiment);
        if is_known && self.is_shown && self.dish.origin == place.origin && !self.has_own_data() {
            return self.open(opened);
        }
        let mut effects = self.leave();
        if is_known {
            self.show(&place.origin);
            effects.extend(self.come_back());
        } else {
            self.others.retain(|d| d.origin != place.origin);
            let speed = place.speed;
            self.put_in_front(Dish::new(place, opened.clone()));
            if speed.is_none() && self.prefers_fast {
                self.speed = Speed::Fast;
            }
            effects.extend(self.open(opened));
        }
        effects.extend(self.greet());
        effects
    }

    /// Comes to the lab by a link. The lab is found as it was left when the link says nothing or what the lab is at
    /// already.
    pub fn enter_lab(&mut self, link: &str) -> Vec<Effect> {
        // The address holds what the page failed with, twice.
        let is_suspect = |r: &Recalled| r.is_suspect() && link::parse(&r.link).experiment == link::parse(link).experiment;
        let link = if self.recalled.as_ref().is_some_and(is_suspect) { "" } else { link };
        let lab_link::LabLink { opened, views } = lab_link::read(link);
        let is_same = link.is_empty() || self.dish_at(LAB).is_some_and(|d| d.experiment == opened.experiment);
        if is_same && self.is_shown && self.dish.origin == LAB {
            say_what_was_skipped(&mut self.notices, &opened);
            return if views.is_some() { self.look(|l| l.views = views) } else { Vec::new() };
        }
        let was_here = self.is_shown && self.dish.origin == LAB;
        let mut effects = self.leave();
        self.show(LAB);
        // Views that were chosen for other data may show nothing of these; who is in the lab keeps what is open.
        if views.is_some() || (!is_same && !was_here) {
            self.dish.looking.views = views;
        }
        effects.extend(if is_same {
            // A misspelt setting must not pass for one that was taken over.
            say_what_was_skipped(&mut self.notices, &opened);
            self.come_back()
        } else {
            self.open(opened)
        });
        effects.extend(self.greet());
        effects
    }

    /// What has to be kept to find the experiment after the page has been loaded again: origin, epochs done, link.
    pub fn kept_experiment(&self) -> String {
        if let Some(recalled) = self.kept_back(&self.dish.origin) {
            return recalled.print();
        }
        let epochs = if self.dish.is_under_way() { self.dish.epoch() } else { 0.0 };
        format!("{}\n{epochs:.1}\n{}", self.dish.origin, lab_link::print(&self.dish))
    }

    /// The link of the lab to be kept, and to stand in the address; nothing while both name an experiment that is kept back.
    pub fn kept_lab(&self) -> Option<String> {
        let link = self.lab_link();
        // An experiment that was not opened, to be safe, is not lost before there is another one.
        let is_untouched = self.lab_is_aside && link == lab_link::print(&Dish::new(Place::lab(), link::parse("")));
        (self.kept_back(LAB).is_none() && !is_untouched).then_some(link)
    }

    /// The experiment of an origin that is not opened by itself and that the learner may still want: what stands in its
    /// place meanwhile must not be kept instead of it.
    fn kept_back(&self, origin: &str) -> Option<&Recalled> {
        self.recalled.as_ref().filter(|r| r.origin == origin && r.is_suspect() && !r.is_past)
    }

    /// The experiment of the dish that is shown has become another one.
    pub(super) fn go_past_recalled(&mut self) {
        if let Some(recalled) = &mut self.recalled
            && recalled.origin == self.dish.origin
        {
            recalled.is_past |= recalled.is_offered;
        }
    }

    /// The page has been loaded again, with what was kept before: it says what is there again and what is not.
    /// After a failure the experiment comes back in a lesson too, which otherwise begins with its own.
    fn recall(&mut self, kept: &str, failures: u32) {
        let mut lines = kept.splitn(3, '\n');
        let (Some(origin), Some(epochs), Some(link)) = (lines.next(), lines.next(), lines.next()) else { return };
        let epochs = number::read(epochs).unwrap_or(0.0);
        if failures == 0 && (origin != LAB || epochs == 0.0) {
            return;
        }
        let (origin, link) = (origin.to_owned(), link.to_owned());
        self.recalled = Some(Recalled { origin, link, epochs, failures, is_offered: false, is_past: false });
    }

    /// Says what has become of the experiment that is back, and opens it where it was changed.
    fn greet(&mut self) -> Vec<Effect> {
        if let Some(recalled) = self.recalled.as_mut().filter(|r| r.origin == self.dish.origin && r.is_suspect()) {
            if recalled.is_past {
                return Vec::new();
            }
            recalled.is_offered = true;
            let message = "The page failed twice with the experiment that was here, so it is not opened by itself.";
            self.notices.offer(Topic::Link, message, Offer::BringBack);
            return Vec::new();
        }
        let Some(recalled) = self.recalled.take_if(|r| r.origin == self.dish.origin) else { return Vec::new() };
        let lab_link::LabLink { opened, views } = lab_link::read(&recalled.link);
        let is_there = opened.experiment == self.dish.experiment;
        let has_failed = recalled.failures > 0;
        if !is_there && !has_failed {
            return Vec::new();
        }
        if views.is_some() {
            self.dish.looking.views = views;
        }
        let effects = if is_there { Vec::new() } else { self.open(opened) };
        let why = if has_failed { "after a failure" } else { "again" };
        let run =
            if recalled.epochs > 0.0 { format!(" The run of {:.1} epochs is not.", recalled.epochs) } else { String::new() };
        let message = format!("The page was loaded {why}. Your experiment is as it was.{run}");
        self.notices.remark(Topic::Link, message, vec![]);
        effects
    }

    /// Opens the experiment that the page failed with, as the learner wants it.
    pub(super) fn bring_back_recalled(&mut self) -> Vec<Effect> {
        let Some(recalled) = self.recalled.take_if(|r| r.origin == self.dish.origin) else { return Vec::new() };
        let lab_link::LabLink { opened, views } = lab_link::read(&recalled.link);
        self.dish.looking.views = views.or(self.dish.looking.views.take());
        self.open(opened)
    }

    /// The link of the lab's experiment and its views, wherever the learner is.
    pub fn lab_link(&self) -> String {
        self.dish_at(LAB).map_or_else(|| link::print(presets::ALL[0].id, &(presets::ALL[0].experiment)()), lab_link::print)
    }

    /// Puts a dish in front that was left.
    pub(super) fn show(&mut self, origin: &str) {
        self.is_shown = true;
        if let Some(at) = self.others.iter().position(|d| d.origin == origin) {
            let dish = self.others.remove(at);
            self.put_in_front(dish);
        }
    }

    /// Puts a dish in front of the one that is there, which is kept unless it is of the same origin.
    fn put_in_front(&mut self, dish: Dish) {
        self.is_shown = true;
        self.notices.clear();
        let before = std::mem::replace(&mut self.dish, dish);
        if before.origin != self.dish.origin {
            self.others.push(before);
        }
        if self.others.len() > MAX_DISHES
            && let Some(oldest) = self.others.iter().position(|d| d.origin != LAB)
        {
            self.others.remove(oldest);
        }
    }

    /// A dish that was left is shown again.
    fn come_back(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::WriteLink];
        if self.is_live() {
            effects.extend(self.watch());
        } else if self.dish.curves.is_empty() || (self.dish.is_under_way() && self.dish.resumable().is_some()) {
            // Nothing was trained: a new run is the same run. Or its state was kept: it goes on from there.
            effects.extend(self.prepare());
        } else if !matches!(self.dish.phase, Phase::Ended(_)) {
            self.dish.phase = Phase::Kept;
        }
        effects
    }
}
