//! Convolution of images and its gradients by input, weights and bias.
//!
//! All loops rest on one idea: in a plane that was copied with its border of zeros, a tap of the window is a shift of
//! the whole plane. With a stride, the copy is split into phases (every second row and column, say), and a tap is a shift
//! of one phase. So the inner loops know neither padding nor stride nor dilation, only a list of shifts: `correlate`
//! sums shifted planes (output, and gradient by input), `gradient` multiplies shifted planes (gradient by weights).

mod block;
mod correlate;
mod depthwise;
mod gradient;
mod gradient_rows;
mod layout;
#[cfg(test)]
mod tests;

use crate::{Scratch, Window, simd::F32x4};
use correlate::{Correlation, Target, Weights};
use layout::Layout;

/// A convolution: `y[f, o] = bias[f] + Σ weight[f, c, k] · x[c, o · stride − padding + k · dilation]`, summed over the taps `k` of
/// the window and the channels `c` of the group of filter `f`. A transposed convolution is [`Conv::backward_input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    /// Where the taps lie. No window may reach beyond the padding.
    pub window: Window,
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output.
    pub filters: usize,
    /// Divides channels and filters: the filters of a group see the channels of that group.
    pub groups: usize,
}

/// Positions that one block of weights is used for before the next one is packed; small planes are taken together.
const POSITIONS: usize = 256;

impl Conv {
    /// Output `y` `[n, filters, H', W']`, overwritten, from `x` `[n, channels, H, W]`, `weight` `[filters, channels / groups, kh, kw]`
    /// and `bias` `[filters]` or empty.
    pub fn forward(&self, n: usize, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        self.check(n, x, weight, y);
        assert!(bias.is_empty() || bias.len() == self.filters, "one bias a filter");
        if depthwise::fits(self) {
            return depthwise::forward(self, x, weight, bias, y, scratch);
        }
        let (window, out) = (self.flat(), self.window.output_area());
        let direct = window.output[1] >= F32x4::LANES && Layout::reads_in_place(&window);
        let layout = if direct { Layout::in_place(&window) } else { Layout::of_input(&window) };
        let (channels, filters) = (self.channels / self.groups, self.filters / self.groups);
        let images = POSITIONS.div_ceil(out.max(1)).min(n);
        let copied = if direct { 0 } else { images * self.channels * layout.plane() };
        let taps = window.taps();
        let scratch = scratch.take((channels + 1) * taps + copied + correlate::packed(channels, taps));
        let (indices, rest) = scratch.split_at_mut(taps);
        let (shifts, rest) = rest.split_at_mut(channels * taps);
        let (copy, packed) = rest.split_at_mut(copied);
        copy.fill(0.0);
        indices.iter_mut().enumerate().for_each(|(t, index)| *index = block::store_index(t));
        let correlation = Correlation {
            shifts: layout.shifts(&window, shifts),
            group: channels * layout.plane(),
            image: self.channels * layout.plane(),
            start: 0,
            pitch: layout.pitch(),
            size: window.output,
            target: Target { start: 0, image: self.filters * out, plane: out, step: [window.output[1], 1] },
        };
        let weights = Weights { weight, indices, filter: channels * taps, channel: taps, group: filters * channels * taps };
        for (x, y) in x.chunks(images * self.channels * window.input_area()).zip(y.chunks_mut(images * self.filters * out)) {
            let images = y.len() / (self.filters * out);
            let source = if direct { x } else { layout.copy(x, copy) };
            correlation.groups(self.groups, filters, images, source, &weights, bias, packed, y);
        }
    }

