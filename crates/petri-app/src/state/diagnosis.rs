//! What a curve says about the learning rate, in words: jumping about, or hardly moving.

use petri_protocol::MetricPoint;

/// Validation points that are looked at: the newest ones.
const WINDOW: usize = 12;
/// A rise by more than this part of the lowest loss so far is a jump.
const JUMP: f32 = 0.25;
/// Jumps in the window that make an oscillation.
const MIN_JUMPS: usize = 3;
/// Epochs before a curve is called flat.
const MIN_EPOCHS: f32 = 20.0;
/// A fall by less than this part in so many epochs is hardly a movement.
const FLAT: f32 = 0.05;
/// A mean loss above this part of the first one is high: little was gained.
const HIGH: f32 = 0.5;
/// A loss below this is low enough: jumps and flatness there mean nothing.
const LOW: f32 = 0.05;

/// What is wrong with a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diagnosis {
    /// The validation loss jumps up again and again.
    Oscillating,
    /// The validation loss has hardly moved since the start.
    Stuck,
}

impl Diagnosis {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Oscillating => "The loss jumps about instead of falling: the learning rate is probably too large.",
            Self::Stuck => "The loss has hardly moved: the learning rate is probably too small.",
        }
    }
}

/// Looks at the validation points of a run.
pub fn diagnose(validation: &[MetricPoint]) -> Option<Diagnosis> {
    let (first, last) = (validation.first()?, validation.last()?);
    let newest = &validation[validation.len().saturating_sub(WINDOW)..];
    let lowest = validation.iter().map(|p| p.loss()).fold(f32::INFINITY, f32::min);
    let jumps = newest.windows(2).filter(|w| w[1].loss() - w[0].loss() > JUMP * lowest.max(LOW)).count();
    let mean = newest.iter().map(|p| p.loss()).sum::<f32>() / newest.len() as f32;
    // Jumps far below the start are those of a network that has learned.
    if jumps >= MIN_JUMPS && mean > HIGH * first.loss() {
        return Some(Diagnosis::Oscillating);
    }
    let flat = last.epoch - first.epoch >= MIN_EPOCHS && last.loss() > LOW && first.loss() - lowest < FLAT * first.loss();
    flat.then_some(Diagnosis::Stuck)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::Split;

    fn points(losses: impl Iterator<Item = f32>) -> Vec<MetricPoint> {
        losses.enumerate().map(|(i, loss)| MetricPoint::new(Split::Validation, i as u32, i as f32).with("loss", loss)).collect()
    }

    #[test]
    fn curves_are_told_apart() {
        let falling = points((0..50).map(|i| (-0.1 * i as f32).exp()));
        assert_eq!(diagnose(&falling), None);
        let jumping = points((0..50).map(|i| if i % 2 == 0 { 0.3 } else { 0.9 }));
        assert_eq!(diagnose(&jumping), Some(Diagnosis::Oscillating));
        let ragged = points((0..50).map(|i| {
            if i < 5 {
                0.7 - 0.12 * i as f32
            } else if i % 2 == 0 {
                0.06
            } else {
                0.1
            }
        }));
        assert_eq!(diagnose(&ragged), None, "ragged, but low");
        let flat = points((0..50).map(|i| 0.7 - 0.0001 * i as f32));
        assert_eq!(diagnose(&flat), Some(Diagnosis::Stuck));
        let settled = points((0..50).map(|i| if i < 10 { 0.7 - 0.06 * i as f32 } else { 0.1 }));
        assert_eq!(diagnose(&settled), None, "flat after a fall is a success");
        assert_eq!(diagnose(&[]), None);
    }
}
