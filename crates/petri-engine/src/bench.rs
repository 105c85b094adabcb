//! Bare burn loops of the three reference networks: what Petri's session is measured against.
//!
//! Written as a burn tutorial would: burn's own modules, burn's own loss, no graph, no curves.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Int, Tensor, TensorData, module::interpolate};
use petri_data::random::{Purpose, normal, stream};
use petri_data::{Dataset, Part, Targets, Values};
use petri_protocol::{
    ClassWeights, DataInfo, EngineChoice, Experiment, NetworkSpec, SplitSizes, Task, TensorShape, TrainingSpec, presets,
};

use crate::error::EngineError;
use crate::readback::read;

/// A reference network with its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// 2-32-16-2 on points, batch 64.
    Mlp,
    /// The small CNN on 28×28 grey images of nine classes, batch 32.
    Cnn,
    /// The tiny U-Net on 64×64 grey images, batch 4.
    Unet,
}

impl Reference {
    /// The reference network of a preset.
    pub fn of_preset(id: &str) -> Option<Self> {
        match id {
            "mlp" => Some(Self::Mlp),
            "cnn" => Some(Self::Cnn),
            "unet-mini" => Some(Self::Unet),
            _ => None,
        }
    }

    fn parts(self) -> (NetworkSpec, TensorShape, usize, usize, Task) {
        match self {
            Self::Mlp => (presets::mlp::network(), TensorShape::Features(2), 2, 64, Task::MultiClass),
            Self::Cnn => (presets::cnn::network(9), TensorShape::image(1, 28, 28), 9, 32, Task::MultiClass),
            Self::Unet => (presets::unet_mini::network(), TensorShape::image(1, 64, 64), 2, 4, Task::Segmentation),
        }
    }

    /// Experiment and data for Petri's session: four batches of noise.
    pub fn experiment(self) -> (Experiment, Dataset) {
        let (network, input, k, batch_size, task) = self.parts();
        let n = 4 * batch_size;
        let mut rng = stream(1, Purpose::Data);
        let part = |n: usize, rng: &mut _| Part {
            n,
            inputs: Values::F32((0..n * input.len()).map(|_| normal(rng)).collect()),
            targets: match task {
                Task::Segmentation => Targets::Masks((0..n * input.area()).map(|i| (i % k) as u8).collect()),
                _ => Targets::Classes((0..n).map(|i| (i % k) as u16).collect()),
            },
        };
        let parts = [part(n, &mut rng), part(k, &mut rng), part(k, &mut rng)];
        let info = DataInfo {
            title: "noise".into(),
            source: String::new(),
            input,
            task,
            classes: (0..k).map(|i| i.to_string()).collect(),
            features: vec![],
            target: String::new(),
            sizes: SplitSizes::default(),
            class_counts: vec![],
            notes: vec![],
        };
        let experiment = Experiment {
            data: (presets::mlp::CARD.experiment)().data,
            network,
            training: TrainingSpec { batch_size, class_weights: ClassWeights::None, epochs: 10_000, ..TrainingSpec::default() },
            weights: petri_protocol::SortedMap::new(),
            journal: Vec::new(),
            seed: 1,
            engine: EngineChoice::Auto,
        };
        (experiment, Dataset::new(info, parts))
    }
}

#[derive(Module, Debug)]
struct Mlp {
    layers: Vec<Linear>,
}

#[derive(Module, Debug)]
struct Cnn {
    conv1: Conv2d,
    conv2: Conv2d,
    norm: BatchNorm,
    pool: MaxPool2d,
    dense1: Linear,
    dense2: Linear,
}

#[derive(Module, Debug)]
struct Unet {
    down1: Conv2d,
    down2: Conv2d,
    bottom: Conv2d,
    up1: Conv2d,
    up2: Conv2d,
    head: Conv2d,
    pool: MaxPool2d,
}

#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of it; the lint sees it on 64 bits only")]
enum Model {
    Mlp(Mlp),
    Cnn(Cnn),
    Unet(Unet),
}

fn conv(channels: [usize; 2], kernel: usize, device: &Device) -> Conv2d {
    let pad = kernel / 2;
    Conv2dConfig::new(channels, [kernel; 2]).with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad)).init(device)
}

fn double(x: Tensor<4>) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    interpolate(x, InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([2 * h, 2 * w]))
}

