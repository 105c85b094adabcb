//! A network at one moment, computed by the CPU engine.

use std::cell::RefCell;
use std::rc::Rc;

use petri_data::Batch;
use petri_protocol::{ParameterRef, TensorPart};

use super::layout::Layout;
use super::tape::{Mode, Step, Tape, Values};
use crate::error::EngineError;
use crate::executor::{Later, Network, Pass, Place, StepOutput};
use crate::layers::HostTensor;
use crate::loss::Objective;
use crate::op;
use crate::op::kernel::Running;
use crate::plan::Plan;
use crate::state::{StateDict, transposed};

/// Plan, parameters and running statistics. Copies share the tape on which they evaluate.
#[derive(Clone)]
pub struct CpuNetwork {
    pub(super) plan: Rc<Plan>,
    pub(super) layout: Rc<Layout>,
    /// All parameters behind each other.
    pub(super) parameters: Vec<f32>,
    /// By node.
    pub(super) running: Vec<Option<Running>>,
    pub(super) objective: Objective,
    pub(super) seed: u32,
    evaluation: Rc<RefCell<Tape>>,
}

impl CpuNetwork {
    pub(super) fn new(plan: Plan, values: Vec<[HostTensor; 2]>, objective: Objective, seed: u32) -> Self {
        let layout = Layout::new(&plan);
        let mut parameters = Vec::with_capacity(layout.len);
        values.into_iter().flatten().for_each(|tensor| parameters.extend(tensor.values));
        assert_eq!(parameters.len(), layout.len, "values are drawn by the same plan");
        let fresh = |n: usize| Running { mean: vec![0.0; n], variance: vec![1.0; n] };
        let running = plan.nodes.iter().map(|node| node.n_running().map(fresh)).collect();
        let (plan, layout) = (Rc::new(plan), Rc::new(layout));
        Self { plan, layout, parameters, running, objective, seed, evaluation: Rc::default() }
    }

    pub(super) fn values(&self) -> Values<'_> {
        Values { plan: &self.plan, layout: &self.layout, parameters: &self.parameters }
    }

    /// Index behind the last node that the loss reads.
    pub(super) fn end(&self) -> usize {
        self.plan.logits.map_or(0, |logits| logits + 1)
    }

    /// A forward pass in evaluation mode, with other parameters perhaps.
    fn evaluate<T>(
        &self,
        parameters: &[f32],
        batch: &[f32],
        n: usize,
        end: usize,
        then: impl FnOnce(&mut Tape, Step<'_>) -> T,
    ) -> T {
        let values = Values { plan: &self.plan, layout: &self.layout, parameters };
        let step = Step { batch, n, mode: Mode::Evaluate, drawn: &[] };
        let mut tape = self.evaluation.borrow_mut();
        // Evaluation changes no running statistics.
        tape.forward(&values, &mut self.running.clone(), step, end);
        then(&mut tape, step)
    }

    /// Loss and answers of a training pass, whose gradients are written; running statistics become those after it.
    pub(super) fn differentiate(&mut self, tape: &mut Tape, batch: &Batch, step: u32, gradients: &mut [f32]) -> StepOutput {
        let drawn = op::drawn_on_host(&self.plan, batch.size, step, self.seed);
        let step = Step { batch: &batch.inputs, n: batch.size, mode: Mode::Train, drawn: &drawn };
        // Taken out, since the pass reads the rest of the network meanwhile.
        let mut running = std::mem::take(&mut self.running);
        tape.forward(&self.values(), &mut running, step, self.end());
        self.running = running;
        let (logits, gradient) = tape.gradient_of_logits(&self.plan);
        let output = self.objective.differentiate(batch, logits, gradient);
        tape.backward(&self.values(), &self.running, step, true, gradients);
        output
    }

    fn tensor(&self, parameter: &super::layout::Parameter) -> HostTensor {
        HostTensor { shape: parameter.shape.clone(), values: self.parameters[parameter.range.clone()].to_vec() }
    }

    /// Gradients of a flat vector by parameter.
    fn by_parameter(&self, flat: &[f32]) -> Vec<Vec<f32>> {
        self.layout.parameters.iter().map(|p| flat[p.range.clone()].to_vec()).collect()
    }

    /// Parameters and running statistics by their names.
    pub(super) fn dict(&self) -> StateDict {
        let mut state = StateDict::default();
        for parameter in &self.layout.parameters {
            state.tensors.insert(parameter.name.clone(), transposed(&self.tensor(parameter)));
        }
        for (node, running) in self.plan.nodes.iter().zip(&self.running) {
            let Some(running) = running else { continue };
            for (part, values) in [("running_mean", &running.mean), ("running_var", &running.variance)] {
                let tensor = HostTensor { shape: vec![values.len()], values: values.clone() };
                state.tensors.insert(format!("{}.{part}", node.name), tensor);
            }
        }
        state
    }
}

