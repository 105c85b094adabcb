//! A network at one moment, computed by burn.

use std::rc::Rc;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use petri_data::Batch;
use petri_protocol::{Decision, ParameterRef};

use crate::error::EngineError;
use crate::executor::{Later, Network, Pass, Place};
use crate::forward::{Mode, forward};
use crate::layers::{GradientCollector, HostTensor, Layer, RunningStats, Weights, layer_indices};
use crate::loss::{LossOutput, Objective, hits};
use crate::op;
use crate::plan::{Plan, PlanNode};
use crate::readback::Reader;
use crate::state::{StateDict, transposed};
use crate::value::Value;

/// Plan, parameters and running statistics on one device. A copy shares its tensors.
#[derive(Clone)]
pub struct BurnNetwork {
    pub(crate) plan: Rc<Plan>,
    pub(crate) weights: Weights,
    pub(crate) running: Vec<RunningStats>,
    pub(crate) objective: Objective,
    pub(crate) seed: u32,
    /// Without gradients, for evaluation.
    pub(crate) device: Device,
    /// With gradients, for training.
    pub(crate) autodiff: Device,
}

impl BurnNetwork {
    /// Loss on a batch, its gradients, and new running statistics.
    pub(crate) fn differentiate(&self, batch: &Batch, step: u32) -> (LossOutput, GradientsParams, Vec<RunningStats>) {
        let input = Value::upload(batch.inputs.clone(), batch.size, self.plan.input, &self.autodiff);
        let masks = op::drawn(&self.plan, batch.size, step, self.seed, &self.autodiff);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut pass = forward(&self.plan, &self.weights, &self.running, input.clone(), &keep, &Mode::Train { dropout: &masks });
        let logits = self.plan.logits.and_then(|i| pass.kept[i].take()).unwrap_or(input).by_channel();
        let [_, channels, _] = logits.dims();
        let (targets, weights) = self.upload_targets(batch, channels);
        let decision = Decision::new(batch.code, self.objective.loss());
        let hits = hits(decision, logits.clone().inner(), targets.clone().inner(), weights.clone().inner());
        let loss = self.objective.weighted(logits, targets, weights);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.weights);
        (LossOutput { loss: loss.inner(), hits }, gradients, pass.running)
    }

    /// Targets and normalised weights of a batch, both `[batch, channels or 1, area]`.
    fn upload_targets(&self, batch: &Batch, channels: usize) -> (Tensor<3>, Tensor<3>) {
        let area = batch.weights.len() / batch.size.max(1);
        let factor = self.objective.normaliser(batch, channels);
        let weights: Vec<f32> = batch.weights.iter().map(|w| w * factor).collect();
        let upload = |values, channels| Tensor::from_data(TensorData::new(values, [batch.size, channels, area]), &self.autodiff);
        (upload(batch.targets.clone(), batch.targets.len() / (batch.size * area).max(1)), upload(weights, 1))
    }

    /// The layer that holds the parameters of a node.
    fn layer(&self, node: usize) -> Option<&Layer> {
        let idx = layer_indices(&self.plan).get(node).copied().flatten()?;
        self.weights.layers.get(idx)
    }

    /// One value of a parameter, `[1]`.
    pub(crate) fn value(&self, place: Place) -> Option<Tensor<1>> {
        self.layer(place.node)?.value(place.part, place.index)
    }

    /// Logits in evaluation mode, `[batch, channels, area]`, for given weights.
    fn evaluated(&self, weights: &Weights, inputs: Vec<f32>, n: usize) -> Tensor<3> {
        let input = Value::upload(inputs, n, self.plan.input, &self.device);
        let keep: Vec<usize> = self.plan.logits.into_iter().collect();
        let mut kept = forward(&self.plan, weights, &self.running, input.clone(), &keep, &Mode::Evaluate).kept;
        self.plan.logits.and_then(|i| kept[i].take()).unwrap_or(input).by_channel()
    }

    /// The weights with other values of some parameters, for evaluation.
    fn changed(&self, weights: &Weights, changes: &[(Place, f32)]) -> Weights {
        let mut changed = weights.clone();
        let indices = layer_indices(&self.plan);
        for (place, value) in changes {
            if let Some(layer) = indices.get(place.node).copied().flatten() {
                changed.layers[layer] = changed.layers[layer].with_value(place.part, place.index, *value);
            }
        }
        changed
    }

    async fn read_backprop(&self, batch: &Batch) -> Result<Pass, EngineError> {
        let input = Value::upload(batch.inputs.clone(), batch.size, self.plan.input, &self.autodiff);
        let taps: Vec<Value> = self.plan.nodes.iter().map(|n| Value::tap(batch.size, n.output, &self.autodiff)).collect();
        let all: Vec<usize> = (0..self.plan.nodes.len()).collect();
        let mut pass = forward(&self.plan, &self.weights, &self.running, input.clone(), &all, &Mode::Tapped { taps: &taps });
        let logits = self.plan.logits.and_then(|i| pass.kept[i].clone()).unwrap_or(input).by_channel();
        let channels = logits.dims()[1];
        let (targets, weights) = self.upload_targets(batch, channels);
        let loss = self.objective.weighted(logits, targets, weights);
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
        let (reader, lengths) = self.with_gradients(reader, &GradientsParams::from_grads(gradients, &self.weights));
        let mut values = reader.read().await?.into_iter();
        let loss = values.next().and_then(|v| v.first().copied()).unwrap_or(f32::NAN);
        let mut nodes = Vec::new();
        for gradient in &by_output {
            let value = values.next().unwrap_or_default();
            nodes.push((value, gradient.as_ref().and_then(|_| values.next())));
        }
        Ok(Pass { loss, nodes, parameters: gradients_of(values, lengths) })
    }

    /// Reads the gradients too, of each parameter that has one; and for each parameter whether it has one, or its
    /// length.
    fn with_gradients(&self, mut reader: Reader, gradients: &GradientsParams) -> (Reader, Vec<Result<(), usize>>) {
        let mut collector = GradientCollector { grads: gradients, flat: Vec::new() };
        self.weights.visit(&mut collector);
        let mut lengths = Vec::new();
        for (gradient, (_, shape)) in collector.flat.into_iter().zip(self.names()) {
            lengths.push(match gradient {
                Some(gradient) => {
                    reader = reader.with(gradient);
                    Ok(())
                }
                None => Err(shape.iter().product()),
            });
        }
        (reader, lengths)
    }

    /// Names and shapes of the parameters, in the order in which a module is visited.
    pub(crate) fn names(&self) -> Vec<(String, Vec<usize>)> {
        let mut names = Vec::new();
        let with_values = self.plan.nodes.iter().filter(|n| n.parameters.is_some());
        for (node, layer) in with_values.zip(&self.weights.layers) {
            let ((weight, _), bias) = layer.flat();
            names.push((format!("{}.weight", node.name), weight));
            names.extend(bias.map(|(shape, _)| (format!("{}.bias", node.name), shape)));
        }
        names
    }

    /// Factor on the learning rate of each parameter, in the same order.
    pub(crate) fn rates(&self) -> Vec<f64> {
        let with_values = self.plan.nodes.iter().filter(|n| n.parameters.is_some());
        let each = |(node, layer): (&PlanNode, &Layer)| vec![node.rate; 1 + usize::from(layer.flat().1.is_some())];
        with_values.zip(&self.weights.layers).flat_map(each).collect()
    }

    /// Names of the nodes with running statistics, in order.
    pub(crate) fn norm_names(&self) -> Vec<String> {
        self.plan.nodes.iter().filter(|n| n.n_running().is_some()).map(|n| n.name.clone()).collect()
    }

    /// Reads parameters and running statistics, and further tensors with them.
    pub(crate) async fn read_state(&self, further: Vec<(String, Vec<usize>, Tensor<1>)>) -> Result<StateDict, EngineError> {
        let all: Vec<usize> = (0..self.plan.nodes.len()).collect();
        let mut state = StateDict::default();
        let weights = self.read_weights(&all).await?.into_iter().flatten().filter(|t| t.shape != [0]);
        for ((name, _), tensor) in self.names().iter().zip(weights) {
            state.tensors.insert(name.clone(), transposed(&tensor));
        }
        let mut all = further;
        for (name, running) in self.norm_names().iter().zip(&self.running) {
            for (part, tensor) in [("running_mean", &running.mean), ("running_var", &running.variance)] {
                all.push((format!("{name}.{part}"), tensor.dims().to_vec(), tensor.clone()));
            }
        }
        if all.is_empty() {
            return Ok(state);
        }
        let mut reader = Reader::default();
        for (_, _, tensor) in &all {
            reader = reader.with(tensor.clone());
        }
        for ((name, shape, _), values) in all.into_iter().zip(reader.read().await?) {
            state.tensors.insert(name, transposed(&HostTensor { shape, values }));
        }
        Ok(state)
    }

    /// Weight and bias of some nodes, read together.
    pub(crate) async fn read_weights(&self, nodes: &[usize]) -> Result<Vec<[HostTensor; 2]>, EngineError> {
        let mut reader = Reader::default();
        let mut shapes = Vec::new();
        for layer in nodes.iter().filter_map(|&node| self.layer(node)) {
            let ((weight_shape, weight), bias) = layer.flat();
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
        let mut tensor = |shape: Vec<usize>| {
            // A layer without bias has nothing to read.
            let values = if shape == [0] { Vec::new() } else { values.next().unwrap_or_default() };
            HostTensor { shape, values }
        };
        Ok(shapes.into_iter().map(|shapes| shapes.map(&mut tensor)).collect())
    }
}

