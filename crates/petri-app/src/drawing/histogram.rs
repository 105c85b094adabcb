//! Histograms of weights and gradients.

/// Counts in equal bins from −`reach` to `reach`.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Half of the width of the axis.
    pub reach: f32,
    /// Number of values in each bin.
    pub counts: Vec<usize>,
    /// Values that are no numbers.
    pub n_invalid: usize,
}

/// Divides values into `n_bins` bins around zero.
pub fn histogram(values: &[f32], n_bins: usize) -> Histogram {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let reach = finite().map(f32::abs).fold(0.0, f32::max);
    let mut counts = vec![0; n_bins.max(1)];
    for value in finite() {
        let t = if reach > 0.0 { (value / reach + 1.0) / 2.0 } else { 0.5 };
        let bin = ((t * n_bins as f32) as usize).min(counts.len() - 1);
        counts[bin] += 1;
    }
    Histogram { reach, counts, n_invalid: values.len() - finite().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_their_bins() {
        let h = histogram(&[-1.0, -0.1, 0.1, 1.0, f32::NAN], 4);
        assert_eq!((h.reach, h.counts.as_slice(), h.n_invalid), (1.0, &[1, 1, 1, 1][..], 1));
        assert_eq!(histogram(&[0.0, 0.0], 3).counts, [0, 2, 0]);
        assert_eq!(histogram(&[], 3).counts, [0, 0, 0]);
    }
}
