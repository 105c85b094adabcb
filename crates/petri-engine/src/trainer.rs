//! One network with its optimizer: a step on a batch, gradients, and forward passes.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use petri_data::Batch;
use petri_protocol::{Decision, LossSpec, NetworkSpec, Problem, TensorShape, TrainingSpec};

use crate::error::EngineError;
use crate::forward::{Mode, Value, forward};
use crate::layers::{GradientCollector, HostTensor, Layer, RunningStats, Scaler, SquareCollector, Weights, draw};
use crate::loss::{LossOutput, hits, normaliser, weighted};
use crate::optimizer;
use crate::plan::{Plan, PlanNode};
use crate::rates;
use crate::readback::Reader;

/// A state of the network to come back to.
#[derive(Debug, Clone)]
pub struct Snapshot {
    weights: Weights,
    running: Vec<RunningStats>,
}

/// One batch forward and backward.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// Mean loss.
    pub loss: f32,
    /// Output of each node and the gradient of the loss by it; without a gradient where the loss does not
    /// depend on it.
    pub nodes: Vec<(Vec<f32>, Option<Vec<f32>>)>,
    /// Gradient of the loss by each parameter: weight, bias (where there is one), weight …
    pub parameters: Vec<Vec<f32>>,
}

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

/// A network that is being trained on one device.
pub struct Trainer {
    plan: Plan,
    /// Taken out for the moment of an update, which consumes it.
    weights: Option<Weights>,
    running: Vec<RunningStats>,
    optimizer: ModuleOptimizer,
    loss: LossSpec,
    clip_norm: f64,
    seed: u32,
    /// Without gradients, for evaluation.
    device: Device,
    /// With gradients, for training.
    autodiff: Device,
}

impl Trainer {
    /// Draws the initial weights of `network` from `seed` and puts them on `device`.
    ///
    /// # Errors
    ///
    /// All problems of the network.
    pub fn new(
        network: &NetworkSpec,
        input: TensorShape,
        training: &TrainingSpec,
        seed: u32,
        device: &Device,
    ) -> Result<Self, Vec<Problem>> {
        let plan = Plan::new(network, input, training.loss)?;
        let values = draw(seed, &plan, &BTreeMap::new());
        Ok(Self::with_weights(plan, values, training, seed, device))
    }

    /// Starts from given weights, in the order of [`draw`].
    pub fn with_weights(plan: Plan, values: Vec<[HostTensor; 2]>, training: &TrainingSpec, seed: u32, device: &Device) -> Self {
        let autodiff = device.clone().autodiff();
        let weights = Weights::upload(&plan, values, &autodiff);
        let running = plan
            .nodes
            .iter()
            .filter_map(PlanNode::n_running)
            .map(|n| RunningStats { mean: Tensor::zeros([n], device), variance: Tensor::ones([n], device) })
            .collect();
        Self {
            plan,
            weights: Some(weights),
            running,
            optimizer: optimizer::build(training.optimizer, training.weight_decay),
            loss: training.loss,
            clip_norm: training.clip_norm,
            seed,
            device: device.clone(),
            autodiff,
        }
    }

    /// The checked network.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The loss that is minimised.
    pub fn loss(&self) -> LossSpec {
        self.loss
    }

    /// The device without gradients.
    pub fn device(&self) -> &Device {
        &self.device
    }

    fn weights(&self) -> &Weights {
        // Only `step` takes them, and puts them back before it returns.
        self.weights.as_ref().unwrap_or_else(|| unreachable!("weights are there between steps"))
    }

    /// Loss on a batch, its gradients, and new running statistics.
    fn differentiate(&self, batch: &Batch, step: u32) -> (LossOutput, GradientsParams, Vec<RunningStats>) {
        let input = Value::upload(batch.inputs.clone(), batch.size, self.plan.input, &self.autodiff);
        let masks = crate::op::drawn(&self.plan, batch.size, step, self.seed, &self.autodiff);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut pass = forward(&self.plan, self.weights(), &self.running, input.clone(), &keep, &Mode::Train { dropout: &masks });
        let logits = self.plan.logits.and_then(|i| pass.kept[i].take()).unwrap_or(input).by_channel();
        let [_, channels, _] = logits.dims();
        let (targets, weights) = self.upload_targets(batch, channels);
        let hits =
            hits(Decision::new(batch.code, self.loss), logits.clone().inner(), targets.clone().inner(), weights.clone().inner());
        let loss = weighted(self.loss, logits, targets, weights);
        let gradients = GradientsParams::from_grads(loss.backward(), self.weights());
        (LossOutput { loss: loss.inner(), hits }, gradients, pass.running)
    }

