//! burn as an executor: a network with its optimizer.

use std::rc::Rc;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use petri_data::Batch;
use petri_protocol::TrainingSpec;

use crate::burn_network::BurnNetwork;
use crate::error::EngineError;
use crate::executor::{Executor, Later, Network, Outputs, Place, StepOutput};
use crate::layers::{HostTensor, RunningStats, Scaler, SquareCollector, Weights};
use crate::loss::{LossOutput, Objective};
use crate::optimizer::Optimizer;
use crate::plan::{Plan, PlanNode};
use crate::readback::read;
use crate::state::{OPTIMIZER, StateDict, transposed};

/// Name of the number that counts the optimizer's updates.
pub(crate) const UPDATES: &str = "optimizer.step";

/// Shortens the gradient of all parameters together to `max_norm`, as PyTorch's `clip_grad_norm_`: each
/// is multiplied by min(1, max_norm / (‖g‖ + 1e-6)).
fn clip(gradients: GradientsParams, weights: &Weights, max_norm: f64) -> GradientsParams {
    let mut squares = SquareCollector { grads: &gradients, sum: None };
    weights.visit(&mut squares);
    let Some(sum) = squares.sum else { return gradients };
    let factor = (sum.sqrt() + 1e-6).recip().mul_scalar(max_norm).clamp_max(1.0);
    let mut scaler = Scaler { grads: gradients, factor };
    weights.visit(&mut scaler);
    scaler.grads
}

/// Updates every parameter that has a gradient.
struct Update<'a> {
    optimizer: &'a mut Optimizer,
    gradients: GradientsParams,
    learning_rate: f64,
    /// Factor on the learning rate, by parameter.
    rates: Vec<f64>,
    /// Place of the next parameter.
    next: usize,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let place = self.next;
        self.next += 1;
        let Some(gradient) = self.gradients.remove::<D>(param.id) else { return param };
        let (id, tensor, mapper) = param.consume();
        let (values, shape) = (tensor.inner(), gradient.dims());
        let values: Tensor<1> = values.flatten(0, D - 1);
        let updated = self.optimizer.update(place, values, gradient.flatten(0, D - 1), self.learning_rate * self.rates[place]);
        Param::from_mapped_value(id, Tensor::from_inner(updated.reshape(shape)).require_grad(), mapper)
    }
}

/// A network that burn trains on one device.
pub struct Trainer {
    network: Rc<BurnNetwork>,
    optimizer: Optimizer,
    clip_norm: f64,
    /// Loss and hits of the steps that were not read, still on the device.
    unread: Vec<LossOutput>,
    watched: Option<[Place; 2]>,
    /// Two values for each unread step, where parameters are watched.
    unread_watched: Vec<Tensor<1>>,
}

impl Trainer {
    /// Starts from given weights, in the order of [`draw`](crate::layers::draw).
    pub fn with_weights(plan: Plan, values: Vec<[HostTensor; 2]>, training: &TrainingSpec, seed: u32, device: &Device) -> Self {
        let autodiff = device.clone().autodiff();
        let weights = Weights::upload(&plan, values, &autodiff);
        let statistics = |channels: usize| RunningStats {
            mean: Tensor::zeros([channels], device),
            variance: Tensor::ones([channels], device),
        };
        let running = plan.nodes.iter().filter_map(PlanNode::n_running).map(statistics).collect();
        let network = BurnNetwork {
            plan: Rc::new(plan),
            weights,
            running,
            objective: Objective::new(training),
            seed,
            device: device.clone(),
            autodiff,
        };
        Self {
            network: Rc::new(network),
            optimizer: Optimizer::new(training.optimizer, training.weight_decay),
            clip_norm: training.clip_norm,
            unread: Vec::new(),
            watched: None,
            unread_watched: Vec::new(),
        }
    }

    fn note_watched(&mut self) {
        for place in self.watched.iter().flatten() {
            self.unread_watched.extend(self.network.value(*place));
        }
    }

    /// Values of one parameter as they are kept here.
    fn kept(state: &StateDict, name: &str, shape: &[usize]) -> Result<HostTensor, EngineError> {
        let mut given = shape.to_vec();
        if given.len() == 2 {
            given.reverse();
        }
        state.tensor(name, &given).map(transposed)
    }

    fn upload(&self, tensor: HostTensor) -> Tensor<1> {
        let n = tensor.values.len();
        Tensor::from_data(TensorData::new(tensor.values, [n]), &self.network.device)
    }

