//! Speed of the matrix product and the small kernels: `cargo run --release --example small_bench -p petri-kernels`.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench, native only, prints what it timed")]

use petri_kernels::activation::Activation;
use petri_kernels::resample::{Resample, Taps};
use petri_kernels::{Scratch, Window, elementwise, gemm, lanes, norm, pool, softmax};
use std::hint::black_box;
use std::time::Instant;

/// The best of several runs, in seconds.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    let mut repeats = 1;
    for _ in 0..60 {
        let start = Instant::now();
        (0..repeats).for_each(|_| work());
        let taken = start.elapsed().as_secs_f64();
        if taken < 1e-3 {
            repeats *= 2;
        } else {
            best = best.min(taken / f64::from(repeats));
        }
    }
    best
}

fn main() {
    for [m, n, k] in
        [[256, 512, 512], [64, 32, 2], [64, 2, 32], [64, 16, 2], [64, 2, 16], [64, 16, 32], [32, 64, 800], [1, 64, 800]]
    {
        products(m, n, k);
    }
    small();
}

/// A product of any of the three kinds.
type Product = fn(usize, usize, usize, &[f32], &[f32], &mut [f32], bool, &mut Scratch);

fn products(m: usize, n: usize, k: usize) {
    let (a, b, mut c) = (vec![0.5; m * k], vec![0.5; k * n], vec![0.0; m * n]);
    let mut scratch = Scratch::default();
    print!("{m:4} × {n:3} × {k:3}");
    for (name, product) in [("nn", gemm::nn as Product), ("nt", gemm::nt), ("tn", gemm::tn)] {
        let time = seconds(|| product(m, n, k, black_box(&a), &b, &mut c, false, &mut scratch));
        print!("  {name} {:5.1} GFLOPS {:8.2} µs", 2e-9 * (m * n * k) as f64 / time, 1e6 * time);
    }
    println!();
}

/// Time, and the numbers that pass through memory.
fn report(name: &str, numbers: usize, work: impl FnMut()) {
    let time = seconds(work);
    println!("{name:24} {:6.1} GB/s {:8.2} µs", 4e-9 * numbers as f64 / time, 1e6 * time);
}

fn small() {
    let (n, channels, side) = (32, 16, 26);
    let (planes, area) = (n * channels, side * side);
    let size = planes * area;
    let x: Vec<f32> = (0..size).map(|i| ((i * 7919) % 1000) as f32 / 100.0 - 5.0).collect();
    let (dy, mut y, mut dx) = (x.clone(), vec![0.0; size], vec![0.0; size]);
    for f in [Activation::Relu, Activation::HardSwish, Activation::Sigmoid, Activation::Tanh, Activation::Gelu] {
        report(&format!("{f:?}"), 2 * size, || f.forward(black_box(&x), &mut y));
        report(&format!("{f:?} backward"), 3 * size, || f.backward(black_box(&x), &y, &dy, &mut dx));
    }
    report("exp", 2 * size, || lanes::map([black_box(&x)], &mut y, |[x]| x.exp()));
    report("ln", 2 * size, || lanes::map([black_box(&x)], &mut y, |[x]| x.ln()));
    report("add", 3 * size, || elementwise::add(black_box(&x), &dy, &mut y));

    let [mut mean, mut variance, mut dgamma, mut dbeta] = [(); 4].map(|()| vec![1.0; channels]);
    let (gamma, beta) = (vec![1.0; channels], vec![0.0; channels]);
    report("batch norm", 2 * size, || {
        norm::train_forward(n, channels, area, black_box(&x), &gamma, &beta, 1e-5, &mut y, &mut mean, &mut variance);
    });
    report("batch norm backward", 5 * size, || {
        let x = black_box(&x);
        norm::backward_parameters(n, channels, area, x, &mean, &variance, 1e-5, &dy, &mut dgamma, &mut dbeta);
        let sums = [&dgamma[..], &dbeta];
        norm::train_backward(n, channels, area, x, &mean, &variance, &gamma, 1e-5, &dy, sums, &mut dx);
    });
    for (kernel, padding) in [(2, 0), (3, 1)] {
        let output = [side / 2; 2];
        let window =
            Window { input: [side; 2], output, kernel: [kernel; 2], stride: [2; 2], padding: [padding; 2], dilation: [1; 2] };
        let pooled = planes * window.output_area();
        let (y, dy, mut at) = (&mut y[..pooled], &dy[..pooled], vec![0; pooled]);
        let numbers = size + 2 * pooled;
        report(&format!("max pool {kernel}"), numbers, || pool::max_forward(planes, &window, black_box(&x), y, &mut at));
        report("max pool backward", numbers, || pool::max_backward(planes, &window, &at, black_box(dy), &mut dx));
        report(&format!("mean pool {kernel}"), size + pooled, || pool::avg_forward(planes, &window, black_box(&x), y));
        report("mean pool backward", size + pooled, || pool::avg_backward(planes, &window, black_box(dy), &mut dx));
    }
    for (name, taps) in [("nearest", Taps::nearest as fn(_, _) -> _), ("bilinear", Taps::bilinear)] {
        let half = side / 2;
        let resample = Resample { rows: taps(half, 2), columns: taps(half, 2) };
        let (small, mut scratch) = (planes * half * half, Scratch::default());
        report(&format!("{name} × 2"), size + small, || {
            resample.forward(planes, black_box(&x[..small]), &mut y, &mut scratch);
        });
        report(&format!("{name} × 2 backward"), size + small, || {
            resample.backward(planes, black_box(&dy), &mut dx[..small], &mut scratch);
        });
    }
    report("global mean", size, || pool::mean_forward(planes, area, black_box(&x), &mut y[..planes]));
    for (n, channels, area) in [(32, 10, 1), (4, 3, 4096)] {
        let size = n * channels * area;
        report(&format!("softmax {n} × {channels} × {area}"), 2 * size, || {
            softmax::forward(n, channels, area, black_box(&x[..size]), &mut y[..size]);
        });
    }
}
