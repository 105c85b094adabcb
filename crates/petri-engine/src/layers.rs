//! The trainable values of a network: drawn on the host, held on the device.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use petri_data::random::{Purpose, normal, stream, uniform_in};
use petri_protocol::op::{Parameters, Start};
use petri_protocol::{Init, NodeWeights, SortedMap, TensorPart};

use crate::plan::{Plan, PlanNode};

/// Weight and bias of a fully connected layer.
#[derive(Module, Debug)]
pub struct Dense {
    /// `[in, out]`
    pub weight: Param<Tensor<2>>,
    /// `[out]`; a layer may be without.
    pub bias: Option<Param<Tensor<1>>>,
}

/// Weight and bias of a convolution.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[out, in / groups, k, k]`, or `[in, out, k, k]` for a transposed convolution.
    pub weight: Param<Tensor<4>>,
    /// `[out]`; a layer may be without.
    pub bias: Option<Param<Tensor<1>>>,
}

/// Scale and shift of batch normalisation.
#[derive(Module, Debug)]
pub struct Norm {
    /// Scale, `[channels]`.
    pub gamma: Param<Tensor<1>>,
    /// Shift, `[channels]`.
    pub beta: Param<Tensor<1>>,
}

/// Trainable values of one node.
#[derive(Module, Debug)]
pub enum Layer {
    /// Fully connected.
    Dense(Dense),
    /// Convolution, transposed or not.
    Conv(Conv),
    /// Batch normalisation.
    Norm(Norm),
}

/// Trainable values of all nodes that have any, in the order of the nodes.
#[derive(Module, Debug)]
pub struct Weights {
    /// One entry for each such node.
    pub layers: Vec<Layer>,
}

/// Running mean and variance of one batch normalisation, `[channels]` each. They are no module:
/// nothing optimises them, and training returns new ones.
#[derive(Debug, Clone)]
pub struct RunningStats {
    /// Running mean.
    pub mean: Tensor<1>,
    /// Running (unbiased) variance.
    pub variance: Tensor<1>,
}

/// Values of one parameter on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    /// Shape.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Vec<f32>,
}

/// Initial weight and bias of a node; `None` without parameters. They are drawn from a stream of their own, by the
/// name of the node: another layer in front of it does not change them.
pub fn initial(seed: u32, node: &PlanNode) -> Option<[HostTensor; 2]> {
    let parameters = node.parameters.as_ref()?;
    let n: usize = parameters.weight.iter().product();
    let values = match parameters.start {
        Start::Ones => vec![1.0; n],
        Start::Drawn { init, fan_in, fan_out } => {
            let mut rng = stream(seed, Purpose::Weights(&node.name));
            match init {
                Init::Zero => vec![0.0; n],
                Init::Glorot => {
                    let bound = (6.0 / (fan_in + fan_out) as f32).sqrt();
                    (0..n).map(|_| uniform_in(&mut rng, -bound, bound)).collect()
                }
                Init::He => {
                    let std = (2.0 / fan_in as f32).sqrt();
                    (0..n).map(|_| std * normal(&mut rng)).collect()
                }
            }
        }
    };
    let n_biases = parameters.n_biases;
    let weight = HostTensor { shape: parameters.weight.clone(), values };
    Some([weight, HostTensor { shape: vec![n_biases], values: vec![0.0; n_biases] }])
}

/// The initial weights of all nodes: drawn, but for those that were set by hand.
pub fn draw(seed: u32, plan: &Plan, by_hand: &SortedMap<String, NodeWeights>) -> Vec<[HostTensor; 2]> {
    let set = |tensor: &mut HostTensor, given: &SortedMap<usize, f32>| {
        for (&index, &value) in given {
            if let Some(at) = tensor.values.get_mut(index) {
                *at = value;
            }
        }
    };
    plan.nodes
        .iter()
        .filter_map(|node| {
            let mut values = initial(seed, node)?;
            if let Some(given) = by_hand.get(&node.name) {
                set(&mut values[0], &given.weight);
                set(&mut values[1], &given.bias);
            }
            Some(values)
        })
        .collect()
}

fn param<const D: usize>(host: HostTensor, device: &Device) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(host.values, host.shape), device)
}

impl Weights {
    /// Puts host values on a device, in the order of [`draw`].
    pub fn upload(plan: &Plan, values: Vec<[HostTensor; 2]>, device: &Device) -> Self {
        let with_values = plan.nodes.iter().filter_map(|n| n.parameters.as_ref());
        let layers = with_values.zip(values).map(|(parameters, values)| layer(parameters, values, device)).collect();
        Self { layers }
    }
}

/// The kind of layer follows from the rank of the weight that the operation declares.
fn layer(parameters: &Parameters, [weight, bias]: [HostTensor; 2], device: &Device) -> Layer {
    match parameters.weight.len() {
        1 => Layer::Norm(Norm { gamma: param(weight, device), beta: param(bias, device) }),
        2 => Layer::Dense(Dense { weight: param(weight, device), bias: optional(bias, device) }),
        4 => Layer::Conv(Conv { weight: param(weight, device), bias: optional(bias, device) }),
        rank => unreachable!("no operation declares a weight of rank {rank}"),
    }
}

