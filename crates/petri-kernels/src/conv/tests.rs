//! All three against seven plain loops in `f64`, for a grid of geometries and for random ones.

use super::*;

/// Deterministic numbers: a linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.below(2001) as f32 / 1000.0 - 1.0).collect()
    }
}

/// PyTorch's floor formula for the output; `None` where no window fits.
fn conv(
    input: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    [channels, filters, groups]: [usize; 3],
) -> Option<Conv> {
    let mut output = [0; 2];
    for a in 0..2 {
        let reach = (kernel[a] - 1) * dilation[a] + 1;
        output[a] = (input[a] + 2 * padding[a]).checked_sub(reach)? / stride[a] + 1;
    }
    let window = Window { input, output, kernel, stride, padding, dilation };
    Some(Conv { window, channels, filters, groups })
}

/// Calls `each` with the indices in x, weight and y of every product.
fn products(conv: &Conv, n: usize, mut each: impl FnMut(usize, usize, usize)) {
    let w = conv.window;
    let (channels, filters) = (conv.channels / conv.groups, conv.filters / conv.groups);
    for image in 0..n {
        for f in 0..conv.filters {
            for c in 0..channels {
                for (oy, ox) in (0..w.output[0]).flat_map(|oy| (0..w.output[1]).map(move |ox| (oy, ox))) {
                    for (ky, kx) in (0..w.kernel[0]).flat_map(|ky| (0..w.kernel[1]).map(move |kx| (ky, kx))) {
                        let y = (oy * w.stride[0] + ky * w.dilation[0]).checked_sub(w.padding[0]).filter(|y| *y < w.input[0]);
                        let x = (ox * w.stride[1] + kx * w.dilation[1]).checked_sub(w.padding[1]).filter(|x| *x < w.input[1]);
                        let (Some(y), Some(x)) = (y, x) else { continue };
                        let channel = f / filters * channels + c;
                        each(
                            ((image * conv.channels + channel) * w.input[0] + y) * w.input[1] + x,
                            ((f * channels + c) * w.kernel[0] + ky) * w.kernel[1] + kx,
                            ((image * conv.filters + f) * w.output[0] + oy) * w.output[1] + ox,
                        );
                    }
                }
            }
        }
    }
}

/// Values in `f64` and the sums of magnitudes, against which rounding errors are measured.
struct Sums(Vec<(f64, f64)>);

impl Sums {
    fn new(n: usize) -> Self {
        Self(vec![(0.0, 0.0); n])
    }

    fn add(&mut self, at: usize, value: f64) {
        self.0[at].0 += value;
        self.0[at].1 += value.abs();
    }

    fn check(&self, values: &[f32], what: &str, conv: &Conv) {
        assert_eq!(values.len(), self.0.len());
        for (i, (value, (exact, scale))) in values.iter().zip(&self.0).enumerate() {
            assert!((f64::from(*value) - exact).abs() <= 1e-5 * scale, "{what}[{i}] is {value}, not {exact}: {conv:?}");
        }
    }
}

/// Runs twice, with different rubbish in the scratch and the result, and returns the result.
fn twice(n: usize, mut run: impl FnMut(&mut [f32], &mut Scratch)) -> Vec<f32> {
    let mut scratch = Scratch::default();
    let results = [f32::NAN, 1e30].map(|rubbish| {
        scratch.take(1 << 20).fill(rubbish);
        let mut result = vec![rubbish; n];
        run(&mut result, &mut scratch);
        result
    });
    assert!(results[0].iter().zip(&results[1]).all(|(a, b)| a.to_bits() == b.to_bits()), "the same bits each time");
    let [result, _] = results;
    result
}

fn check(conv: &Conv, n: usize, random: &mut Random) {
    let w = conv.window;
    let x = random.values(n * conv.channels * w.input_area());
    let weight = random.values(conv.filters * conv.channels / conv.groups * w.taps());
    let dy = random.values(n * conv.filters * w.output_area());
    let bias = if n.is_multiple_of(2) { Vec::new() } else { random.values(conv.filters) };
    let mut exact = [dy.len(), x.len(), weight.len()].map(Sums::new);
    for i in 0..dy.len() {
        exact[0].add(i, bias.get(i / w.output_area() % conv.filters).map_or(0.0, |b| f64::from(*b)));
    }
    products(conv, n, |ix, iw, iy| {
        exact[0].add(iy, f64::from(x[ix]) * f64::from(weight[iw]));
        exact[1].add(ix, f64::from(weight[iw]) * f64::from(dy[iy]));
        exact[2].add(iw, f64::from(x[ix]) * f64::from(dy[iy]));
    });
    let y = twice(dy.len(), |y, scratch| conv.forward(n, &x, &weight, &bias, y, scratch));
    exact[0].check(&y, "y", conv);
    let dx = twice(x.len(), |dx, scratch| conv.backward_input(n, &weight, &dy, dx, scratch));
    exact[1].check(&dx, "dx", conv);
    let dweight = twice(weight.len(), |dweight, scratch| conv.backward_weight(n, &x, &dy, dweight, scratch));
    exact[2].check(&dweight, "dweight", conv);
}