    /// Targets and normalised weights of a batch, both `[batch, channels or 1, area]`.
    fn upload_targets(&self, batch: &Batch, channels: usize) -> (Tensor<3>, Tensor<3>) {
        let area = batch.weights.len() / batch.size.max(1);
        let factor = normaliser(self.loss, batch, channels);
        let weights: Vec<f32> = batch.weights.iter().map(|w| w * factor).collect();
        let upload = |values, channels| Tensor::from_data(TensorData::new(values, [batch.size, channels, area]), &self.autodiff);
        (upload(batch.targets.clone(), batch.targets.len() / (batch.size * area).max(1)), upload(weights, 1))
    }

    /// One optimizer step on a batch. `step` numbers the steps from 0, for dropout.
    ///
    /// Nothing is waited for: the returned tensors are read later, many at once.
    pub fn step(&mut self, batch: &Batch, step: u32, learning_rate: f64) -> LossOutput {
        let (output, gradients, running) = self.differentiate(batch, step);
        let gradients = if self.clip_norm > 0.0 { clip(gradients, self.weights(), self.clip_norm) } else { gradients };
        if let Some(weights) = self.weights.take() {
            let before = rates::any(&self.plan).then(|| weights.clone());
            let after = self.optimizer.step(learning_rate, weights, gradients);
            self.weights = Some(match before {
                Some(before) => rates::scaled(&self.plan, before, after),
                None => after,
            });
        }
        self.running = running;
        output
    }

    /// Loss of a batch and the gradient of every parameter, in the order of [`draw`] (weight, bias …).
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn gradients(&self, batch: &Batch) -> Result<(f32, Vec<Vec<f32>>), EngineError> {
        let (output, gradients, _) = self.differentiate(batch, 0);
        let mut collector = GradientCollector { grads: &gradients, flat: Vec::new() };
        self.weights().visit(&mut collector);
        let mut reader = Reader::default().with(output.loss);
        for gradient in collector.flat.into_iter().flatten() {
            reader = reader.with(gradient);
        }
        let mut values = reader.read().await?;
        let loss = values.remove(0).first().copied().unwrap_or(f32::NAN);
        Ok((loss, values))
    }

