//! Convolution.

use crate::op::argument::{Argument, Init, Padding, Sides, Visit};
use crate::op::operation::{self, Card, Group, Operation, Parameters, Start};
use crate::op::window::Window;
use crate::{OpSpec, TensorShape, size};

/// Convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv2d {
    /// Number of filters (output channels).
    pub filters: usize,
    /// Sides of the kernel in pixels.
    pub kernel: Sides,
    /// Step between two positions of the kernel, in pixels.
    pub stride: Sides,
    /// Zeros around the image.
    pub padding: Padding,
    /// Distance between two taps of the kernel, in pixels.
    pub dilation: Sides,
    /// Channels are divided into this many groups that do not see each other.
    pub groups: usize,
    /// Initial weights.
    pub init: Init,
    /// Whether each filter adds a bias.
    pub bias: bool,
}

impl Default for Conv2d {
    fn default() -> Self {
        let one = Sides::from(1);
        Self {
            filters: 16,
            kernel: 3.into(),
            stride: one,
            padding: Padding::Valid,
            dilation: one,
            groups: 1,
            init: Init::He,
            bias: true,
        }
    }
}

impl Conv2d {
    /// Zeros above and below, left and right of the image.
    pub fn pads(&self) -> Sides {
        let same = |kernel: usize, dilation: usize| size::capped_product(&[dilation, kernel.saturating_sub(1)]) / 2;
        match self.padding {
            Padding::Valid => 0.into(),
            Padding::Same => {
                Sides::new(same(self.kernel.height, self.dilation.height), same(self.kernel.width, self.dilation.width))
            }
            Padding::Pixels(sides) => sides,
        }
    }
}

impl OpSpec {
    /// A convolution with bias, stride 1, no dilation and one group.
    pub fn conv(filters: usize, kernel: impl Into<Sides>, padding: Padding, init: Init) -> Self {
        Conv2d { filters, kernel: kernel.into(), padding, init, ..Conv2d::default() }.into()
    }
}

static CARD: Card = Card {
    word: "conv",
    title: "Conv2d",
    group: Group::Layer,
    help: "Small filters that move over the image, the same weights everywhere. Each filter makes one feature map.",
    forward: "Each filter is laid on every place of the image: products with its weights are added up, and its bias.",
    backward: "The gradient of a weight adds up what it did at every place. The rest is handed on to the left.",
};

impl Operation for Conv2d {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn arguments(&mut self, visit: &mut dyn Visit) {
        visit.visit(&Argument::new("filters", "", "Number of filters: feature maps that come out.", 1), &mut self.filters, "");
        let kernel = Argument::new("kernel", "k", "Side of the filters in pixels, or height and width as 1x7.", 1);
        visit.visit(&kernel, &mut self.kernel, "3");
        visit.visit(&Argument::new("stride", "s", "Step between two places in pixels.", 1), &mut self.stride, "1");
        let padding = Argument::new("padding", "p", "Zeros around the image: none, as many as keep its size, or pixels.", 0);
        visit.visit(&padding, &mut self.padding, "valid");
        visit.visit(&Argument::new("dilation", "d", "Distance between two weights in pixels.", 1), &mut self.dilation, "1");
        let groups = Argument::new("groups", "g", "Groups of channels that do not see each other.", 1);
        visit.visit(&groups, &mut self.groups, "1");
        visit.visit(&Argument::new("init", "init", "How the initial weights are drawn.", 0), &mut self.init, "he");
        visit.visit(&Argument::new("bias", "bias", "Whether each filter adds a bias.", 0), &mut self.bias, "yes");
    }

    fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        let Self { filters, groups, kernel, .. } = *self;
        let (channels, height, width) = operation::image(inputs)?;
        if self.padding == Padding::Same && (kernel.height % 2 == 0 || kernel.width % 2 == 0) {
            return Err(format!("padding \"same\" needs an odd kernel, this one is {kernel}"));
        }
        if channels.checked_rem(groups) != Some(0) || filters.checked_rem(groups) != Some(0) {
            return Err(format!("{groups} groups must divide both {channels} input channels and {filters} filters"));
        }
        let window = Window { size: kernel, stride: self.stride, padding: self.pads(), dilation: self.dilation };
        window.output(filters, height, width)
    }

    fn parameters(&self, inputs: &[TensorShape]) -> Option<Parameters> {
        let Self { filters, kernel, .. } = *self;
        let of_group = operation::channels(inputs) / self.groups.max(1);
        Some(Parameters {
            weight: vec![filters, of_group, kernel.height, kernel.width],
            n_biases: if self.bias { filters } else { 0 },
            start: Start::Drawn {
                init: self.init,
                fan_in: size::capped_product(&[of_group, kernel.area()]),
                fan_out: size::capped_product(&[filters, kernel.area()]),
            },
            n_running: 0,
        })
    }

    fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        size::count(&[2, operation::channels(inputs) / self.groups.max(1), self.kernel.area(), output.len()])
    }

    fn is_convolution(&self) -> bool {
        true
    }
}
