//! Training on the CPU engine.

use std::rc::Rc;

use petri_data::Batch;
use petri_protocol::TrainingSpec;

use super::network::{CpuNetwork, kept};
use super::tape::Tape;
use super::update::FlatOptimizer;
use crate::error::EngineError;
use crate::executor::{Executor, Later, Network, Outputs, Place};
use crate::layers::HostTensor;
use crate::loss::Objective;
use crate::op::kernel::Running;
use crate::plan::Plan;
use crate::state::{OPTIMIZER, StateDict, transposed};
use crate::trainer::UPDATES;

/// A network with its optimizer.
pub struct CpuTrainer {
    network: Rc<CpuNetwork>,
    optimizer: FlatOptimizer,
    clip_norm: f64,
    tape: Tape,
    /// As the parameters.
    gradients: Vec<f32>,
    unread: Outputs,
    watched: Option<[Place; 2]>,
}

impl CpuTrainer {
    /// Starts from given weights, in the order of [`draw`](crate::layers::draw).
    pub fn with_weights(plan: Plan, values: Vec<[HostTensor; 2]>, training: &TrainingSpec, seed: u32) -> Self {
        let network = CpuNetwork::new(plan, values, Objective::new(training), seed);
        let len = network.layout.len;
        Self {
            optimizer: FlatOptimizer::new(training.optimizer, training.weight_decay, len),
            network: Rc::new(network),
            clip_norm: training.clip_norm,
            tape: Tape::default(),
            gradients: vec![0.0; len],
            unread: Outputs::default(),
            watched: None,
        }
    }

    fn note_watched(&mut self) {
        let Some(places) = self.watched else { return };
        let network = &self.network;
        let value = |p: Place| network.layout.place(p.node, p.part, p.index).map(|at| network.parameters[at]);
        if let [Some(first), Some(second)] = places.map(value) {
            self.unread.path.push([first, second]);
        }
    }

    /// Shortens the gradient of all parameters together to `clip_norm`, as PyTorch's `clip_grad_norm_`.
    fn clip(&mut self) {
        let learns = self.network.layout.parameters.iter().filter(|p| p.learns());
        let squares: f64 = learns.flat_map(|p| &self.gradients[p.range.clone()]).map(|g| f64::from(*g).powi(2)).sum();
        let factor = (self.clip_norm / (squares.sqrt() + 1e-6)).min(1.0) as f32;
        if factor < 1.0 || factor.is_nan() {
            self.gradients.iter_mut().for_each(|g| *g *= factor);
        }
    }
}

impl Executor for CpuTrainer {
    fn set_class_weights(&mut self, class_weights: &[f32]) {
        Rc::make_mut(&mut self.network).objective.set_class_weights(class_weights);
    }

    fn step(&mut self, batch: &Batch, step: u32, learning_rate: f64) {
        let network = Rc::make_mut(&mut self.network);
        let output = network.differentiate(&mut self.tape, batch, step, &mut self.gradients);
        if self.clip_norm > 0.0 {
            self.clip();
        }
        let network = Rc::make_mut(&mut self.network);
        let layout = Rc::clone(&network.layout);
        self.optimizer.update(&layout, &mut network.parameters, &self.gradients, learning_rate);
        self.unread.steps.push(output);
        self.note_watched();
    }

    fn read(&mut self) -> Later<'static, Outputs> {
        Box::pin(std::future::ready(Ok(std::mem::take(&mut self.unread))))
    }

    fn n_unread(&self) -> usize {
        self.unread.steps.len()
    }

    fn watch(&mut self, places: Option<[Place; 2]>) {
        self.watched = places;
        self.unread.path.clear();
        self.note_watched();
    }

    fn network(&self) -> Rc<dyn Network> {
        Rc::clone(&self.network) as Rc<dyn Network>
    }

    fn state(&self) -> Later<'static, StateDict> {
        let mut state = self.network.dict();
        state.numbers.insert(UPDATES.into(), f64::from(self.optimizer.time));
        let names = crate::optimizer::moment_names(self.optimizer.spec());
        // Before the first update there is nothing to remember.
        let is_there = |moment: &&Vec<f32>| self.optimizer.time > 0 && !moment.is_empty();
        for (name, moment) in names.into_iter().zip([&self.optimizer.first, &self.optimizer.second]) {
            for parameter in self.network.layout.parameters.iter().filter(|p| p.learns() && is_there(&moment)) {
                let tensor = HostTensor { shape: parameter.shape.clone(), values: moment[parameter.range.clone()].to_vec() };
                state.tensors.insert(format!("{OPTIMIZER}{}.{name}", parameter.name), transposed(&tensor));
            }
        }
        Box::pin(std::future::ready(Ok(state)))
    }

    fn set_state(&mut self, state: &StateDict) -> Result<(), EngineError> {
        let layout = Rc::clone(&self.network.layout);
        let mut parameters = self.network.parameters.clone();
        for parameter in &layout.parameters {
            parameters[parameter.range.clone()].copy_from_slice(&kept(state, &parameter.name, &parameter.shape)?.values);
        }
        let mut running: Vec<Option<Running>> = Vec::with_capacity(self.network.running.len());
        for (node, old) in self.network.plan.nodes.iter().zip(&self.network.running) {
            let part = |part: &str, n: usize| kept(state, &format!("{}.{part}", node.name), &[n]).map(|t| t.values);
            running.push(match old.as_ref().map(|r| r.mean.len()) {
                Some(n) => Some(Running { mean: part("running_mean", n)?, variance: part("running_var", n)? }),
                None => None,
            });
        }
        let mut optimizer = self.optimizer.clone();
        if state.numbers.contains_key(UPDATES) {
            optimizer.time = state.count(UPDATES)?;
            let names = crate::optimizer::moment_names(optimizer.spec());
            for (name, moment) in names.into_iter().zip([&mut optimizer.first, &mut optimizer.second]) {
                moment.fill(0.0);
                for parameter in layout.parameters.iter().filter(|_| !moment.is_empty()).cloned().collect::<Vec<_>>() {
                    let key = format!("{OPTIMIZER}{}.{name}", parameter.name);
                    if state.tensors.contains_key(&key) {
                        moment[parameter.range].copy_from_slice(&kept(state, &key, &parameter.shape)?.values);
                    }
                }
            }
        }
        // Everything has been checked: from here on nothing fails.
        self.optimizer = optimizer;
        let network = Rc::make_mut(&mut self.network);
        network.parameters = parameters;
        network.running = running;
        Ok(())
    }
}
