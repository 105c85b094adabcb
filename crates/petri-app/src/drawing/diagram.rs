//! Layout of a network of neurons: one circle for each input and each neuron, one edge for each weight.

use petri_protocol::op::{Dense, Select};
use petri_protocol::{DataInfo, Experiment, OpSpec, ParameterRef, TensorPart};

/// Distance of the last circles from the right edge.
const RIGHT: f32 = 40.0;
/// Width of a letter of an input's name.
const LETTER: f32 = 6.4;
/// Distance from the upper and lower edge.
const EDGE: f32 = 26.0;

/// An input or a neuron.
#[derive(Debug, Clone, PartialEq)]
pub struct Neuron {
    /// Column from the left; inputs are in column 0.
    pub column: usize,
    /// Name of the input, or of the node.
    pub label: String,
    /// Node and index within it; nothing for inputs.
    pub unit: Option<(String, usize)>,
    /// Word of the function behind it.
    pub function: Option<&'static str>,
    /// Its bias, if it has one.
    pub bias: Option<ParameterRef>,
    /// Horizontal place of its centre.
    pub x: f32,
    /// Vertical place of its centre.
    pub y: f32,
}

/// A weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Neuron on its left.
    pub from: usize,
    /// Neuron on its right.
    pub to: usize,
    /// Which weight.
    pub weight: ParameterRef,
}

/// The whole drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diagram {
    /// Inputs and neurons.
    pub neurons: Vec<Neuron>,
    /// Weights.
    pub edges: Vec<Edge>,
    /// Width in its own units.
    pub width: f32,
    /// Height in its own units.
    pub height: f32,
}

impl Diagram {
    /// Lays out a network of vectors; empty for networks of images.
    pub fn new(experiment: &Experiment, info: &DataInfo, width: f32, row_height: f32) -> Self {
        let Ok(shape) = experiment.network.infer(info.input) else { return Self::default() };
        let mut diagram = Self { width, ..Self::default() };
        let neuron = |column, label: String| Neuron { column, label, unit: None, function: None, bias: None, x: 0.0, y: 0.0 };
        for name in info.feature_names() {
            diagram.neurons.push(neuron(0, name));
        }
        let inputs: Vec<usize> = (0..diagram.neurons.len()).collect();
        // For each node, the circles that hold its output.
        let mut holders: Vec<Vec<usize>> = Vec::new();
        for (node, node_shape) in experiment.network.nodes.iter().zip(&shape.nodes) {
            let sources: Vec<Vec<usize>> =
                node_shape.inputs.iter().map(|i| i.map_or_else(|| inputs.clone(), |i| holders[i].clone())).collect();
            let first = sources.first().cloned().unwrap_or_default();
            let held = match &node.op {
                OpSpec::Dense(Dense { units, bias, .. }) => {
                    let column = first.iter().map(|&i| diagram.neurons[i].column).max().map_or(1, |c| c + 1);
                    let start = diagram.neurons.len();
                    for j in 0..*units {
                        let parameter = |part, index| ParameterRef { node: node.name.clone(), part, index };
                        let bias = bias.then(|| parameter(TensorPart::Bias, j));
                        diagram.neurons.push(Neuron {
                            unit: Some((node.name.clone(), j)),
                            bias,
                            ..neuron(column, node.name.clone())
                        });
                        for (i, &from) in first.iter().enumerate() {
                            diagram.edges.push(Edge {
                                from,
                                to: start + j,
                                weight: parameter(TensorPart::Weight, i * units + j),
                            });
                        }
                    }
                    (start..start + units).collect()
                }
                op if op.is_activation() => {
                    for &i in &first {
                        diagram.neurons[i].function = Some(op.word());
                    }
                    first
                }
                OpSpec::Select(Select { features }) => features.iter().filter_map(|&f| first.get(f).copied()).collect(),
                OpSpec::Concat(_) => sources.concat(),
                _ => first,
            };
            holders.push(held);
        }
        diagram.place(row_height);
        diagram
    }

