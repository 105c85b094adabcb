//! What can be shown of an experiment, by the names that lessons use.

use petri_protocol::{DataInfo, Experiment, Task, TensorShape};

/// One view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the view of its title")]
pub enum View {
    Boundary,
    Predictions,
    FeatureMaps,
    Loss,
    Accuracy,
    Errors,
    Neurons,
    Activations,
    Surface,
    Confusion,
    Ranking,
    Backprop,
    Histograms,
    Importance,
    Runs,
    Test,
    Network,
}

const CARDS: [(View, &str, &str); 17] = [
    (View::Boundary, "boundary", "Decision boundary"),
    (View::Predictions, "predictions", "Predictions"),
    (View::FeatureMaps, "feature-maps", "Feature maps"),
    (View::Loss, "loss", "Loss"),
    (View::Accuracy, "accuracy", "Accuracy"),
    (View::Errors, "errors", "Error of the predicted number"),
    (View::Neurons, "neurons", "Neurons and weights"),
    (View::Activations, "activations", "Activation functions"),
    (View::Surface, "surface", "Loss surface"),
    (View::Confusion, "confusion", "Confusion matrix"),
    (View::Ranking, "ranking", "ROC and precision-recall"),
    (View::Backprop, "backprop", "Back-propagation"),
    (View::Histograms, "histograms", "Weights and gradients"),
    (View::Importance, "importance", "Importance of features"),
    (View::Runs, "runs", "Several runs"),
    (View::Test, "test", "Test set"),
    (View::Network, "network", "Layers"),
];

impl View {
    /// All views, in the order in which they stand on a page.
    pub const ALL: [Self; 17] = {
        let mut all = [Self::Boundary; 17];
        let mut i = 0;
        while i < 17 {
            all[i] = CARDS[i].0;
            i += 1;
        }
        all
    };

    fn card(self) -> (Self, &'static str, &'static str) {
        CARDS.into_iter().find(|c| c.0 == self).unwrap_or(CARDS[0])
    }

    /// Name in lessons.
    pub fn id(self) -> &'static str {
        self.card().1
    }

    /// Name for people.
    pub fn title(self) -> &'static str {
        self.card().2
    }

    /// The view named `id`.
    pub fn find(id: &str) -> Option<Self> {
        CARDS.iter().find(|c| c.1 == id).map(|c| c.0)
    }

    /// Whether there is something to show for this experiment and its data.
    pub fn fits(self, experiment: &Experiment, info: &DataInfo) -> bool {
        let is_vector = matches!(info.input, TensorShape::Features(_));
        let is_class = info.task == Task::MultiClass;
        match self {
            Self::Boundary => info.is_planar() && is_class,
            Self::Predictions => !is_vector,
            Self::FeatureMaps => !experiment.network.convolutions().is_empty(),
            Self::Accuracy => info.task != Task::Regression,
            Self::Errors => info.task == Task::Regression,
            Self::Neurons | Self::Backprop => is_vector && info.input.len() <= MAX_DRAWN && is_small(experiment),
            Self::Activations => is_vector && is_small(experiment),
            Self::Surface => is_vector,
            Self::Confusion => is_class || info.task == Task::Segmentation,
            Self::Ranking => is_class && info.n_classes() == 2,
            Self::Importance => is_vector,
            Self::Loss | Self::Histograms | Self::Runs | Self::Test | Self::Network => true,
        }
    }

    /// The views that the lab opens with.
    pub fn default_for(info: &DataInfo) -> Vec<Self> {
        let mut views = match info.input {
            TensorShape::Features(_) if info.is_planar() => vec![Self::Boundary],
            TensorShape::Features(n) if n <= MAX_INPUTS_AT_FIRST => vec![Self::Neurons],
            TensorShape::Features(_) if info.task == Task::MultiClass => vec![Self::Confusion],
            TensorShape::Features(_) => vec![Self::Importance],
            TensorShape::Image { .. } => vec![Self::Predictions, Self::FeatureMaps],
        };
        views.push(Self::Loss);
        views.push(if info.task == Task::Regression { Self::Errors } else { Self::Accuracy });
        views.push(Self::Network);
        views
    }
}

/// Tables with more inputs do not open with the diagram, which would fill the screen.
const MAX_INPUTS_AT_FIRST: usize = 12;

/// Most inputs, and most neurons in a layer, that a diagram draws.
pub const MAX_DRAWN: usize = 40;

fn is_small(experiment: &Experiment) -> bool {
    experiment.network.nodes.iter().all(|n| n.op.units().is_none_or(|units| units <= MAX_DRAWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::presets;

    #[test]
    fn every_view_has_a_name_of_its_own() {
        for view in View::ALL {
            assert_eq!(View::find(view.id()), Some(view));
        }
    }

    #[test]
    fn views_fit_their_data() {
        for (preset, fits, fits_not) in
            [("one-neuron", View::Boundary, View::Errors), ("house-price", View::Backprop, View::Ranking)]
        {
            let experiment = (presets::find(preset).expect("a preset").experiment)();
            let info = experiment.data.generated_info().expect("known");
            assert!(fits.fits(&experiment, &info) && !fits_not.fits(&experiment, &info), "{preset}");
            for view in View::default_for(&info) {
                assert!(view.fits(&experiment, &info), "{preset} {view:?}");
            }
        }
    }
}
