//! Scaling of inputs: mean 0 and standard deviation 1 for each feature or channel.

use std::ops::Range;

use crate::dataset::Values;

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
        let mut sum = vec![0.0f64; channels];
        let mut squares = vec![0.0f64; channels];
        let mut add = |i: usize, x: f64| {
            let c = i / area % channels;
            sum[c] += x;
            squares[c] += x * x;
        };
        let n = match values {
            Values::U8(v) => {
                v.iter().enumerate().for_each(|(i, &x)| add(i, f64::from(x) / 255.0));
                v.len()
            }
            Values::F32(v) => {
                v.iter().enumerate().for_each(|(i, &x)| add(i, f64::from(x)));
                v.len()
            }
        };
        let per_channel = (n / channels.max(1)).max(1) as f64;
        let mean: Vec<f64> = sum.iter().map(|s| s / per_channel).collect();
        let std = squares
            .iter()
            .zip(&mean)
            .map(|(s, m)| {
                let std = (s / per_channel - m * m).max(0.0).sqrt();
                if std < 1e-6 { 1.0 } else { std as f32 }
            })
            .collect();
        Self { mean: mean.into_iter().map(|m| m as f32).collect(), std }
    }

    /// Appends the scaled values of `range`, which starts at the beginning of a sample.
    pub fn extend(&self, values: &Values, range: Range<usize>, area: usize, out: &mut Vec<f32>) {
        let channels = self.mean.len();
        let scale = |(i, x): (usize, f32)| {
            let c = i / area % channels;
            (x - self.mean[c]) / self.std[c]
        };
        match values {
            Values::U8(v) => out.extend(v[range].iter().map(|&p| f32::from(p) / 255.0).enumerate().map(scale)),
            Values::F32(v) => out.extend(v[range].iter().copied().enumerate().map(scale)),
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
}
