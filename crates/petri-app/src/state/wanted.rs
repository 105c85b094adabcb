//! What has to be asked of the worker for the views that are open.

use petri_protocol::{DataInfo, Experiment, ParameterRef, Probe, SampleRange, Split, Task, TensorPart};

use super::probes::{BOUNDARY_CELLS, grid_range};
use super::views::View;

/// Training points that are drawn.
const POINTS: usize = 1000;
/// Samples whose activations are drawn.
const WORKING_POINTS: usize = 60;
/// Points along one side of the loss surface.
const SURFACE_CELLS: usize = 25;

/// What the learner looks at in the views that have a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Looking {
    /// The views that were chosen; nothing for those that suit the data.
    pub views: Option<Vec<View>>,
    /// Which sample feature maps are of.
    pub sample: usize,
    /// Which training sample back-propagation shows.
    pub backprop: usize,
    /// Index into [`parameters`] of the one whose gradient is checked.
    pub checked: usize,
    /// The loss surface: its two parameters by their place among all, whether it is over all samples, and
    /// its square.
    pub surface: SurfaceChoice,
    /// Probability from which an answer counts as the second class.
    pub threshold: f32,
    /// The goals of the open lesson need answers at the threshold.
    pub needs_scores: bool,
}

/// What the loss surface shows.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceChoice {
    /// Indices into [`parameters`].
    pub parameters: [usize; 2],
    /// Over all training samples rather than the last batch.
    pub full_batch: bool,
    /// Half of the side of the square.
    pub extent: f32,
    /// Middle of the square.
    pub centre: [f32; 2],
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            views: None,
            sample: 0,
            backprop: 0,
            checked: 0,
            surface: SurfaceChoice { parameters: [0, 1], full_batch: true, extent: 4.0, centre: [0.0, 0.0] },
            threshold: 0.5,
            needs_scores: false,
        }
    }
}

/// All trainable numbers of a small network, in order, with their names.
pub fn parameters(experiment: &Experiment, info: &DataInfo) -> Vec<(ParameterRef, String)> {
    let mut all = Vec::new();
    let Ok(shape) = experiment.network.infer(info.input) else { return all };
    for (node, node_shape) in experiment.network.nodes.iter().zip(&shape.nodes) {
        let Some(units) = node.op.units() else { continue };
        let n_bias = node.op.n_biases(&node_shape.input_shapes);
        let n_weight = node_shape.n_parameters - n_bias;
        for (part, n) in [(TensorPart::Weight, n_weight), (TensorPart::Bias, n_bias)] {
            for index in 0..n {
                let name = match part {
                    TensorPart::Weight => format!("{}: weight {} → {}", node.name, index / units + 1, index % units + 1),
                    TensorPart::Bias => format!("{}: bias {}", node.name, index + 1),
                };
                all.push((ParameterRef { node: node.name.clone(), part, index }, name));
            }
        }
    }
    all
}

/// The two parameters of the surface, if the network has them.
pub fn surface_parameters(looking: &Looking, experiment: &Experiment, info: &DataInfo) -> Option<[ParameterRef; 2]> {
    let all = parameters(experiment, info);
    let [a, b] = looking.surface.parameters;
    let get = |i: usize| all.get(i).map(|(p, _)| p.clone());
    Some([get(a)?, get(b)?]).filter(|[a, b]| a != b)
}

/// Nodes whose output an activation function reads.
pub fn before_activations(experiment: &Experiment) -> Vec<String> {
    let nodes = &experiment.network.nodes;
    (1..nodes.len())
        .filter(|&i| nodes[i].op.operation().curve().is_some() && nodes[i].inputs.is_empty())
        .filter(|&i| nodes[i - 1].op.units().is_some())
        .map(|i| nodes[i - 1].name.clone())
        .collect()
}

/// The views that are open.
pub fn open_views(looking: &Looking, info: &DataInfo) -> Vec<View> {
    looking.views.clone().unwrap_or_else(|| View::default_for(info))
}