impl Network for BurnNetwork {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn objective(&self) -> &Objective {
        &self.objective
    }

    fn batch_size(&self) -> usize {
        self.plan.evaluation_batch(self.device == Device::flex())
    }

    fn logits(&self, batches: Vec<(Vec<f32>, usize)>) -> Later<'_, Vec<Vec<f32>>> {
        Box::pin(async move {
            let weights = self.weights.valid();
            let mut reader = Reader::default();
            for (inputs, n) in batches {
                reader = reader.with(self.evaluated(&weights, inputs, n));
            }
            reader.read().await
        })
    }

    fn outputs(&self, inputs: Vec<f32>, n: usize, nodes: Vec<usize>) -> Later<'_, Vec<Vec<f32>>> {
        Box::pin(async move {
            let input = Value::upload(inputs, n, self.plan.input, &self.device);
            let mut kept = forward(&self.plan, &self.weights.valid(), &self.running, input, &nodes, &Mode::Evaluate).kept;
            let mut reader = Reader::default();
            for &node in &nodes {
                if let Some(value) = kept[node].take() {
                    reader = reader.with(value.flat());
                }
            }
            reader.read().await
        })
    }

    fn gradients<'a>(&'a self, batch: &'a Batch) -> Later<'a, (f32, Vec<Vec<f32>>)> {
        Box::pin(async move {
            let (output, gradients, _) = self.differentiate(batch, 0);
            let (reader, lengths) = self.with_gradients(Reader::default().with(output.loss), &gradients);
            let mut values = reader.read().await?.into_iter();
            let loss = values.next().and_then(|v| v.first().copied()).unwrap_or(f32::NAN);
            Ok((loss, gradients_of(values, lengths)))
        })
    }

    fn backprop<'a>(&'a self, batch: &'a Batch) -> Later<'a, Pass> {
        Box::pin(self.read_backprop(batch))
    }

    fn losses<'a>(&'a self, batch: &'a Batch, changes: Vec<Vec<(Place, f32)>>) -> Later<'a, Vec<f32>> {
        Box::pin(async move {
            let weights = self.weights.valid();
            let mut reader = Reader::default();
            for changes in &changes {
                let logits = self.evaluated(&self.changed(&weights, changes), batch.inputs.clone(), batch.size);
                let channels = logits.dims()[1];
                let (targets, sample_weights) = self.upload_targets(batch, channels);
                reader = reader.with(self.objective.weighted(logits, targets.inner(), sample_weights.inner()));
            }
            Ok(reader.read().await?.into_iter().map(|v| v.first().copied().unwrap_or(f32::NAN)).collect())
        })
    }

    fn weights(&self, nodes: &[usize]) -> Later<'_, Vec<[HostTensor; 2]>> {
        let nodes = nodes.to_vec();
        Box::pin(async move { self.read_weights(&nodes).await })
    }

    fn state(&self) -> Later<'static, StateDict> {
        let network = self.clone();
        Box::pin(async move { network.read_state(Vec::new()).await })
    }

    fn find(&self, parameter: &ParameterRef) -> Option<Place> {
        let place = Place { node: self.plan.index(&parameter.node)?, part: parameter.part, index: parameter.index };
        self.layer(place.node)?.has(place.part, place.index).then_some(place)
    }
}

/// The gradients in the order of the parameters, from what was read; zeros for those without one.
fn gradients_of(mut read: impl Iterator<Item = Vec<f32>>, lengths: Vec<Result<(), usize>>) -> Vec<Vec<f32>> {
    lengths.into_iter().map(|has| has.map_or_else(|n| vec![0.0; n], |()| read.next().unwrap_or_default())).collect()
}