    /// What the optimizer remembers according to a state.
    fn moments(&self, state: &StateDict) -> Result<Vec<(usize, usize, Tensor<1>)>, EngineError> {
        let mut all = Vec::new();
        for (place, (name, shape)) in self.network.names().iter().enumerate() {
            for (which, moment) in self.optimizer.moment_names().iter().enumerate() {
                let key = format!("{OPTIMIZER}{name}.{moment}");
                if state.tensors.contains_key(&key) {
                    all.push((place, which, self.upload(Self::kept(state, &key, shape)?)));
                }
            }
        }
        Ok(all)
    }
}

impl Executor for Trainer {
    fn set_class_weights(&mut self, class_weights: &[f32]) {
        Rc::make_mut(&mut self.network).objective.set_class_weights(class_weights);
    }

    fn step(&mut self, batch: &Batch, step: u32, learning_rate: f64) {
        let (output, gradients, running) = self.network.differentiate(batch, step);
        let gradients = if self.clip_norm > 0.0 { clip(gradients, &self.network.weights, self.clip_norm) } else { gradients };
        self.optimizer.begin();
        let mut update =
            Update { optimizer: &mut self.optimizer, gradients, learning_rate, rates: self.network.rates(), next: 0 };
        let network = Rc::make_mut(&mut self.network);
        // Taken out, so that the old values can be overwritten in place.
        let weights = std::mem::replace(&mut network.weights, Weights { layers: Vec::new() });
        network.weights = weights.map(&mut update);
        network.running = running;
        self.unread.push(output);
        self.note_watched();
    }

    fn read(&mut self) -> Later<'static, Outputs> {
        let unread = std::mem::take(&mut self.unread);
        let watched = std::mem::take(&mut self.unread_watched);
        Box::pin(async move {
            let n = unread.len();
            // One read for all of them: losses first, then hits, then watched parameters.
            let (losses, hits): (Vec<_>, Vec<_>) = unread.into_iter().map(|o| (o.loss, o.hits)).unzip();
            let all = [losses, hits, watched].concat();
            if all.is_empty() {
                return Ok(Outputs::default());
            }
            let values = read(Tensor::cat(all, 0)).await?;
            let (losses, rest) = values.split_at(n);
            let (hits, watched) = rest.split_at(n);
            let steps = losses.iter().zip(hits).map(|(&loss, &hits)| StepOutput { loss, hits }).collect();
            Ok(Outputs { steps, path: watched.as_chunks::<2>().0.to_vec() })
        })
    }

    fn n_unread(&self) -> usize {
        self.unread.len()
    }

    fn watch(&mut self, places: Option<[Place; 2]>) {
        self.watched = places;
        self.unread_watched.clear();
        self.note_watched();
    }

    fn network(&self) -> Rc<dyn Network> {
        Rc::clone(&self.network) as Rc<dyn Network>
    }

    fn state(&self) -> Later<'static, StateDict> {
        let (network, names) = (Rc::clone(&self.network), self.network.names());
        let updates = f64::from(self.optimizer.time());
        let moments = self.optimizer.remembered().into_iter().map(|(place, which, tensor)| {
            let (name, shape) = &names[place];
            (format!("{OPTIMIZER}{name}.{}", self.optimizer.moment_names()[which]), shape.clone(), tensor)
        });
        let moments = moments.collect();
        Box::pin(async move {
            let mut state = network.read_state(moments).await?;
            state.numbers.insert(UPDATES.into(), updates);
            Ok(state)
        })
    }

    fn set_state(&mut self, state: &StateDict) -> Result<(), EngineError> {
        let mut values = Vec::new();
        let mut parameters = self.network.names().into_iter().peekable();
        while let Some((name, shape)) = parameters.next() {
            let weight = Self::kept(state, &name, &shape)?;
            let bias = match parameters.next_if(|(name, _)| name.ends_with(".bias")) {
                Some((name, shape)) => Self::kept(state, &name, &shape)?,
                None => HostTensor { shape: vec![0], values: vec![] },
            };
            values.push([weight, bias]);
        }
        let mut running = Vec::new();
        for (name, old) in self.network.norm_names().iter().zip(&self.network.running) {
            let shape = old.mean.dims();
            let part = |part: &str| Self::kept(state, &format!("{name}.{part}"), &shape).map(|t| self.upload(t));
            running.push(RunningStats { mean: part("running_mean")?, variance: part("running_var")? });
        }
        let remembered = match state.numbers.contains_key(UPDATES) {
            true => Some((state.count(UPDATES)?, self.moments(state)?)),
            false => None,
        };
        // Everything has been checked: from here on nothing fails.
        let weights = Weights::upload(&self.network.plan, values, &self.network.autodiff);
        let network = Rc::make_mut(&mut self.network);
        network.weights = weights;
        network.running = running;
        if let Some((time, moments)) = remembered {
            self.optimizer.remember(time, moments);
        }
        Ok(())
    }
}
