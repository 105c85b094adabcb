//! Forward pass of a convolution.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use petri_kernels::Window;
use petri_kernels::conv::{self, Conv};
use petri_protocol::TensorShape;
use petri_protocol::op::{Conv2d, Padding, Sides};

use crate::op::kernel::{Backward, Inputs, Kernel, Pass, sides};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for Conv2d {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.filters();
        let options = ConvOptions::new(self.stride.into(), self.pads().into(), self.dilation.into(), self.groups);
        Value::Maps(conv2d(maps(inputs), weight, bias, options))
    }

    fn trials() -> Vec<Trial> {
        let four = || Self { filters: 4, ..Self::default() };
        let same = Padding::Same;
        [
            ("conv, stride 2", Self { stride: 2.into(), ..four() }),
            ("conv, padding and dilation 2", Self { padding: same, dilation: 2.into(), ..four() }),
            ("conv, 2 groups", Self { padding: Padding::Pixels(1.into()), groups: 2, ..four() }),
            ("conv without bias", Self { bias: false, ..four() }),
            ("conv, 1 by 5", Self { kernel: Sides::new(1, 5), padding: same, stride: Sides::new(1, 2), ..four() }),
        ]
        .into_iter()
        .map(|(name, conv)| Trial::on_images(name, vec![conv.into()]))
        .collect()
    }
}

impl Kernel for Conv2d {
    fn forward(&self, pass: &mut Pass<'_>) {
        let conv = of(self, &pass.inputs, pass.shape);
        conv.forward(pass.inputs.n, pass.inputs.get(0), pass.weight, pass.bias, pass.output, pass.scratch);
    }

    fn backward_parameters(&self, back: &mut Backward<'_>) {
        let (n, conv) = (back.inputs.n, of(self, &back.inputs, back.shape));
        conv.backward_weight(n, back.inputs.get(0), back.gradient, back.d_weight, back.scratch);
        if self.bias {
            conv::backward_bias(n, self.filters, back.shape.area(), back.gradient, back.d_bias);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        let conv = of(self, &back.inputs, back.shape);
        conv.backward_input(back.inputs.n, back.weight, back.gradient, d_input, back.scratch);
    }
}

fn of(conv: &Conv2d, inputs: &Inputs<'_>, output: TensorShape) -> Conv {
    let window = Window {
        input: inputs.sides(0),
        output: sides(output),
        kernel: conv.kernel.into(),
        stride: conv.stride.into(),
        padding: conv.pads().into(),
        dilation: conv.dilation.into(),
    };
    Conv { window, channels: inputs.shapes[0].channels(), filters: conv.filters, groups: conv.groups }
}
