//! Answers to the page's questions about data and network.

use petri_protocol::event::PayloadPart;
use petri_protocol::{Probe, SampleRange, Split, TensorShape, memory};

mod backprop;
mod scores;
mod surface;

use crate::error::EngineError;
use crate::importance;
use crate::loss::probabilities;
use crate::moment::Moment;

/// Most cells along one side of a decision boundary.
const MAX_RESOLUTION: usize = 256;
/// Most samples in one answer.
const MAX_SAMPLES: usize = 4096;
/// Most values in one answer.
const MAX_VALUES: usize = 1 << 24;
/// Most samples whose activations are asked for.
const MAX_ACTIVATION_SAMPLES: usize = 256;

/// Tensors with their names and shapes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Names and shapes.
    pub parts: Vec<PayloadPart>,
    /// Values of all parts, one behind the other.
    pub values: Vec<f32>,
    /// Which samples, for probes about samples.
    pub range: Option<SampleRange>,
}

impl Answer {
    fn push(&mut self, name: impl Into<String>, shape: Vec<usize>, values: Vec<f32>) {
        self.parts.push(PayloadPart { name: name.into(), shape });
        self.values.extend(values);
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, EngineError> {
    Err(EngineError::Probe { why: why.into() })
}

/// Answers one probe.
///
/// # Errors
///
/// When it asks for something that does not exist, or the device fails.
pub async fn answer(moment: &Moment, probe: &Probe, mut pause: impl AsyncFnMut()) -> Result<Answer, EngineError> {
    match probe {
        Probe::Boundary { resolution, x, y } => boundary(moment, *resolution, *x, *y, pause).await,
        Probe::FeatureMaps { nodes, split, index } => feature_maps(moment, nodes, *split, *index).await,
        Probe::Weights { nodes } => weights(moment, nodes).await,
        Probe::Predictions { range } => predictions(moment, *range, pause).await,
        Probe::Samples { range } => samples(moment, *range),
        Probe::Confusion { split } => confusion(moment, *split, pause).await,
        Probe::Activations { nodes, range } => activations(moment, nodes, *range, &mut pause).await,
        Probe::Gradients { nodes } => backprop::gradients(moment, nodes).await,
        Probe::LossSurface { parameters, extent, centre, resolution, full_batch } => {
            surface::answer(moment, parameters, *extent, *centre, *resolution, *full_batch, pause).await
        }
        Probe::Backprop { index, check } => backprop::answer(moment, *index, check.as_ref()).await,
        Probe::Scores { split } => scores::answer(moment, *split, pause).await,
        Probe::Importance { split } => {
            let values = importance::of_network(moment, *split, pause).await?;
            let mut answer = Answer::default();
            answer.push("importance", vec![values.len()], values.into_iter().map(|v| v as f32).collect());
            Ok(answer)
        }
    }
}

/// The part of a range that exists and whose answer, of so many values for each sample, is not too long.
fn clip(moment: &Moment, range: SampleRange, values: usize) -> SampleRange {
    let n = moment.dataset().info.sizes.of(range.split);
    let start = range.start.min(n);
    let most = (MAX_VALUES / values.max(1)).clamp(1, MAX_SAMPLES);
    SampleRange { split: range.split, start, count: range.count.min(most).min(n - start) }
}

/// Probabilities of every class over a rectangle, `[k, resolution, resolution]`.
async fn boundary(
    moment: &Moment,
    resolution: usize,
    x: [f32; 2],
    y: [f32; 2],
    pause: impl AsyncFnMut(),
) -> Result<Answer, EngineError> {
    if !moment.dataset().info.is_planar() {
        return refuse("only points in the plane have a decision boundary");
    }
    if x.iter().chain(&y).any(|v| !v.is_finite()) {
        return refuse("the part of the plane is no rectangle");
    }
    let resolution = resolution.clamp(2, MAX_RESOLUTION);
    let n = resolution * resolution;
    let mut inputs = Vec::with_capacity(2 * n);
    for row in 0..resolution {
        for column in 0..resolution {
            // Centres of the cells, top row first.
            let at = |[low, high]: [f32; 2], i: usize| low + (high - low) * (i as f32 + 0.5) / resolution as f32;
            let scaling = &moment.dataset().scaling;
            inputs.push(scaling.point(at(x, column), 0));
            inputs.push(scaling.point(at([y[1], y[0]], row), 1));
        }
    }
    let logits = moment.logits(&inputs, n, pause).await?;
    let k = moment.dataset().info.n_classes();
    let mut values = vec![0.0; k * n];
    for (cell, logits) in logits.chunks_exact(logits.len() / n).enumerate() {
        for (class, p) in probabilities(moment.network().objective().loss(), logits, k).into_iter().enumerate() {
            values[class * n + cell] = p;
        }
    }
    let mut answer = Answer::default();
    answer.push("boundary", vec![k, resolution, resolution], values);
    Ok(answer)
}

async fn feature_maps(moment: &Moment, nodes: &[String], split: Split, index: usize) -> Result<Answer, EngineError> {
    if index >= moment.dataset().info.sizes.of(split) {
        return refuse(format!("there is no sample {index} in the {} data", split.title()));
    }
    let plan = moment.network().plan();
    let keep = indices(moment, nodes)?;
    let range = SampleRange { split, start: index, count: 1 };
    let mut answer = Answer { range: Some(range), ..Answer::default() };
    for (&node, values) in keep.iter().zip(outputs(moment, range, &keep, async || {}).await?) {
        let shape = match plan.nodes[node].output {
            TensorShape::Features(n) => vec![n],
            TensorShape::Image { channels, height, width } => vec![channels, height, width],
        };
        answer.push(&plan.nodes[node].name, shape, values);
    }
    Ok(answer)
}

/// Inputs of some samples as the network sees them.
fn scaled_inputs(moment: &Moment, range: SampleRange) -> Vec<f32> {
    let mut inputs = Vec::new();
    for index in range.start..range.start + range.count {
        moment.dataset().scaled_input(range.split, index, &mut inputs);
    }
    inputs
}

/// Values of the kept nodes for some samples, in evaluation mode.
async fn outputs(
    moment: &Moment,
    range: SampleRange,
    keep: &[usize],
    mut pause: impl AsyncFnMut(),
) -> Result<Vec<Vec<f32>>, EngineError> {
    let network = moment.network();
    // Everything that is kept is there at once, unlike in an evaluation.
    let fitting = memory::samples(&network.plan().shape, keep, memory::MAX_EVALUATION_BYTES);
    let size = network.batch_size().min(fitting);
    let mut all = vec![Vec::new(); keep.len()];
    for start in (range.start..range.start + range.count).step_by(size) {
        let part = SampleRange { start, count: size.min(range.start + range.count - start), ..range };
        let found = network.outputs(scaled_inputs(moment, part), part.count, keep.to_vec()).await?;
        for (all, found) in all.iter_mut().zip(found) {
            all.extend(found);
        }
        pause().await;
    }
    Ok(all)
}

/// Outputs of some nodes for several samples, `[n, values]` each.
async fn activations(
    moment: &Moment,
    nodes: &[String],
    range: SampleRange,
    pause: impl AsyncFnMut(),
) -> Result<Answer, EngineError> {
    let keep = indices(moment, nodes)?;
    let values = keep.iter().map(|&node| moment.network().plan().nodes[node].output.len()).sum();
    let range = clip(moment, SampleRange { count: range.count.min(MAX_ACTIVATION_SAMPLES), ..range }, values);
    let mut answer = Answer { range: Some(range), ..Answer::default() };
    if range.count == 0 {
        return Ok(answer);
    }
    let plan = moment.network().plan();
    for (&node, values) in keep.iter().zip(outputs(moment, range, &keep, pause).await?) {
        answer.push(&plan.nodes[node].name, vec![range.count, plan.nodes[node].output.len()], values);
    }
    Ok(answer)
}

fn indices(moment: &Moment, nodes: &[String]) -> Result<Vec<usize>, EngineError> {
    if nodes.is_empty() {
        return refuse("no layer is named");
    }
    let plan = moment.network().plan();
    let mut found = Vec::new();
    for name in nodes {
        match plan.index(name) {
            Some(idx) if !found.contains(&idx) => found.push(idx),
            Some(_) => {}
            None => return refuse(format!("there is no layer \"{}\"", name.chars().take(40).collect::<String>())),
        }
    }
    Ok(found)
}

async fn weights(moment: &Moment, nodes: &[String]) -> Result<Answer, EngineError> {
    let found = indices(moment, nodes)?;
    let plan = moment.network().plan();
    let with_values: Vec<usize> = found.into_iter().filter(|&i| plan.nodes[i].parameters.is_some()).collect();
    let mut answer = Answer::default();
    for (idx, [weight, bias]) in with_values.iter().zip(moment.network().weights(&with_values).await?) {
        let name = &plan.nodes[*idx].name;
        answer.push(format!("{name}.weight"), weight.shape, weight.values);
        answer.push(format!("{name}.bias"), bias.shape, bias.values);
    }
    Ok(answer)
}

/// Probabilities, `[n, k]` or `[n, k, area]` for segmentation.
async fn predictions(moment: &Moment, range: SampleRange, pause: impl AsyncFnMut()) -> Result<Answer, EngineError> {
    let shape = moment.network().plan().logits_shape();
    let range = clip(moment, range, moment.dataset().info.n_classes().max(shape.channels()) * shape.area());
    let mut answer = Answer { range: Some(range), ..Answer::default() };
    if range.count == 0 {
        return Ok(answer);
    }
    let (channels, area) = (shape.channels(), shape.area());
    let logits = moment.logits(&scaled_inputs(moment, range), range.count, pause).await?;
    let k = moment.dataset().info.n_classes();
    let mut values = vec![0.0; range.count * k * area];
    for sample in 0..range.count {
        for pixel in 0..area {
            let x: Vec<f32> =
                logits[sample * channels * area..][..channels * area].iter().skip(pixel).step_by(area).copied().collect();
            for (class, p) in probabilities(moment.network().objective().loss(), &x, k).into_iter().enumerate() {
                values[(sample * k + class) * area + pixel] = p;
            }
        }
    }
    let shape = if area == 1 { vec![range.count, k] } else { vec![range.count, k, area] };
    answer.push("probabilities", shape, values);
    Ok(answer)
}

fn samples(moment: &Moment, range: SampleRange) -> Result<Answer, EngineError> {
    let range = clip(moment, range, moment.dataset().info.input.len());
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for index in range.start..range.start + range.count {
        moment.dataset().raw_input(range.split, index, &mut inputs);
        moment.dataset().raw_target(range.split, index, &mut targets);
    }
    let mut answer = Answer { range: Some(range), ..Answer::default() };
    let per_sample = targets.len() / range.count.max(1);
    answer.push("inputs", vec![range.count, moment.dataset().info.input.len()], inputs);
    answer.push("targets", vec![range.count, per_sample], targets);
    let scaling = &moment.dataset().scaling;
    answer.push("mean", vec![scaling.mean.len()], scaling.mean.clone());
    answer.push("std", vec![scaling.std.len()], scaling.std.clone());
    Ok(answer)
}

async fn confusion(moment: &Moment, split: Split, pause: impl AsyncFnMut()) -> Result<Answer, EngineError> {
    let info = &moment.dataset().info;
    if !info.task.has_classes() {
        return refuse("only classes have a confusion matrix");
    }
    let Some(confusion) = moment.evaluate(split, pause).await?.judged.confusion else {
        return refuse("nothing was answered");
    };
    let k = info.n_classes();
    let mut answer = Answer::default();
    answer.push("confusion", vec![k, k], confusion.counts().iter().map(|&n| n as f32).collect());
    Ok(answer)
}
