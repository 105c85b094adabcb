//! A checked network, ready to be run: indices instead of names.

use petri_protocol::network::NetworkShape;
use petri_protocol::op::Parameters;
use petri_protocol::{LossSpec, NetworkSpec, OpSpec, Problem, TensorShape, memory};

/// One node.
#[derive(Debug, Clone)]
pub struct PlanNode {
    /// Its name.
    pub name: String,
    /// What it does.
    pub op: OpSpec,
    /// Indices of the nodes that feed it; `None` is the sample.
    pub inputs: Vec<Option<usize>>,
    /// Shapes of its inputs.
    pub input_shapes: Vec<TensorShape>,
    /// Shape of its output.
    pub output: TensorShape,
    /// Its trainable values.
    pub parameters: Option<Parameters>,
    /// Factor on the learning rate; 0 freezes it.
    pub rate: f64,
}

impl PlanNode {
    /// Number of channels whose mean and variance are kept over the batches.
    pub fn n_running(&self) -> Option<usize> {
        self.parameters.as_ref().map(|p| p.n_running).filter(|n| *n > 0)
    }
}

/// Largest number of values that the inputs of one evaluation batch hold.
const MAX_INPUT_VALUES: usize = 1 << 18;
/// Floating-point operations between two looks at the messages: a tenth of a second on a slow processor.
const MOMENT_FLOPS: u64 = 500_000_000;

/// A network whose shapes are known.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Shape of a sample.
    pub input: TensorShape,
    /// Nodes in topological order.
    pub nodes: Vec<PlanNode>,
    /// For each node, the last node that reads it.
    pub last_use: Vec<usize>,
    /// Index of the node whose output the loss reads.
    pub logits: Option<usize>,
    /// Shapes, parameters and costs of the nodes, for bounds of memory and time.
    pub shape: NetworkShape,
}

impl Plan {
    /// Checks the network and resolves its names.
    ///
    /// # Errors
    ///
    /// All problems of the network.
    pub fn new(spec: &NetworkSpec, input: TensorShape, loss: LossSpec) -> Result<Self, Vec<Problem>> {
        let shape = spec.infer(input)?;
        let nodes: Vec<PlanNode> = spec
            .nodes
            .iter()
            .zip(shape.nodes.clone())
            .map(|(node, shape)| PlanNode {
                name: node.name.clone(),
                op: node.op.clone(),
                parameters: node.op.parameters(&shape.input_shapes),
                inputs: shape.inputs,
                input_shapes: shape.input_shapes,
                output: shape.output,
                rate: node.rate,
            })
            .collect();
        let mut last_use: Vec<usize> = (0..nodes.len()).collect();
        for (idx, node) in nodes.iter().enumerate() {
            for input in node.inputs.iter().flatten() {
                last_use[*input] = idx;
            }
        }
        let logits = shape.read_by_loss(spec.loss_of_last() == Some(loss));
        Ok(Self { input, nodes, last_use, logits, shape })
    }

    /// Samples that an evaluation computes together, on a processor or elsewhere.
    pub fn evaluation_batch(&self, on_cpu: bool) -> usize {
        let by_input = MAX_INPUT_VALUES / self.input.len().max(1);
        let by_memory = memory::evaluation_batch_size(&self.shape, memory::MAX_EVALUATION_BYTES);
        by_input.clamp(1, by_memory).min(if on_cpu { self.samples_in_a_moment() } else { usize::MAX })
    }

    /// Samples whose forward pass a processor computes without being missed; at least one.
    pub fn samples_in_a_moment(&self) -> usize {
        usize::try_from(MOMENT_FLOPS / self.shape.flops().max(1)).unwrap_or(usize::MAX).max(1)
    }

    /// Index of the node named `name`.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.name == name)
    }

    /// Number of trainable values.
    pub fn n_parameters(&self) -> usize {
        self.nodes.iter().map(|n| n.op.n_parameters(&n.input_shapes)).sum()
    }

    /// Shape of what the loss reads.
    pub fn logits_shape(&self) -> TensorShape {
        self.logits.map_or(self.input, |i| self.nodes[i].output)
    }
}