#[test]
fn a_grid_of_geometries() {
    let mut random = Random(1);
    let mut checked = 0;
    for kernel in [[1, 1], [3, 3], [5, 5], [7, 7], [1, 5], [2, 2], [4, 4]] {
        for size in [[1, 1], [3, 2], [7, 7], [9, 5], [4, 14], [12, 11]] {
            for stride in [1, 2, 3] {
                for padding in [0, 1, 3] {
                    for shape in [[1, 4, 1], [7, 6, 1], [4, 6, 2], [3, 3, 3]] {
                        let n = if checked % 7 == 0 { 5 } else { 1 };
                        if let Some(conv) = conv(size, kernel, [stride; 2], [padding; 2], [1; 2], shape) {
                            check(&conv, n, &mut random);
                            checked += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(checked > 900, "{checked}");
}

#[test]
fn random_geometries() {
    let mut random = Random(2);
    let mut checked = 0;
    while checked < 300 {
        let groups = [1, 1, 2, 3][random.below(4)];
        let mut two = |least: usize, most: usize| [0; 2].map(|_| least + random.below(most + 1 - least));
        let (input, kernel, stride, padding, dilation, shape) =
            (two(1, 19), two(1, 5), two(1, 3), two(0, 5), two(1, 3), two(1, 9));
        let shape = [shape[0] * groups, shape[1] * groups, groups];
        let n = 1 + random.below(5);
        if let Some(conv) = conv(input, kernel, stride, padding, dilation, shape) {
            check(&conv, n, &mut random);
            checked += 1;
        }
    }
}

#[test]
fn windows_that_leave_more_of_the_input_than_a_stride() {
    let mut random = Random(3);
    for [input, output] in [[[9, 9], [3, 3]], [[12, 10], [2, 4]], [[8, 8], [1, 1]]] {
        let window = Window { input, output, kernel: [3, 2], stride: [2, 2], padding: [1, 0], dilation: [1, 1] };
        check(&Conv { window, channels: 4, filters: 5, groups: 1 }, 2, &mut random);
    }
}

#[test]
fn sums_over_many_positions() {
    let mut random = Random(4);
    for (size, n) in [(40, 3), (4, 33)] {
        check(&conv([size; 2], [3; 2], [1; 2], [1; 2], [1; 2], [2, 5, 1]).expect("it fits"), n, &mut random);
        check(&conv([size; 2], [1; 2], [1; 2], [0; 2], [1; 2], [2, 5, 1]).expect("it fits"), n, &mut random);
        check(&conv([size; 2], [3; 2], [1; 2], [1; 2], [1; 2], [9, 5, 1]).expect("it fits"), n, &mut random);
        check(&conv([size; 2], [1; 2], [2; 2], [0; 2], [1; 2], [32, 14, 2]).expect("it fits"), n, &mut random);
        check(&conv([size; 2], [3; 2], [2; 2], [1; 2], [1; 2], [4, 4, 4]).expect("it fits"), n, &mut random);
    }
}

#[test]
fn bias_gets_the_sum_of_its_channel() {
    let mut random = Random(5);
    for (n, channels, area) in [(1, 1, 1), (5, 3, 49), (2, 4, 1000)] {
        let dy = random.values(n * channels * area);
        let mut exact = Sums::new(channels);
        dy.iter().enumerate().for_each(|(i, value)| exact.add(i / area % channels, f64::from(*value)));
        let mut dbias = vec![f32::NAN; channels];
        backward_bias(n, channels, area, &dy, &mut dbias);
        let any = conv([1; 2], [1; 2], [1; 2], [0; 2], [1; 2], [1, 1, 1]).expect("it fits");
        exact.check(&dbias, "dbias", &any);
    }
}
