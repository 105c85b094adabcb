//! Speed of the convolutions, natively and in one thread: GFLOPS of output, gradient by input and gradient by weights.
//! A multiply-add counts as two; best of sixty short runs, as a busy machine halves the speed of most.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it prints a table of times, natively")]

use petri_kernels::{Scratch, Window, conv::Conv};
use std::time::Instant;

fn main() {
    println!("{:34} {:>8} {:>8} {:>8}", "", "forward", "dX", "dW");
    //   name, batch, channels, filters, groups, size, kernel, stride, padding
    for (name, n, shape, size, kernel, stride, padding) in [
        ("U-Net 8 to 8 at 64", 4, [8, 8, 1], 64, 3, 1, 1),
        ("U-Net 16 to 8 at 64", 4, [16, 8, 1], 64, 3, 1, 1),
        ("U-Net 8 to 16 at 32", 4, [8, 16, 1], 32, 3, 1, 1),
        ("U-Net 16 to 16 at 32", 4, [16, 16, 1], 32, 3, 1, 1),
        ("CNN 1 to 16 at 28, valid", 32, [1, 16, 1], 28, 3, 1, 0),
        ("CNN 16 to 32 at 12, valid", 32, [16, 32, 1], 12, 3, 1, 0),
        ("ResNet 64 to 64 at 28", 4, [64, 64, 1], 28, 3, 1, 1),
        ("ResNet 128 to 128 at 14", 4, [128, 128, 1], 14, 3, 1, 1),
        ("ResNet 256 to 256 at 7", 4, [256, 256, 1], 7, 3, 1, 1),
        ("ResNet 512 to 512 at 4", 4, [512, 512, 1], 4, 3, 1, 1),
        ("ResNet 512 to 512 at 4, batch 32", 32, [512, 512, 1], 4, 3, 1, 1),
        ("64 to 128 at 28, stride 2", 4, [64, 128, 1], 28, 3, 2, 1),
        ("1×1, 64 to 128 at 28, stride 2", 4, [64, 128, 1], 28, 1, 2, 0),
        ("1×1, 64 to 64 at 28", 4, [64, 64, 1], 28, 1, 1, 0),
        ("7×7, 3 to 64 at 28, stride 2", 4, [3, 64, 1], 28, 7, 2, 3),
        ("5×5, 16 to 16 at 32", 4, [16, 16, 1], 32, 5, 1, 2),
        ("depthwise 32 at 28", 4, [32, 32, 32], 28, 3, 1, 1),
        ("depthwise 32 at 28, stride 2", 4, [32, 32, 32], 28, 3, 2, 1),
        ("U-Net head 1×1, 8 to 3 at 64", 4, [8, 3, 1], 64, 1, 1, 0),
    ] {
        let output = (size + 2 * padding - kernel) / stride + 1;
        let window = Window {
            input: [size; 2],
            output: [output; 2],
            kernel: [kernel; 2],
            stride: [stride; 2],
            padding: [padding; 2],
            dilation: [1; 2],
        };
        let [channels, filters, groups] = shape;
        let conv = Conv { window, channels, filters, groups };
        let values = |n: usize| (0..n).map(|i| (i * 7919 % 1009) as f32 / 1009.0 - 0.5).collect::<Vec<_>>();
        let x = values(n * channels * window.input_area());
        let weight = values(filters * channels / groups * window.taps());
        let bias = values(filters);
        let dy = values(n * filters * window.output_area());
        let (mut y, mut dx, mut dweight) = (dy.clone(), x.clone(), weight.clone());
        let mut scratch = Scratch::default();
        let flops = 2.0 * (dy.len() * channels / groups * window.taps()) as f64;
        let forward = rate(flops, || conv.forward(n, &x, &weight, &bias, &mut y, &mut scratch));
        let by_input = rate(flops, || conv.backward_input(n, &weight, &dy, &mut dx, &mut scratch));
        let by_weight = rate(flops, || conv.backward_weight(n, &x, &dy, &mut dweight, &mut scratch));
        println!("{name:34} {forward:8.1} {by_input:8.1} {by_weight:8.1}");
    }
}

/// GFLOPS of the best of some runs, each long enough for the clock.
fn rate(flops: f64, mut run: impl FnMut()) -> f64 {
    let repeats = (3e7 / flops).ceil() as usize;
    run();
    let mut best = f64::INFINITY;
    for _ in 0..60 {
        let start = Instant::now();
        (0..repeats).for_each(|_| run());
        best = best.min(start.elapsed().as_secs_f64() / repeats as f64);
    }
    flops / best / 1e9
}
