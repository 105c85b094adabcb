//! What can be shown of an experiment. A view is a file here, with its card and the arithmetic of what it
//! shows, and a file of the same name in `components/view`, which renders it. Nothing else lists them.

pub mod card;
pub mod curve_chart;
pub mod parameters;

use petri_protocol::{DataInfo, Experiment, Probe, order};

pub use card::{Asking, Column, Looking, View, ViewCard};

include!(concat!(env!("OUT_DIR"), "/view.rs"));

macro_rules! cards {
    ($($name:ident),* $(,)?) => {
        /// Number of views.
        pub const N_VIEWS: usize = [$(stringify!($name)),*].len();

        /// The cards of all views, by the names of their files.
        pub static CARDS: [&ViewCard; N_VIEWS] = [$(&$name::CARD),*];
    };
}

view_members!(cards);

/// All views, in the order in which they stand on a page.
pub fn all() -> Vec<View> {
    let mut views: Vec<View> = CARDS.iter().map(|card| View(card)).collect();
    order::sort_by_key(&mut views, |v| v.0.order);
    views
}

/// The view with an id.
pub fn find(id: &str) -> Option<View> {
    CARDS.iter().find(|card| card.id == id).map(|card| View(card))
}

/// The views that the lab opens with.
pub fn default_for(info: &DataInfo) -> Vec<View> {
    all().into_iter().filter(|v| (v.0.opens)(info)).collect()
}

/// The views that are open and have something to show.
pub fn open(looking: &Looking, experiment: &Experiment, info: &DataInfo) -> Vec<View> {
    let chosen = looking.views.clone().unwrap_or_else(|| default_for(info));
    chosen.into_iter().filter(|v| v.fits(experiment, info)).collect()
}

/// The questions for the open views, at most one of each kind.
pub fn wanted(asking: &Asking<'_>) -> Vec<Probe> {
    let mut wanted = Vec::new();
    for view in open(asking.looking, asking.experiment, asking.info) {
        for probe in (view.0.asks)(asking) {
            join(&mut wanted, probe);
        }
    }
    // Goals about sensitivity and the like need answers at the threshold, whatever is open.
    if asking.looking.needs_scores && View(&ranking::CARD).fits(asking.experiment, asking.info) {
        join(&mut wanted, Probe::Scores { split: asking.split });
    }
    wanted
}

/// Adds a question; where one of its kind is there already, that one asks for both. Where that is not
/// possible (samples of two parts of the data) the view that stands first gets its answer.
fn join(wanted: &mut Vec<Probe>, probe: Probe) {
    let Some(there) = wanted.iter_mut().find(|p| p.kind() == probe.kind()) else {
        wanted.push(probe);
        return;
    };
    match (there, probe) {
        (Probe::Weights { nodes: all }, Probe::Weights { nodes })
        | (Probe::Gradients { nodes: all }, Probe::Gradients { nodes }) => {
            let new = nodes.into_iter().filter(|n| !all.contains(n)).collect::<Vec<_>>();
            all.extend(new);
        }
        (Probe::Samples { range: all }, Probe::Samples { range }) if (all.split, all.start) == (range.split, range.start) => {
            all.count = all.count.max(range.count);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::probes::Probes;
    use petri_protocol::{SampleRange, Split, presets};

    fn wanted_for(preset: &str, views: &[&str]) -> Vec<Probe> {
        let experiment = (presets::find(preset).expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let views = views.iter().map(|id| find(id).expect("a view")).collect();
        let looking = Looking { views: Some(views), ..Looking::default() };
        let probes = Probes::default();
        wanted(&Asking {
            looking: &looking,
            experiment: &experiment,
            info: &info,
            split: Split::Validation,
            is_idle: false,
            probes: &probes,
        })
    }

    #[test]
    fn every_view_has_a_name_and_a_place_of_its_own() {
        let views = all();
        for pair in views.windows(2) {
            assert!(pair[0].0.order < pair[1].0.order, "{pair:?}");
        }
        for view in views {
            assert_eq!(find(view.id()), Some(view));
            assert!(view.0.help.ends_with('.') && !view.title().is_empty(), "{view:?}");
        }
        assert_eq!(find("bondary"), None);
    }

    #[test]
    fn views_that_lessons_name_exist() {
        let ids = [
            "boundary",
            "predictions",
            "feature-maps",
            "loss",
            "accuracy",
            "errors",
            "neurons",
            "activations",
            "surface",
            "confusion",
            "ranking",
            "backprop",
            "histograms",
            "importance",
            "runs",
            "test",
            "network",
        ];
        for id in ids {
            assert!(find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn views_fit_their_data() {
        for (preset, fits, fits_not) in [("one-neuron", "boundary", "errors"), ("house-price", "backprop", "ranking")] {
            let experiment = (presets::find(preset).expect("a preset").experiment)();
            let info = experiment.data.generated_info().expect("known");
            let fit = |id: &str| find(id).expect("a view").fits(&experiment, &info);
            assert!(fit(fits) && !fit(fits_not), "{preset}");
            let opens = default_for(&info);
            assert!(opens.len() >= 3, "{preset} {opens:?}");
            for view in opens {
                assert!(view.fits(&experiment, &info), "{preset} {view:?}");
            }
        }
    }

    #[test]
    fn closed_views_ask_nothing() {
        assert!(wanted_for("one-neuron", &[]).is_empty());
        assert!(wanted_for("house-price", &["boundary", "ranking"]).is_empty(), "they do not fit");
        assert_eq!(wanted_for("one-neuron", &["boundary"]).len(), 1, "the plane is asked for once its size is known");
    }

    #[test]
    fn views_share_one_question_of_a_kind() {
        let wanted = wanted_for("unet-mini", &["feature-maps", "histograms"]);
        let mut kinds: Vec<_> = wanted.iter().map(Probe::kind).collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), wanted.len(), "{wanted:?}");
        let range = |count| Probe::Samples { range: SampleRange { split: Split::Train, start: 0, count } };
        let mut all = vec![range(5)];
        join(&mut all, range(9));
        join(&mut all, Probe::Samples { range: SampleRange { split: Split::Validation, start: 0, count: 3 } });
        assert_eq!(all, [range(9)]);
    }
}