    fn place(&mut self, row_height: f32) {
        let n_columns = self.neurons.iter().map(|n| n.column + 1).max().unwrap_or(1);
        let mut sizes = vec![0usize; n_columns];
        self.neurons.iter().for_each(|n| sizes[n.column] += 1);
        let most = sizes.iter().copied().max().unwrap_or(1);
        self.height = 2.0 * EDGE + row_height * most.max(2) as f32;
        let mut seen = vec![0usize; n_columns];
        // Room for the names of the inputs, within reason.
        let longest = self.neurons.iter().filter(|n| n.column == 0).map(|n| n.label.chars().count()).max().unwrap_or(0);
        let left = (longest as f32 * LETTER + 26.0).clamp(50.0, 180.0);
        let gap = (self.width - left - RIGHT) / (n_columns.max(2) - 1) as f32;
        for neuron in &mut self.neurons {
            let row = seen[neuron.column];
            seen[neuron.column] += 1;
            neuron.x = left + gap * neuron.column as f32;
            neuron.y = EDGE + (self.height - 2.0 * EDGE) * (row as f32 + 0.5) / sizes[neuron.column] as f32;
        }
    }

    /// The edge nearest to a point, within `reach`.
    pub fn nearest_edge(&self, x: f32, y: f32, reach: f32) -> Option<usize> {
        let distance = |edge: &Edge| {
            let (a, b) = (&self.neurons[edge.from], &self.neurons[edge.to]);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let t = (((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
            (x - a.x - t * dx).hypot(y - a.y - t * dy)
        };
        let nearest = self.edges.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest.1 <= reach).then_some(nearest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::{notation, presets};

    fn diagram(preset: &str, network: Option<&str>) -> Diagram {
        let mut experiment = (presets::find(preset).expect("a preset").experiment)();
        if let Some(text) = network {
            experiment.network = notation::parse(text).expect("a network");
        }
        let info = experiment.data.generated_info().expect("known");
        Diagram::new(&experiment, &info, 400.0, 40.0)
    }

    #[test]
    fn every_weight_is_an_edge() {
        let diagram = diagram("house-price", None);
        assert_eq!((diagram.neurons.len(), diagram.edges.len()), (4 + 3 + 1, 4 * 3 + 3));
        assert_eq!(diagram.neurons[0].label, "area");
        assert_eq!(diagram.neurons[4].function, Some("relu"));
        // [in, out] in row-major order: the second input to the third neuron.
        let edge = diagram.edges.iter().find(|e| e.from == 1 && e.to == 6).expect("an edge");
        assert_eq!(edge.weight.index, 5);
    }

    #[test]
    fn selected_features_have_few_edges() {
        let text = "a=select(0+1)@input-family=dense(1)-f=relu-b=select(2)@input-walk=dense(1)-w=relu-concat@f+w-dense(1)";
        let diagram = diagram("house-price", Some(text));
        assert_eq!(diagram.edges.len(), 2 + 1 + 2);
        assert_eq!(diagram.neurons[4].label, "family");
        assert_eq!(diagram.neurons.last().map(|n| n.column), Some(2));
    }

    #[test]
    fn circles_stand_inside_and_edges_are_found() {
        let diagram = diagram("mlp", None);
        assert!(diagram.neurons.iter().all(|n| n.x > 0.0 && n.x < diagram.width && n.y > 0.0 && n.y < diagram.height));
        let edge = &diagram.edges[0];
        let (a, b) = (&diagram.neurons[edge.from], &diagram.neurons[edge.to]);
        assert_eq!(diagram.nearest_edge(a.x + 0.01 * (b.x - a.x), a.y + 0.01 * (b.y - a.y), 3.0), Some(0));
        assert_eq!(diagram.nearest_edge(-500.0, -500.0, 3.0), None);
    }
}