    /// The network as it is now, to come back to it. Tensors are shared, not copied.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { weights: self.weights().clone(), running: self.running.clone() }
    }

    /// Goes back to an earlier state of the network. The optimizer keeps its own.
    pub fn restore(&mut self, snapshot: Snapshot) {
        self.weights = Some(snapshot.weights);
        self.running = snapshot.running;
    }

    /// The layer that holds the parameters of a node.
    pub fn layer(&self, node: usize) -> Option<&Layer> {
        let idx = crate::layers::layer_indices(&self.plan).get(node).copied().flatten()?;
        self.weights().layers.get(idx)
    }

    /// One sample forward and backward: see [`Pass`].
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn backprop(&self, batch: &Batch) -> Result<Pass, EngineError> {
        let input = Value::upload(batch.inputs.clone(), batch.size, self.plan.input, &self.autodiff);
        let taps: Vec<Value> = self.plan.nodes.iter().map(|n| Value::tap(batch.size, n.output, &self.autodiff)).collect();
        let all: Vec<usize> = (0..self.plan.nodes.len()).collect();
        let mut pass = forward(&self.plan, self.weights(), &self.running, input.clone(), &all, &Mode::Tapped { taps: &taps });
        let logits = self.plan.logits.and_then(|i| pass.kept[i].clone()).unwrap_or(input).by_channel();
        let channels = logits.dims()[1];
        let (targets, weights) = self.upload_targets(batch, channels);
        let loss = weighted(self.loss, logits, targets, weights);
        let gradients = loss.clone().backward();
        let mut reader = Reader::default().with(loss.inner());
        let by_output: Vec<Option<Value>> = taps.iter().map(|t| t.gradient(&gradients)).collect();
        for (value, gradient) in pass.kept.iter_mut().zip(&by_output) {
            if let Some(value) = value.take() {
                reader = reader.with(value.inner().flat());
            }
            if let Some(gradient) = gradient {
                reader = reader.with(gradient.clone().flat());
            }
        }
        let gradients = GradientsParams::from_grads(gradients, self.weights());
        let mut collector = GradientCollector { grads: &gradients, flat: Vec::new() };
        self.weights().visit(&mut collector);
        let n_parameters = collector.flat.len();
        for gradient in collector.flat.into_iter().flatten() {
            reader = reader.with(gradient);
        }
        let mut values = reader.read().await?.into_iter();
        let loss = values.next().and_then(|v| v.first().copied()).unwrap_or(f32::NAN);
        let mut nodes = Vec::new();
        for gradient in &by_output {
            let value = values.next().unwrap_or_default();
            nodes.push((value, gradient.as_ref().and_then(|_| values.next())));
        }
        Ok(Pass { loss, nodes, parameters: values.take(n_parameters).collect() })
    }

    /// Mean loss of a batch for other values of two parameters, in evaluation mode; read later.
    pub fn loss_at(&self, changed: &[(usize, [HostTensor; 2])], batch: &Batch) -> Tensor<1> {
        let mut weights = self.weights().valid();
        let indices = crate::layers::layer_indices(&self.plan);
        for (node, values) in changed {
            if let Some(layer) = indices[*node] {
                let single = Plan { nodes: vec![self.plan.nodes[*node].clone()], ..self.plan.clone() };
                weights.layers[layer] = Weights::upload(&single, vec![values.clone()], &self.device).layers.swap_remove(0);
            }
        }
        let input = Value::upload(batch.inputs.clone(), batch.size, self.plan.input, &self.device);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut kept = forward(&self.plan, &weights, &self.running, input.clone(), &keep, &Mode::Evaluate).kept;
        let logits = self.plan.logits.and_then(|i| kept[i].take()).unwrap_or(input).by_channel();
        let channels = logits.dims()[1];
        let (targets, weights) = self.upload_targets(batch, channels);
        weighted(self.loss, logits, targets.inner(), weights.inner())
    }

    /// Output of the kept nodes in evaluation mode.
    pub fn evaluate(&self, input: Value, keep: &[usize]) -> Vec<Option<Value>> {
        let weights = self.weights().valid();
        forward(&self.plan, &weights, &self.running, input, keep, &Mode::Evaluate).kept
    }

    /// Logits of a batch in evaluation mode, `[batch, channels, area]`.
    pub fn logits(&self, inputs: Vec<f32>, n: usize) -> Tensor<3> {
        let input = Value::upload(inputs, n, self.plan.input, &self.device);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut kept = self.evaluate(input.clone(), &keep);
        self.plan.logits.and_then(|i| kept[i].take()).unwrap_or(input).by_channel()
    }

    /// Weight and bias of some nodes (by index into the plan), with their shapes.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn read_weights(&self, nodes: &[usize]) -> Result<Vec<[HostTensor; 2]>, EngineError> {
        let indices = crate::layers::layer_indices(&self.plan);
        let mut reader = Reader::default();
        let mut shapes = Vec::new();
        for layer in nodes.iter().filter_map(|&n| indices.get(n).copied().flatten()) {
            let ((weight_shape, weight), bias) = self.weights().layers[layer].flat();
            reader = reader.with(weight);
            let mut bias_shape = vec![0];
            if let Some((shape, bias)) = bias {
                reader = reader.with(bias);
                bias_shape = shape;
            }
            shapes.push([weight_shape, bias_shape]);
        }
        if shapes.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = reader.read().await?.into_iter();
        Ok(shapes
            .into_iter()
            .map(|shapes| {
                shapes.map(|shape| {
                    // A layer without bias has nothing to read.
                    let values = if shape == [0] { Vec::new() } else { values.next().unwrap_or_default() };
                    HostTensor { shape, values }
                })
            })
            .collect())
    }

    /// Weight and bias of all nodes that have any.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn read_all_weights(&self) -> Result<Vec<[HostTensor; 2]>, EngineError> {
        let all: Vec<usize> = (0..self.plan.nodes.len()).collect();
        self.read_weights(&all).await
    }
}
