//! The operations that a network is made of: their settings, shapes, parameters and FLOPs.

use serde::{Deserialize, Serialize};

use crate::shape::TensorShape;

/// How the initial weights of a layer are drawn. Biases always start at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Uniform in ±√(6 / (fan_in + fan_out)) (Glorot and Bengio 2010). For sigmoid and tanh.
    #[default]
    Glorot,
    /// Normal with standard deviation √(2 / fan_in) (He et al. 2015). For ReLU.
    He,
    /// All zero: what happens when nothing breaks the symmetry.
    Zero,
}

/// Padding of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// None: the output shrinks.
    #[default]
    Valid,
    /// As many zeros on each side as keep height and width at stride 1. Odd kernels only.
    Same,
    /// This many zeros on each side.
    Pixels(usize),
}

/// Activation functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// f(x) = x.
    Linear,
    /// f(x) = 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// f(x) = max(0, x).
    Relu,
    /// f(x) = x for x > 0, else 0.01 x.
    LeakyRelu,
    /// Probabilities over the classes. Only as the last node, for display: the loss reads its input.
    Softmax,
}

/// How an image is enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpsampleMode {
    /// Repeats each pixel.
    #[default]
    Nearest,
    /// Interpolates linearly in both directions (corners not aligned, as PyTorch's default).
    Bilinear,
}

/// One operation with its settings. Kernels, strides and dilations are square.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpSpec {
    /// Fully connected layer: y = Wx + b.
    Dense {
        /// Number of outputs.
        units: usize,
        /// Initial weights.
        init: Init,
        /// Whether there is a b.
        #[serde(default = "with_bias")]
        bias: bool,
    },
    /// Some values of a vector: a neuron behind it sees only those.
    Select {
        /// Indices of the values, from 0.
        features: Vec<usize>,
    },
    /// Convolution with bias.
    Conv2d {
        /// Number of filters (output channels).
        filters: usize,
        /// Side of the kernel in pixels.
        kernel: usize,
        /// Step between two positions of the kernel, in pixels.
        stride: usize,
        /// Zeros around the image.
        padding: Padding,
        /// Distance between two taps of the kernel, in pixels.
        dilation: usize,
        /// Channels are divided into this many groups that do not see each other.
        groups: usize,
        /// Initial weights.
        init: Init,
    },
    /// Transposed convolution with bias.
    ConvTranspose2d {
        /// Number of filters (output channels).
        filters: usize,
        /// Side of the kernel in pixels.
        kernel: usize,
        /// Factor by which the image grows.
        stride: usize,
        /// Pixels cut off on each side.
        padding: usize,
        /// Initial weights.
        init: Init,
    },
    /// The largest value in each window.
    MaxPool {
        /// Side of the window in pixels.
        size: usize,
        /// Step between windows in pixels.
        stride: usize,
    },
    /// The mean of each window.
    AvgPool {
        /// Side of the window in pixels.
        size: usize,
        /// Step between windows in pixels.
        stride: usize,
    },
    /// The mean of each channel.
    GlobalAvgPool,
    /// Normalises each channel over the batch (Ioffe and Szegedy 2015); ε = 1e-5, momentum = 0.1.
    BatchNorm,
    /// Sets a random part of the values to zero while training and scales the rest by 1 / (1 − rate).
    Dropout {
        /// Probability that a value is set to zero.
        rate: f64,
    },
    /// From an image to a vector, channel by channel, row by row.
    Flatten,
    /// Activation function, applied to each value.
    Activation {
        /// Which one.
        function: Function,
    },
    /// Puts the channels of its inputs behind each other.
    Concat,
    /// Adds its inputs.
    Add,
    /// Enlarges an image by a whole factor.
    Upsample {
        /// The factor.
        factor: usize,
        /// How.
        mode: UpsampleMode,
    },
}

fn with_bias() -> bool {
    true
}

impl OpSpec {
    /// A fully connected layer with bias and Glorot's weights.
    pub fn dense(units: usize) -> Self {
        Self::Dense { units, init: Init::Glorot, bias: true }
    }

