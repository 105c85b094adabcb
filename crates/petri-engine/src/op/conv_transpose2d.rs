//! Forward pass of a transposed convolution.

use burn::tensor::module::conv_transpose2d;
use burn::tensor::ops::ConvTransposeOptions;
use petri_kernels::Window;
use petri_kernels::conv::{self, Conv};
use petri_protocol::TensorShape;
use petri_protocol::op::ConvTranspose2d;

use crate::op::kernel::{Backward, Inputs, Kernel, Pass, sides};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, maps};
use crate::value::Value;

impl Forward for ConvTranspose2d {
    fn forward(&self, inputs: Vec<Value>, node: &mut Node<'_>) -> Value {
        let (weight, bias) = node.filters();
        let options = ConvTransposeOptions::new(self.stride.into(), self.padding.into(), [0; 2], [1; 2], 1);
        Value::Maps(conv_transpose2d(maps(inputs), weight, bias, options))
    }

    fn trials() -> Vec<Trial> {
        let conv = Self { filters: 3, ..Self::default() };
        vec![Trial::on_images("transposed convolution", vec![conv.into()])]
    }
}

impl Kernel for ConvTranspose2d {
    fn forward(&self, pass: &mut Pass<'_>) {
        let (n, area, conv) = (pass.inputs.n, pass.shape.area().max(1), mirrored(self, &pass.inputs, pass.shape));
        conv.backward_input(n, pass.weight, pass.inputs.get(0), pass.output, pass.scratch);
        if self.bias {
            for (plane, bias) in pass.output.chunks_exact_mut(area).zip(pass.bias.iter().cycle()) {
                plane.iter_mut().for_each(|y| *y += bias);
            }
        }
    }

    fn backward_parameters(&self, back: &mut Backward<'_>) {
        let (n, conv) = (back.inputs.n, mirrored(self, &back.inputs, back.shape));
        conv.backward_weight(n, back.gradient, back.inputs.get(0), back.d_weight, back.scratch);
        if self.bias {
            conv::backward_bias(n, self.filters, back.shape.area(), back.gradient, back.d_bias);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, _input: usize, d_input: &mut [f32]) {
        let conv = mirrored(self, &back.inputs, back.shape);
        conv.forward(back.inputs.n, back.gradient, back.weight, &[], d_input, back.scratch);
    }
}

/// The convolution whose backward pass is this forward pass: from the output back to the input.
fn mirrored(conv: &ConvTranspose2d, inputs: &Inputs<'_>, output: TensorShape) -> Conv {
    let (kernel, stride, padding) = (conv.kernel.into(), conv.stride.into(), conv.padding.into());
    let window = Window { input: sides(output), output: inputs.sides(0), kernel, stride, padding, dilation: [1; 2] };
    Conv { window, channels: conv.filters, filters: inputs.shapes[0].channels(), groups: 1 }
}