impl Model {
    fn new(reference: Reference, device: &Device) -> Self {
        let pool = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
        match reference {
            Reference::Mlp => Self::Mlp(Mlp {
                layers: [(2, 32), (32, 16), (16, 2)].map(|(i, o)| LinearConfig::new(i, o).init(device)).to_vec(),
            }),
            Reference::Cnn => Self::Cnn(Cnn {
                conv1: conv([1, 16], 3, device),
                conv2: conv([16, 32], 3, device),
                norm: BatchNormConfig::new(32).init(device),
                pool,
                dense1: LinearConfig::new(1568, 64).init(device),
                dense2: LinearConfig::new(64, 9).init(device),
            }),
            Reference::Unet => Self::Unet(Unet {
                down1: conv([1, 8], 3, device),
                down2: conv([8, 8], 3, device),
                bottom: conv([8, 16], 3, device),
                up1: conv([24, 8], 3, device),
                up2: conv([16, 8], 3, device),
                head: conv([8, 2], 1, device),
                pool,
            }),
        }
    }

    /// Logits, one row for each sample or pixel.
    fn forward(&self, input: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Mlp(m) => {
                let x: Tensor<2> = input.flatten(0, 2);
                let x = tanh(m.layers[0].forward(x));
                let x = tanh(m.layers[1].forward(x));
                m.layers[2].forward(x)
            }
            Self::Cnn(m) => {
                let x = m.pool.forward(relu(m.conv1.forward(input)));
                let x = m.pool.forward(relu(m.norm.forward(m.conv2.forward(x))));
                m.dense2.forward(relu(m.dense1.forward(x.flatten(1, 3))))
            }
            Self::Unet(m) => {
                let a = relu(m.down1.forward(input));
                let b = relu(m.down2.forward(m.pool.forward(a.clone())));
                let x = relu(m.bottom.forward(m.pool.forward(b.clone())));
                let x = relu(m.up1.forward(Tensor::cat(vec![double(x), b], 1)));
                let x = relu(m.up2.forward(Tensor::cat(vec![double(x), a], 1)));
                let [n, k, h, w] = [x.dims()[0], 2, x.dims()[2], x.dims()[3]];
                m.head.forward(x).permute([0, 2, 3, 1]).reshape([n * h * w, k])
            }
        }
    }
}

/// The bare loop.
pub struct BareLoop {
    model: Option<Model>,
    optimizer: ModuleOptimizer,
    device: Device,
    inputs: Vec<f32>,
    dims: [usize; 4],
    labels: Vec<i32>,
    losses: Vec<Tensor<1>>,
}

impl BareLoop {
    /// Prepares the loop on a device.
    pub fn new(reference: Reference, device: &crate::device::Device) -> Self {
        let device = match device {
            crate::device::Device::Burn(device) => device.clone(),
            #[cfg(not(target_family = "wasm"))]
            crate::device::Device::Cpu => crate::device::flex(),
        };
        let (_, input, k, n, task) = reference.parts();
        let device = device.clone().autodiff();
        let mut rng = stream(2, Purpose::Data);
        let dims = match input {
            TensorShape::Features(f) => [n, 1, 1, f],
            TensorShape::Image { channels, height, width } => [n, channels, height, width],
        };
        let rows = if task == Task::Segmentation { n * input.area() } else { n };
        Self {
            model: Some(Model::new(reference, &device)),
            optimizer: AdamConfig::new().init(),
            inputs: (0..n * input.len()).map(|_| normal(&mut rng)).collect(),
            labels: (0..rows).map(|i| (i % k) as i32).collect(),
            losses: Vec::new(),
            dims,
            device,
        }
    }

    /// One training step.
    pub fn step(&mut self) {
        let Some(model) = self.model.take() else { return };
        let input = match &model {
            Model::Mlp(_) => {
                let [n, _, _, f] = self.dims;
                Tensor::from_data(TensorData::new(self.inputs.clone(), [n, 1, 1, f]), &self.device)
            }
            _ => Tensor::from_data(TensorData::new(self.inputs.clone(), self.dims), &self.device),
        };
        let labels = Tensor::<1, Int>::from_data(TensorData::new(self.labels.clone(), [self.labels.len()]), &self.device);
        let loss = CrossEntropyLossConfig::new().init(&self.device).forward(model.forward(input), labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        self.losses.push(loss.inner());
        self.model = Some(self.optimizer.step(0.001, model, gradients));
    }

    /// Waits for the device and returns the losses since the last call.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub async fn losses(&mut self) -> Result<Vec<f32>, EngineError> {
        let losses = std::mem::take(&mut self.losses);
        if losses.is_empty() { Ok(vec![]) } else { read(Tensor::cat(losses, 0)).await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_loops_learn_the_noise() {
        for reference in [Reference::Mlp, Reference::Cnn, Reference::Unet] {
            let mut bare = BareLoop::new(reference, &crate::device::cpu());
            (0..4).for_each(|_| bare.step());
            let losses = pollster::block_on(bare.losses()).expect("the CPU cannot fail");
            assert!(losses[3] < losses[0], "{reference:?}: {losses:?}");
        }
    }
}