    /// Short name of the kind: stem of default node names and word of the notation.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Dense { .. } => "dense",
            Self::Select { .. } => "select",
            Self::Conv2d { .. } => "conv",
            Self::ConvTranspose2d { .. } => "convt",
            Self::MaxPool { .. } => "maxpool",
            Self::AvgPool { .. } => "avgpool",
            Self::GlobalAvgPool => "globalavgpool",
            Self::BatchNorm => "batchnorm",
            Self::Dropout { .. } => "dropout",
            Self::Flatten => "flatten",
            Self::Activation { function } => function.word(),
            Self::Concat => "concat",
            Self::Add => "add",
            Self::Upsample { .. } => "upsample",
        }
    }

    /// A convolution with stride 1, no dilation and one group.
    pub fn conv(filters: usize, kernel: usize, padding: Padding, init: Init) -> Self {
        Self::Conv2d { filters, kernel, stride: 1, padding, dilation: 1, groups: 1, init }
    }

    /// An activation function.
    pub fn activation(function: Function) -> Self {
        Self::Activation { function }
    }

    /// True for the operations that take several inputs.
    pub fn takes_many(&self) -> bool {
        matches!(self, Self::Concat | Self::Add)
    }

    /// True for both kinds of convolution: the nodes whose filters and feature maps are drawn.
    pub fn is_convolution(&self) -> bool {
        matches!(self, Self::Conv2d { .. } | Self::ConvTranspose2d { .. })
    }

    /// Zeros that a convolution adds on each side of the image.
    pub fn conv_padding(padding: Padding, kernel: usize, dilation: usize) -> usize {
        match padding {
            Padding::Valid => 0,
            Padding::Same => dilation * (kernel - 1) / 2,
            Padding::Pixels(n) => n,
        }
    }

    /// Shape of the output of this operation for the shapes of its inputs.
    ///
    /// # Errors
    ///
    /// One sentence that says which setting or which input does not fit.
    pub fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        self.check_settings()?;
        let Some(&first) = inputs.first() else {
            return Err("has no input".into());
        };
        if inputs.len() > 1 && !self.takes_many() {
            return Err(format!("takes one input, has {}", inputs.len()));
        }
        let image = || match first {
            TensorShape::Image { channels, height, width } => Ok((channels, height, width)),
            TensorShape::Features(n) => Err(format!("needs an image, its input is a vector of {n} values")),
        };
        let shape = match self {
            Self::Dense { units, .. } => match first {
                TensorShape::Features(_) => TensorShape::Features(*units),
                TensorShape::Image { .. } => {
                    return Err(format!(
                        "needs a vector, its input is an image of {first}: put Flatten or GlobalAvgPool before it"
                    ));
                }
            },
            Self::Select { features } => match first {
                TensorShape::Features(n) => match features.iter().find(|&&f| f >= n) {
                    Some(f) => return Err(format!("selects value {f}, its input has {n} (0 to {})", n.saturating_sub(1))),
                    None => TensorShape::Features(features.len()),
                },
                TensorShape::Image { .. } => return Err(format!("needs a vector, its input is an image of {first}")),
            },
            Self::Conv2d { filters, kernel, stride, padding, dilation, groups, .. } => {
                let (channels, height, width) = image()?;
                if channels % groups != 0 || filters % groups != 0 {
                    return Err(format!("{groups} groups must divide both {channels} input channels and {filters} filters"));
                }
                let pad = Self::conv_padding(*padding, *kernel, *dilation);
                let side = |n| window_positions(n, *kernel, *stride, pad, *dilation);
                TensorShape::image(*filters, side(height)?, side(width)?)
            }
            Self::ConvTranspose2d { filters, kernel, stride, padding, .. } => {
                let (_, height, width) = image()?;
                let side = |n: usize| {
                    ((n - 1) * stride + kernel)
                        .checked_sub(2 * padding)
                        .filter(|&n| n > 0)
                        .ok_or_else(|| format!("padding {padding} cuts off the whole image"))
                };
                TensorShape::image(*filters, side(height)?, side(width)?)
            }
            Self::MaxPool { size, stride } | Self::AvgPool { size, stride } => {
                let (channels, height, width) = image()?;
                let side = |n| window_positions(n, *size, *stride, 0, 1);
                TensorShape::image(channels, side(height)?, side(width)?)
            }
            Self::GlobalAvgPool => TensorShape::Features(image()?.0),
            Self::Flatten => TensorShape::Features(first.len()),
            Self::BatchNorm | Self::Dropout { .. } => first,
            Self::Activation { .. } => first,
            Self::Upsample { factor, .. } => {
                let (channels, height, width) = image()?;
                TensorShape::image(channels, height * factor, width * factor)
            }
            Self::Add => {
                if let Some(other) = inputs.iter().find(|&&s| s != first) {
                    return Err(format!("adds inputs of one shape, but they are {first} and {other}"));
                }
                first
            }
            Self::Concat => concat_shape(inputs)?,
        };
        if shape.len() > MAX_VALUES {
            return Err(format!("its output of {shape} values is too large (at most {MAX_VALUES})"));
        }
        Ok(shape)
    }

    /// Settings that are wrong whatever the input is.
    fn check_settings(&self) -> Result<(), String> {
        let at_least_one: &[(&str, usize)] = &match self {
            Self::Dense { units, .. } => vec![("units", *units)],
            Self::Select { features } => vec![("number of selected values", features.len())],
            Self::Conv2d { filters, kernel, stride, dilation, groups, .. } => vec![
                ("filters", *filters),
                ("kernel", *kernel),
                ("stride", *stride),
                ("dilation", *dilation),
                ("groups", *groups),
            ],
            Self::ConvTranspose2d { filters, kernel, stride, .. } => {
                vec![("filters", *filters), ("kernel", *kernel), ("stride", *stride)]
            }
            Self::MaxPool { size, stride } | Self::AvgPool { size, stride } => vec![("size", *size), ("stride", *stride)],
            Self::Upsample { factor, .. } => vec![("factor", *factor)],
            _ => vec![],
        };
        for (name, value) in at_least_one {
            if *value == 0 {
                return Err(format!("{name} must be at least 1"));
            }
            if *value > MAX_SETTING {
                return Err(format!("{name} must be at most {MAX_SETTING}, is {value}"));
            }
        }
        match self {
            Self::Conv2d { padding: Padding::Same, kernel, .. } if kernel % 2 == 0 => {
                Err(format!("padding \"same\" needs an odd kernel, this one is {kernel}"))
            }
            Self::Conv2d { padding: Padding::Pixels(n), .. } | Self::ConvTranspose2d { padding: n, .. } if *n > MAX_SETTING => {
                Err(format!("padding must be at most {MAX_SETTING}, is {n}"))
            }
            Self::Dropout { rate } if !(0.0..1.0).contains(rate) => {
                Err(format!("rate must be at least 0 and below 1, is {rate}"))
            }
            _ => Ok(()),
        }
    }

    /// Number of trainable values.
    pub fn n_parameters(&self, inputs: &[TensorShape]) -> usize {
        let channels = inputs.first().map_or(0, |s| s.channels());
        match self {
            Self::Dense { units, .. } => channels * units + self.n_biases(inputs),
            Self::Conv2d { filters, kernel, groups, .. } => channels / groups.max(&1) * kernel * kernel * filters + filters,
            Self::ConvTranspose2d { filters, kernel, .. } => channels * kernel * kernel * filters + filters,
            Self::BatchNorm => 2 * channels,
            _ => 0,
        }
    }

    /// How many of the trainable values are biases (or shifts).
    pub fn n_biases(&self, inputs: &[TensorShape]) -> usize {
        match self {
            Self::Dense { units, bias: true, .. } => *units,
            Self::Conv2d { filters, .. } | Self::ConvTranspose2d { filters, .. } => *filters,
            Self::BatchNorm => inputs.first().map_or(0, |s| s.channels()),
            _ => 0,
        }
    }

    /// Floating-point operations of the forward pass for one sample; a multiplication and an
    /// addition count as two.
    pub fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        let channels = inputs.first().map_or(0, |s| s.channels()) as u64;
        let n_out = output.len() as u64;
        match self {
            Self::Dense { .. } => 2 * channels * n_out,
            Self::Conv2d { kernel, groups, .. } => 2 * (channels / (*groups).max(1) as u64) * (kernel * kernel) as u64 * n_out,
            Self::ConvTranspose2d { filters, kernel, .. } => {
                2 * inputs.first().map_or(0, |s| s.len()) as u64 * (kernel * kernel * filters) as u64
            }
            Self::MaxPool { size, .. } | Self::AvgPool { size, .. } => (size * size) as u64 * n_out,
            Self::GlobalAvgPool => inputs.first().map_or(0, |s| s.len()) as u64,
            Self::BatchNorm => 2 * n_out,
            Self::Activation { function: Function::Linear } | Self::Flatten | Self::Concat | Self::Select { .. } => 0,
            Self::Add => n_out * inputs.len().saturating_sub(1) as u64,
            Self::Upsample { mode, .. } => {
                if *mode == UpsampleMode::Bilinear {
                    8 * n_out
                } else {
                    0
                }
            }
            Self::Activation { .. } | Self::Dropout { .. } => n_out,
        }
    }
}