/// The questions for the open views. `is_idle` allows expensive ones.
pub fn wanted(looking: &Looking, experiment: &Experiment, info: &DataInfo, split: Split, is_idle: bool) -> Vec<Probe> {
    let views = open_views(looking, info);
    let open = |view: View| views.contains(&view) && view.fits(experiment, info);
    let mut wanted = Vec::new();
    if open(View::Boundary) {
        wanted.push(Probe::Samples { range: SampleRange { split: Split::Train, start: 0, count: POINTS } });
        wanted.push(Probe::Boundary { resolution: BOUNDARY_CELLS, extent: petri_data::generators::EXTENT });
    }
    if open(View::Predictions) {
        wanted.push(Probe::Samples { range: grid_range() });
        wanted.push(Probe::Predictions { range: grid_range() });
    }
    let convolutions = experiment.network.convolutions();
    if open(View::FeatureMaps) {
        wanted.push(Probe::FeatureMaps { nodes: convolutions.clone(), split: Split::Validation, index: looking.sample });
    }
    let with_weights =
        || experiment.network.nodes.iter().filter(|n| n.op.has_parameters()).map(|n| n.name.clone()).collect::<Vec<_>>();
    if open(View::Histograms) || open(View::Neurons) {
        wanted.push(Probe::Weights { nodes: with_weights() });
    } else if open(View::FeatureMaps) {
        wanted.push(Probe::Weights { nodes: convolutions });
    }
    if open(View::Histograms) {
        wanted.push(Probe::Gradients { nodes: with_weights() });
    }
    if open(View::Activations) {
        let nodes = before_activations(experiment);
        if !nodes.is_empty() {
            wanted
                .push(Probe::Activations { nodes, range: SampleRange { split: Split::Train, start: 0, count: WORKING_POINTS } });
        }
    }
    if open(View::Surface)
        && let Some(parameters) = surface_parameters(looking, experiment, info)
    {
        let SurfaceChoice { full_batch, extent, centre, .. } = looking.surface;
        wanted.push(Probe::LossSurface { parameters, extent, centre, resolution: SURFACE_CELLS, full_batch });
    }
    if info.task == Task::Segmentation && open(View::Confusion) {
        wanted.push(Probe::Confusion { split });
    } else if open(View::Confusion) || open(View::Ranking) || (looking.needs_scores && View::Ranking.fits(experiment, info)) {
        wanted.push(Probe::Scores { split });
    }
    if open(View::Backprop) {
        let check = parameters(experiment, info).get(looking.checked).map(|(p, _)| p.clone());
        wanted.push(Probe::Backprop { index: looking.backprop, check });
    }
    if open(View::Importance) && is_idle {
        wanted.push(Probe::Importance { split: Split::Validation });
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::presets;

    fn wanted_for(preset: &str, views: &[View]) -> Vec<Probe> {
        let experiment = (presets::find(preset).expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        let looking = Looking { views: Some(views.to_vec()), ..Looking::default() };
        wanted(&looking, &experiment, &info, Split::Validation, false)
    }

    #[test]
    fn closed_views_ask_nothing() {
        assert!(wanted_for("one-neuron", &[]).is_empty());
        assert!(wanted_for("house-price", &[View::Boundary, View::Ranking]).is_empty(), "they do not fit");
        assert_eq!(wanted_for("one-neuron", &[View::Boundary]).len(), 2);
    }

    #[test]
    fn parameters_have_names() {
        let experiment = (presets::one_neuron::CARD.experiment)();
        let info = experiment.data.generated_info().expect("known");
        let names: Vec<String> = parameters(&experiment, &info).into_iter().map(|(_, n)| n).collect();
        assert_eq!(names, ["dense1: weight 1 → 1", "dense1: weight 2 → 1", "dense1: bias 1"]);
        assert_eq!(before_activations(&experiment), ["dense1"]);
    }
}
