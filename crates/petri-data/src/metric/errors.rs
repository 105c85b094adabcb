//! Errors of predicted numbers.

/// How far predictions are from the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// Mean absolute error, in the unit of the target.
    pub mae: f64,
    /// Mean squared error, in its square.
    pub mse: f64,
    /// Coefficient of determination, 1 − Σ (y − ŷ)² / Σ (y − ȳ)². Where all truths are equal it is 1 for
    /// perfect predictions and 0 otherwise, as in scikit-learn; NaN for fewer than two samples.
    pub r2: f64,
}

impl Errors {
    /// From predictions and truths of the same length; NaN when there are none.
    pub fn new(predictions: &[f32], truths: &[f32]) -> Self {
        let n = truths.len() as f64;
        let pairs = || predictions.iter().zip(truths).map(|(p, t)| (f64::from(*p), f64::from(*t)));
        let mean = pairs().map(|(_, t)| t).sum::<f64>() / n;
        let squared: f64 = pairs().map(|(p, t)| (p - t).powi(2)).sum();
        let variance: f64 = pairs().map(|(_, t)| (t - mean).powi(2)).sum();
        let r2 = match truths.len() {
            0 | 1 => f64::NAN,
            _ if variance > 0.0 => 1.0 - squared / variance,
            _ if squared == 0.0 => 1.0,
            _ => 0.0,
        };
        Self { mae: pairs().map(|(p, t)| (p - t).abs()).sum::<f64>() / n, mse: squared / n, r2 }
    }

    /// Root of the mean squared error, in the unit of the target.
    pub fn rmse(&self) -> f64 {
        self.mse.sqrt()
    }
}