fn optional(bias: HostTensor, device: &Device) -> Option<Param<Tensor<1>>> {
    (!bias.values.is_empty()).then(|| param(bias, device))
}

/// Index into [`Weights::layers`] of each node.
pub fn layer_indices(plan: &Plan) -> Vec<Option<usize>> {
    let mut next = 0;
    plan.nodes
        .iter()
        .map(|node| {
            node.parameters.as_ref().map(|_| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

impl Layer {
    /// Weight and bias (or scale and shift), if there is one, as vectors with their shapes.
    pub fn flat(&self) -> (Flat, Option<Flat>) {
        fn flat<const D: usize>(param: &Param<Tensor<D>>) -> Flat {
            let tensor = param.val().inner();
            (tensor.dims().to_vec(), tensor.flatten(0, D - 1))
        }
        match self {
            Self::Dense(l) => (flat(&l.weight), l.bias.as_ref().map(flat)),
            Self::Conv(l) => (flat(&l.weight), l.bias.as_ref().map(flat)),
            Self::Norm(l) => (flat(&l.gamma), Some(flat(&l.beta))),
        }
    }

    /// Whether there is such a value.
    pub fn has(&self, part: TensorPart, index: usize) -> bool {
        let (weight, bias) = self.flat();
        let values = if part == TensorPart::Weight { Some(weight) } else { bias };
        values.is_some_and(|(_, values)| index < values.dims()[0])
    }

    /// The same layer with another value at one place, for evaluation.
    #[must_use]
    pub fn with_value(&self, part: TensorPart, index: usize, value: f32) -> Self {
        fn changed<const D: usize>(param: &Param<Tensor<D>>, index: usize, value: f32) -> Param<Tensor<D>> {
            let tensor = param.val();
            let (shape, device) = (tensor.dims(), tensor.device());
            let flat: Tensor<1> = tensor.flatten(0, D - 1);
            if index >= flat.dims()[0] {
                return param.clone();
            }
            let value = Tensor::<1>::from_data(TensorData::new(vec![value], [1]), &device);
            let place = std::array::from_fn::<_, 1, _>(|_| index..index + 1);
            Param::from_tensor(flat.slice_assign(place, value).reshape(shape))
        }
        let is_weight = part == TensorPart::Weight;
        match self.clone() {
            Self::Dense(mut l) if is_weight => {
                l.weight = changed(&l.weight, index, value);
                Self::Dense(l)
            }
            Self::Dense(mut l) => {
                l.bias = l.bias.map(|b| changed(&b, index, value));
                Self::Dense(l)
            }
            Self::Conv(mut l) if is_weight => {
                l.weight = changed(&l.weight, index, value);
                Self::Conv(l)
            }
            Self::Conv(mut l) => {
                l.bias = l.bias.map(|b| changed(&b, index, value));
                Self::Conv(l)
            }
            Self::Norm(mut l) if is_weight => {
                l.gamma = changed(&l.gamma, index, value);
                Self::Norm(l)
            }
            Self::Norm(mut l) => {
                l.beta = changed(&l.beta, index, value);
                Self::Norm(l)
            }
        }
    }

    /// One value, `[1]`; `None` where there is none.
    pub fn value(&self, part: TensorPart, index: usize) -> Option<Tensor<1>> {
        let (weight, bias) = self.flat();
        let (_, values) = if part == TensorPart::Weight { weight } else { bias? };
        (index < values.dims()[0]).then(|| values.narrow(0, index, 1))
    }
}

/// Shape of a parameter, and its values in one dimension.
pub type Flat = (Vec<usize>, Tensor<1>);

/// Collects the gradients of all parameters in the order weight, bias, weight, bias …
pub(crate) struct GradientCollector<'a> {
    pub(crate) grads: &'a burn::optim::GradientsParams,
    pub(crate) flat: Vec<Option<Tensor<1>>>,
}

impl ModuleVisitor for GradientCollector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.grads.get::<D>(param.id).map(|g| g.flatten(0, D - 1));
        self.flat.push(gradient);
    }
}

/// Adds up the squares of all gradients.
pub(crate) struct SquareCollector<'a> {
    pub(crate) grads: &'a burn::optim::GradientsParams,
    pub(crate) sum: Option<Tensor<1>>,
}

impl ModuleVisitor for SquareCollector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.grads.get::<D>(param.id) {
            let squares = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squares,
                None => squares,
            });
        }
    }
}

/// Multiplies all gradients by one factor, `[1]`.
pub(crate) struct Scaler {
    pub(crate) grads: burn::optim::GradientsParams,
    pub(crate) factor: Tensor<1>,
}

impl ModuleVisitor for Scaler {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.grads.remove::<D>(param.id) {
            self.grads.register(param.id, gradient * self.factor.clone().reshape([1; D]));
        }
    }
}