/// Largest kernel, stride, number of filters … that a control or a link may ask for.
const MAX_SETTING: usize = 4096;
/// Largest number of values in one sample anywhere in a network (a 4096×4096 image).
const MAX_VALUES: usize = 1 << 24;

/// Number of positions of a window over `n` pixels (PyTorch's formula, rounded down).
fn window_positions(n: usize, size: usize, stride: usize, pad: usize, dilation: usize) -> Result<usize, String> {
    let reach = dilation * (size - 1) + 1;
    let padded = n + 2 * pad;
    if padded < reach {
        return Err(format!("its window of {reach} pixels is larger than the image of {padded}"));
    }
    Ok((padded - reach) / stride + 1)
}

fn concat_shape(inputs: &[TensorShape]) -> Result<TensorShape, String> {
    let channels = inputs.iter().map(|s| s.channels()).sum();
    match inputs[0] {
        TensorShape::Features(_) => {
            if inputs.iter().any(|s| matches!(s, TensorShape::Image { .. })) {
                return Err("cannot put vectors and images together".into());
            }
            Ok(TensorShape::Features(channels))
        }
        TensorShape::Image { height, width, .. } => {
            for shape in inputs {
                match shape {
                    TensorShape::Image { height: h, width: w, .. } if (*h, *w) == (height, width) => {}
                    _ => return Err(format!("needs inputs of one height and width, but they are {} and {shape}", inputs[0])),
                }
            }
            Ok(TensorShape::image(channels, height, width))
        }
    }
}

impl Function {
    /// All functions, in the order of the menu.
    pub const ALL: [Self; 6] = [Self::Linear, Self::Sigmoid, Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Softmax];

    /// Name in notation and menus.
    pub fn word(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leakyrelu",
            Self::Softmax => "softmax",
        }
    }
}
