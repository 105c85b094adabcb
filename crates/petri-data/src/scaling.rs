//! Scaling of inputs: mean 0 and standard deviation 1 for each feature or channel.

use std::ops::Range;

use crate::values::Values;

/// A standard deviation of at most this part of the mean is rounding.
const CONSTANT: f64 = 1e-7;

/// x' = (x − mean) / std for each feature or channel. Pixels are first divided by 255.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// Means.
    pub mean: Vec<f32>,
    /// Standard deviations.
    pub std: Vec<f32>,
}

impl Scaling {
    /// Leaves points as they are and maps pixels to 0..1.
    pub fn identity(channels: usize) -> Self {
        Self { mean: vec![0.0; channels], std: vec![1.0; channels] }
    }

    /// Mean and (population) standard deviation of each channel; a constant channel gets std 1.
    pub fn fit(values: &Values, channels: usize, area: usize) -> Self {
        match values {
            Values::U8(v) => Self::of(&[v], channels, area, |p| f64::from(p) / 255.0),
            Values::Pages(pages) => Self::of(&pages.iter().collect::<Vec<_>>(), channels, area, |p| f64::from(p) / 255.0),
            Values::F32(v) => Self::of(&[v], channels, area, f64::from),
        }
    }

    /// From pieces that begin with the first channel each.
    fn of<T: Copy>(pieces: &[&[T]], channels: usize, area: usize, number: impl Fn(T) -> f64) -> Self {
        let n: usize = pieces.iter().map(|piece| piece.len()).sum();
        let per_channel = (n / channels.max(1)).max(1) as f64;
        let planes = || {
            let of_pieces = pieces.iter().flat_map(|piece| piece.chunks(area.max(1)).enumerate());
            of_pieces.map(|(i, plane)| (i % channels, plane))
        };
        let mut mean = vec![0.0f64; channels];
        for (c, plane) in planes() {
            mean[c] += plane.iter().map(|&x| number(x)).sum::<f64>();
        }
        mean.iter_mut().for_each(|m| *m /= per_channel);
        let mut squares = vec![0.0f64; channels];
        for (c, plane) in planes() {
            squares[c] += plane.iter().map(|&x| (number(x) - mean[c]).powi(2)).sum::<f64>();
        }
        let std = squares.iter().zip(&mean).map(|(s, m)| {
            let std = (s / per_channel).sqrt();
            // Beside the mean, whatever the unit: below this f32 holds nothing but rounding.
            let is_constant = std <= CONSTANT * m.abs() || (std as f32) < f32::MIN_POSITIVE;
            if is_constant { 1.0 } else { std as f32 }
        });
        Self { std: std.collect(), mean: mean.into_iter().map(|m| m as f32).collect() }
    }

    /// Appends the scaled values of `range`, which starts at the beginning of a sample.
    pub fn extend(&self, values: &Values, range: Range<usize>, area: usize, out: &mut Vec<f32>) {
        match values {
            Values::U8(v) => self.extend_with(&v[range], area, out, |p| f32::from(p) / 255.0),
            Values::Pages(pages) => self.extend_with(pages.of_sample(range), area, out, |p| f32::from(p) / 255.0),
            Values::F32(v) => self.extend_with(&v[range], area, out, |x| x),
        }
    }

    /// Plane by plane: a division of the index for every value would take longer than the scaling.
    fn extend_with<T: Copy>(&self, values: &[T], area: usize, out: &mut Vec<f32>, number: impl Fn(T) -> f32) {
        let of_channels = self.mean.iter().zip(&self.std).cycle();
        for (plane, (&mean, &std)) in values.chunks(area.max(1)).zip(of_channels) {
            out.extend(plane.iter().map(|&x| (number(x) - mean) / std));
        }
    }

    /// Takes the scaling of one value back.
    pub fn restore(&self, x: f32, channel: usize) -> f32 {
        x * self.std[channel] + self.mean[channel]
    }

    /// Scales one point.
    pub fn point(&self, x: f32, channel: usize) -> f32 {
        (x - self.mean[channel]) / self.std[channel]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Pages;

    #[test]
    fn every_channel_gets_mean_zero_and_std_one() {
        // Two samples of two channels of two pixels.
        let values = Values::U8(vec![0, 51, 255, 255, 102, 153, 255, 255]);
        let scaling = Scaling::fit(&values, 2, 2);
        assert!((scaling.mean[0] - 0.3).abs() < 1e-6);
        assert_eq!(scaling.std[1], 1.0, "a constant channel is not blown up");
        let mut out = Vec::new();
        scaling.extend(&values, 0..4, 2, &mut out);
        scaling.extend(&values, 4..8, 2, &mut out);
        let first: Vec<f32> = [out[0], out[1], out[4], out[5]].to_vec();
        assert!(first.iter().sum::<f32>().abs() < 1e-5);
        assert!((first.iter().map(|x| x * x).sum::<f32>() / 4.0 - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_unit_of_a_column_does_not_matter() {
        // The same lengths in metres and in units of 1e-8 metres.
        let lengths = [2.0f32, 3.0, 5.0, 6.0];
        for unit in [1.0f32, 1e-8, 1e-20, 1e12] {
            let values = Values::F32(lengths.iter().map(|x| x * unit).collect());
            let scaling = Scaling::fit(&values, 1, 1);
            let mut out = Vec::new();
            scaling.extend(&values, 0..4, 1, &mut out);
            assert!((out[3] - 2.0 / 2.5f32.sqrt()).abs() < 1e-5, "{unit}: {out:?}");
        }
        for constant in [0.0f32, 1e-30, 0.1, 7e9] {
            let values = Values::F32(vec![constant; 1000]);
            assert_eq!(Scaling::fit(&values, 1, 1).std, [1.0], "{constant} stays");
        }
    }

    #[test]
    fn pages_are_scaled_like_one_piece() {
        let sample = 2 * 64 * 64;
        let mut pages = Pages::new(sample);
        let all: Vec<u8> = (0..pages.page_len() + 3 * sample).map(|i| (i * 7 % 256) as u8).collect();
        all.chunks(pages.page_len()).for_each(|page| pages.push(page.to_vec()));
        let (one, many) = (Values::U8(all), Values::Pages(pages));
        let scaling = Scaling::fit(&one, 2, 64 * 64);
        let paged = Scaling::fit(&many, 2, 64 * 64);
        assert!(scaling.mean.iter().zip(&paged.mean).all(|(a, b)| (a - b).abs() < 1e-6), "{scaling:?} {paged:?}");
        let last = |values: &Values, start: usize| {
            let mut out = Vec::new();
            scaling.extend(values, start..start + sample, 64 * 64, &mut out);
            out
        };
        let Values::U8(all) = &one else { panic!("bytes") };
        let start = all.len() - sample;
        assert_eq!(last(&one, start), last(&many, start));
    }
}
