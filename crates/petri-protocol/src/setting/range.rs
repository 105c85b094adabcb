//! The values that a number may have, as a check, as a sentence and as the ends of a slider.

/// An interval of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Smallest number.
    pub least: f64,
    /// Largest number.
    pub most: f64,
    /// Whether `least` itself is excluded.
    pub above_least: bool,
    /// Whether `most` itself is excluded.
    pub below_most: bool,
}

impl Range {
    /// From `least` to `most`, both included.
    pub const fn between(least: f64, most: f64) -> Self {
        Self { least, most, above_least: false, below_most: false }
    }

    /// Without its smallest number.
    pub const fn above(mut self) -> Self {
        self.above_least = true;
        self
    }

    /// Without its largest number.
    pub const fn below(mut self) -> Self {
        self.below_most = true;
        self
    }

    /// True for the numbers inside; never for NaN.
    pub fn contains(self, value: f64) -> bool {
        let above = if self.above_least { value > self.least } else { value >= self.least };
        let below = if self.below_most { value < self.most } else { value <= self.most };
        above && below
    }

    /// What a number must be, to be put behind "must be".
    pub fn describe(self) -> String {
        let Self { least, most, above_least, below_most } = self;
        match (above_least, below_most) {
            (false, false) => format!("between {least} and {most}"),
            (true, false) => format!("above {least} and at most {most}"),
            (false, true) => format!("at least {least} and below {most}"),
            (true, true) => format!("above {least} and below {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_belong_to_a_range_or_not() {
        let closed = Range::between(0.0, 1.0);
        assert!(closed.contains(0.0) && closed.contains(1.0) && !closed.contains(1.1) && !closed.contains(f64::NAN));
        let open = closed.above().below();
        assert!(!open.contains(0.0) && open.contains(0.5) && !open.contains(1.0));
        assert_eq!(closed.below().describe(), "at least 0 and below 1");
    }
}
