//! One network with its optimizer: a step on a batch, gradients, and forward passes.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use petri_data::Batch;
use petri_data::random::{Purpose, stream, uniform};
use petri_protocol::{LossSpec, NetworkSpec, OpSpec, Problem, TensorShape, TrainingSpec};

use crate::error::EngineError;
use crate::forward::{Mode, Value, forward};
use crate::layers::{GradientCollector, HostTensor, RunningStats, Weights, draw};
use crate::loss::{LossOutput, hits, normaliser, weighted};
use crate::optimizer;
use crate::plan::Plan;
use crate::readback::Reader;

/// A network that is being trained on one device.
pub struct Trainer {
    plan: Plan,
    /// Taken out for the moment of an update, which consumes it.
    weights: Option<Weights>,
    running: Vec<RunningStats>,
    optimizer: ModuleOptimizer,
    loss: LossSpec,
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
        let values = draw(seed, &plan);
        Ok(Self::with_weights(plan, values, training, seed, device))
    }

    /// Starts from given weights, in the order of [`draw`].
    pub fn with_weights(plan: Plan, values: Vec<[HostTensor; 2]>, training: &TrainingSpec, seed: u32, device: &Device) -> Self {
        let autodiff = device.clone().autodiff();
        let weights = Weights::upload(&plan, values, &autodiff);
        let running = plan
            .nodes
            .iter()
            .filter(|n| n.op == OpSpec::BatchNorm)
            .map(|n| {
                let channels = n.output.channels();
                RunningStats { mean: Tensor::zeros([channels], device), variance: Tensor::ones([channels], device) }
            })
            .collect();
        Self {
            plan,
            weights: Some(weights),
            running,
            optimizer: optimizer::build(training.optimizer, training.weight_decay),
            loss: training.loss,
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
        let masks = self.dropout_masks(batch.size, step);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut pass = forward(&self.plan, self.weights(), &self.running, input.clone(), &keep, &Mode::Train { dropout: &masks });
        let logits = self.plan.logits.and_then(|i| pass.kept[i].take()).unwrap_or(input).by_channel();
        let [_, channels, _] = logits.dims();
        let (targets, weights) = self.upload_targets(batch, channels);
        let hits = hits(self.loss, logits.clone().inner(), targets.clone().inner(), weights.clone().inner());
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

    /// Masks for every dropout node, drawn on the host so that both engines drop the same values.
    fn dropout_masks(&self, n: usize, step: u32) -> Vec<Option<Value>> {
        if self.plan.nodes.iter().all(|node| !matches!(node.op, OpSpec::Dropout { .. })) {
            return Vec::new();
        }
        let mut rng = stream(self.seed, Purpose::Dropout(step));
        self.plan
            .nodes
            .iter()
            .map(|node| match node.op {
                OpSpec::Dropout { rate } => {
                    let keep = 1.0 / (1.0 - rate) as f32;
                    let mut draw = || if f64::from(uniform(&mut rng)) < rate { 0.0 } else { keep };
                    let values = (0..n * node.output.len()).map(|_| draw()).collect();
                    Some(Value::upload(values, n, node.output, &self.autodiff))
                }
                _ => None,
            })
            .collect()
    }

    /// One optimizer step on a batch. `step` numbers the steps from 0, for dropout.
    ///
    /// Nothing is waited for: the returned tensors are read later, many at once.
    pub fn step(&mut self, batch: &Batch, step: u32, learning_rate: f64) -> LossOutput {
        let (output, gradients, running) = self.differentiate(batch, step);
        if let Some(weights) = self.weights.take() {
            self.weights = Some(self.optimizer.step(learning_rate, weights, gradients));
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
            let [(weight_shape, weight), (bias_shape, bias)] = self.weights().layers[layer].flat();
            reader = reader.with(weight).with(bias);
            shapes.push([weight_shape, bias_shape]);
        }
        if shapes.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = reader.read().await?.into_iter();
        Ok(shapes
            .into_iter()
            .map(|shapes| shapes.map(|shape| HostTensor { shape, values: values.next().unwrap_or_default() }))
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