/// What is there at once.
fn now<'a, T: 'a>(value: T) -> Later<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl Network for CpuNetwork {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn batch_size(&self) -> usize {
        self.plan.evaluation_batch(true)
    }

    fn logits(&self, batches: Vec<(Vec<f32>, usize)>) -> Later<'_, Vec<Vec<f32>>> {
        let one = |(inputs, n): (Vec<f32>, usize)| {
            self.evaluate(&self.parameters, &inputs, n, self.end(), |tape, _| {
                tape.output(self.plan.logits, &self.plan, &inputs).to_vec()
            })
        };
        now(batches.into_iter().map(one).collect())
    }

    fn outputs(&self, inputs: Vec<f32>, n: usize, nodes: Vec<usize>) -> Later<'_, Vec<Vec<f32>>> {
        let end = nodes.iter().max().map_or(0, |last| last + 1);
        now(self.evaluate(&self.parameters, &inputs, n, end, |tape, _| {
            nodes.iter().map(|node| tape.output(Some(*node), &self.plan, &inputs).to_vec()).collect()
        }))
    }

    fn gradients<'a>(&'a self, batch: &'a Batch) -> Later<'a, (f32, Vec<Vec<f32>>)> {
        let mut other = self.clone();
        let mut gradients = vec![0.0; self.layout.len];
        let output = other.differentiate(&mut self.evaluation.borrow_mut(), batch, 0, &mut gradients);
        now((output.loss, self.by_parameter(&gradients)))
    }

    fn backprop<'a>(&'a self, batch: &'a Batch) -> Later<'a, Pass> {
        let (plan, all) = (&self.plan, self.plan.nodes.len());
        now(self.evaluate(&self.parameters, &batch.inputs, batch.size, all, |tape, step| {
            let (logits, gradient) = tape.gradient_of_logits(plan);
            let output = self.objective.differentiate(batch, logits, gradient);
            let mut gradients = vec![0.0; self.layout.len];
            tape.backward(&self.values(), &self.running, step, false, &mut gradients);
            let node = |idx: usize| {
                let gradient = self.layout.counts[idx].then(|| tape.gradient(idx, plan).to_vec());
                (tape.output(Some(idx), plan, &batch.inputs).to_vec(), gradient)
            };
            Pass { loss: output.loss, nodes: (0..all).map(node).collect(), parameters: self.by_parameter(&gradients) }
        }))
    }

    fn losses<'a>(&'a self, batch: &'a Batch, changes: Vec<Vec<(Place, f32)>>) -> Later<'a, Vec<f32>> {
        let mut parameters = self.parameters.clone();
        let mut losses = Vec::with_capacity(changes.len());
        for changes in changes {
            let places = || changes.iter().filter_map(|(p, value)| Some((self.layout.place(p.node, p.part, p.index)?, *value)));
            places().for_each(|(at, value)| parameters[at] = value);
            losses.push(self.evaluate(&parameters, &batch.inputs, batch.size, self.end(), |tape, _| {
                self.objective.mean(batch, tape.output(self.plan.logits, &self.plan, &batch.inputs))
            }));
            places().for_each(|(at, _)| parameters[at] = self.parameters[at]);
        }
        now(losses)
    }

    fn weights(&self, nodes: &[usize]) -> Later<'_, Vec<[HostTensor; 2]>> {
        let of_node = |node: &usize| {
            let mut found = [HostTensor { shape: vec![0], values: vec![] }, HostTensor { shape: vec![0], values: vec![] }];
            let own: Vec<_> = self.layout.parameters.iter().filter(|p| p.node == *node).collect();
            for parameter in &own {
                found[usize::from(parameter.part == TensorPart::Bias)] = self.tensor(parameter);
            }
            (!own.is_empty()).then_some(found)
        };
        now(nodes.iter().filter_map(of_node).collect())
    }

    fn state(&self) -> Later<'static, StateDict> {
        now(self.dict())
    }

    fn find(&self, parameter: &ParameterRef) -> Option<Place> {
        let place = Place { node: self.plan.index(&parameter.node)?, part: parameter.part, index: parameter.index };
        self.layout.place(place.node, place.part, place.index).map(|_| place)
    }
}

/// As [`StateDict::tensor`], in the layout of the engine.
pub(super) fn kept(state: &StateDict, name: &str, shape: &[usize]) -> Result<HostTensor, EngineError> {
    let mut given = shape.to_vec();
    if given.len() == 2 {
        given.reverse();
    }
    state.tensor(name, &given).map(transposed)
}
