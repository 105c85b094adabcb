//! The card of a view, what it may ask of the worker, and what the learner has chosen in it.

use std::fmt;
use std::hash::{Hash, Hasher};

use petri_protocol::{DataInfo, Experiment, Probe, Split};

use super::parameters::Pick;
use crate::state::probes::Probes;
use petri_lesson::dish::Runs;

/// Where a view stands in the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// In the middle.
    Middle,
    /// Beside it, with the curves.
    Charts,
    /// Below, over the full width.
    Wide,
}

/// Everything about a view but its component.
#[derive(Debug)]
pub struct ViewCard {
    /// Name in lessons and test identities.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it shows, in one sentence.
    pub help: &'static str,
    /// Where it stands in the lab.
    pub column: Column,
    /// Place among the views of a page: lower ones come first.
    pub order: u32,
    /// Whether there is something to show for this experiment and its data.
    pub fits: fn(&Experiment, &DataInfo) -> bool,
    /// Whether the lab opens with it.
    pub opens: fn(&DataInfo) -> bool,
    /// What it needs to know from the worker, as long as it is open.
    pub asks: fn(&Asking<'_>) -> Vec<Probe>,
}

/// A view: its card, compared by its id.
#[derive(Clone, Copy)]
pub struct View(pub &'static ViewCard);

impl View {
    /// Name in lessons.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// Name for people.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// Whether there is something to show for this experiment and its data.
    pub fn fits(self, experiment: &Experiment, info: &DataInfo) -> bool {
        (self.0.fits)(experiment, info)
    }
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for View {}

impl Hash for View {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id)
    }
}

/// What the questions of a view depend on.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What the learner looks at.
    pub looking: &'a Looking,
    /// The experiment.
    pub experiment: &'a Experiment,
    /// Its data.
    pub info: &'a DataInfo,
    /// The part of the data that results are of.
    pub split: Split,
    /// Nothing is being trained, so that expensive questions do not disturb.
    pub is_idle: bool,
    /// Answers so far: some questions depend on earlier ones.
    pub probes: &'a Probes,
}

/// What the learner looks at in the views that have a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Looking {
    /// The views that were chosen; nothing for those that suit the data.
    pub views: Option<Vec<View>>,
    /// Which sample feature maps are of.
    pub sample: usize,
    /// Which training sample back-propagation shows.
    pub backprop: usize,
    /// The parameter whose gradient is checked.
    pub checked: Pick,
    /// What the loss surface shows.
    pub surface: SurfaceChoice,
    /// Probability from which an answer counts as the second class.
    pub threshold: f32,
    /// The goals of the open lesson need answers at the threshold.
    pub needs_scores: bool,
    /// The plan by which the lab's newest runs were started.
    pub plan: Option<Runs>,
}

/// What the loss surface shows.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceChoice {
    /// The parameters of the two axes.
    pub parameters: [Pick; 2],
    /// Over all training samples, or as many as there is time for, rather than the last batch.
    pub full_batch: bool,
    /// Half of the side of the square; nothing for one that grows with the path.
    pub extent: Option<f32>,
    /// Middle of the square.
    pub centre: [f32; 2],
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            views: None,
            sample: 0,
            backprop: 0,
            checked: Pick::default(),
            surface: SurfaceChoice {
                parameters: [Pick { tensor: 0, index: 0 }, Pick { tensor: 0, index: 1 }],
                full_batch: true,
                extent: None,
                centre: [0.0, 0.0],
            },
            threshold: 0.5,
            needs_scores: false,
            plan: None,
        }
    }
}