    /// Gradient by the input, `dx` `[n, channels, H, W]`, overwritten, from `weight` and `dy` `[n, filters, H', W']`:
    /// `dx[c, i] = Σ weight[f, c, k] · dy[f, o]` over all `f`, `k`, `o` with `i = o · stride − padding + k · dilation`.
    ///
    /// Every phase of `dx` (for a stride of 2: even or odd rows and columns) is a convolution of `dy` with stride 1 and
    /// with those taps that meet the phase.
    pub fn backward_input(&self, n: usize, weight: &[f32], dy: &[f32], dx: &mut [f32], scratch: &mut Scratch) {
        self.check(n, dx, weight, dy);
        if depthwise::fits(self) {
            return depthwise::backward_input(self, weight, dy, dx, scratch);
        }
        let window = self.flat();
        let (area, taps) = (window.input_area(), window.taps());
        let stride = window.stride;
        let direct = window.input[1] >= F32x4::LANES
            && window.taps() == 1
            && Layout::reads_in_place(&window)
            && window.input == window.output;
        let layout = if direct { Layout::in_place(&window) } else { Layout::of_output(&window) };
        let (channels, filters) = (self.channels / self.groups, self.filters / self.groups);
        let images = POSITIONS.div_ceil(area.max(1)).min(n);
        let copied = if direct { 0 } else { images * self.filters * layout.plane() };
        let scratch = scratch.take((filters + 1) * taps + copied + correlate::packed(filters, taps));
        let (indices, rest) = scratch.split_at_mut(taps);
        let (shifts, rest) = rest.split_at_mut(filters * taps);
        let (copy, packed) = rest.split_at_mut(copied);
        copy.fill(0.0);
        for (dy, dx) in dy.chunks(images * self.filters * window.output_area()).zip(dx.chunks_mut(images * self.channels * area))
        {
            let images = dx.len() / (self.channels * area);
            let source = if direct { dy } else { layout.copy(dy, copy) };
            if !layout::meets_all(&window) {
                dx.fill(0.0);
            }
            for residue in (0..stride[0]).flat_map(|row| (0..stride[1]).map(move |column| [row, column])) {
                let [rows, columns] = [0, 1].map(|axis| layout::Phase::new(&window, axis, residue[axis]));
                let (indices, shifts) = layout.phase_shifts(&window, residue, indices, shifts);
                if indices.is_empty() {
                    continue;
                }
                let correlation = Correlation {
                    shifts,
                    group: filters * layout.plane(),
                    image: self.filters * layout.plane(),
                    start: rows.origin * layout.pitch() + columns.origin,
                    pitch: layout.pitch(),
                    size: [rows.count, columns.count],
                    target: Target {
                        start: rows.first * window.input[1] + columns.first,
                        image: self.channels * area,
                        plane: area,
                        step: [stride[0] * window.input[1], stride[1]],
                    },
                };
                let weights =
                    Weights { weight, indices, filter: taps, channel: channels * taps, group: filters * channels * taps };
                correlation.groups(self.groups, channels, images, source, &weights, &[], packed, dx);
            }
        }
    }

    /// Gradient by the weights, `dweight` `[filters, channels / groups, kh, kw]`, overwritten, from `x` `[n, channels, H, W]` and
    /// `dy` `[n, filters, H', W']`: `dweight[f, c, k] = Σ dy[f, o] · x[c, o · stride − padding + k · dilation]` over images and `o`.
    pub fn backward_weight(&self, n: usize, x: &[f32], dy: &[f32], dweight: &mut [f32], scratch: &mut Scratch) {
        self.check(n, x, dweight, dy);
        gradient::by_weight(self, &self.flat(), n, x, dy, dweight, scratch);
    }

    /// The window, where the plane of a 1×1 convolution counts as one row.
    fn flat(&self) -> Window {
        let window = self.window;
        let pointwise = window.kernel == [1, 1] && window.stride == [1, 1] && window.padding == [0, 0];
        if !pointwise || window.input != window.output {
            return window;
        }
        let row = [1, window.input_area()];
        Window { input: row, output: row, ..window }
    }

    fn check(&self, n: usize, x: &[f32], weight: &[f32], y: &[f32]) {
        let Self { window: w, channels, filters, groups } = *self;
        assert!(n > 0 && channels > 0 && filters > 0 && groups > 0, "nothing is empty");
        assert!(channels % groups == 0 && filters % groups == 0, "groups divide channels and filters");
        for axis in 0..2 {
            assert!(w.output[axis] > 0 && w.kernel[axis] > 0 && w.stride[axis] > 0 && w.dilation[axis] > 0 && w.input[axis] > 0);
            let reach = (w.output[axis] - 1) * w.stride[axis] + (w.kernel[axis] - 1) * w.dilation[axis] + 1;
            assert!(reach <= w.input[axis] + 2 * w.padding[axis], "windows end within the padding");
        }
        assert_eq!(x.len(), n * channels * w.input_area(), "size of the input");
        assert_eq!(weight.len(), filters * (channels / groups) * w.taps(), "size of the weights");
        assert_eq!(y.len(), n * filters * w.output_area(), "size of the output");
    }
}

/// Gradient by the bias, `dbias` `[channels]`, overwritten: sums over images and pixels of `dy` `[n, channels, area]`.
pub fn backward_bias(n: usize, channels: usize, area: usize, dy: &[f32], dbias: &mut [f32]) {
    assert_eq!(dy.len(), n * channels * area, "size of the gradient");
    assert_eq!(dbias.len(), channels, "one bias a channel");
    for (channel, sum) in dbias.iter_mut().enumerate() {
        *sum = 0.0;
        for image in 0..n {
            *sum += plane_sum(&dy[(image * channels + channel) * area..][..area]);
        }
    }
}

/// Sum of a plane: sixteen running sums, which hide the latency of an addition and keep rounding small.
fn plane_sum(plane: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    let mut chunks = plane.chunks_exact(16);
    for chunk in &mut chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    let rest: f32 = chunks.remainder().iter().fold(0.0, |sum, value| sum + value);
    sums.iter().fold(rest, |sum, value| sum + value)
}
