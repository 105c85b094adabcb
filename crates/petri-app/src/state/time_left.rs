//! How long a run will still take, from how fast it has gone lately.

use std::collections::VecDeque;

/// The speed is that of about the last so many milliseconds.
const WINDOW_MILLIS: f64 = 10_000.0;
/// Least time between two marks, and least time from which a speed is told, in milliseconds.
const MARK_MILLIS: f64 = 500.0;
const MIN_MILLIS: f64 = 3000.0;
/// A shorter wait needs no word.
const MIN_SECONDS: f64 = 10.0;

/// Where a run was at several moments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeLeft {
    marks: VecDeque<(f64, usize)>,
}

impl TimeLeft {
    /// Notes where a run is that trains.
    pub fn note(&mut self, now_millis: f64, step: usize) {
        if self.marks.back().is_some_and(|(_, last)| step < *last) {
            self.marks.clear();
        }
        if self.marks.back().is_some_and(|(at, _)| now_millis - at < MARK_MILLIS) {
            return;
        }
        self.marks.push_back((now_millis, step));
        while self.marks.len() > 2 && now_millis - self.marks[1].0 >= WINDOW_MILLIS {
            self.marks.pop_front();
        }
    }

    /// The run waits: the time until it goes on says nothing about its speed.
    pub fn interrupt(&mut self) {
        self.marks.clear();
    }

    /// Seconds until `steps` are done; nothing while the speed is not known.
    pub fn seconds(&self, steps: usize) -> Option<f64> {
        let ((from, first), (to, last)) = (self.marks.front()?, self.marks.back()?);
        let (millis, done) = (to - from, last - first);
        (millis >= MIN_MILLIS && done > 0).then(|| steps.saturating_sub(*last) as f64 * millis / done as f64 / 1000.0)
    }
}

/// A time that is left, for people; nothing for one that is over soon.
pub fn words(seconds: f64) -> Option<String> {
    let plural = |n: f64, unit: &str| format!("about {n} {unit}{} left", if n == 1.0 { "" } else { "s" });
    if !seconds.is_finite() || seconds < MIN_SECONDS {
        return None;
    }
    Some(if seconds < 55.0 {
        plural((seconds / 10.0).round() * 10.0, "second")
    } else if seconds < 55.0 * 60.0 {
        plural((seconds / 60.0).round().max(1.0), "minute")
    } else {
        plural((seconds / 3600.0).round().max(1.0), "hour")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_speed_of_late() {
        let mut left = TimeLeft::default();
        let mut step = 0;
        // 10 steps a second for 20 seconds, then 40 a second for 20 seconds.
        for tick in 0..400 {
            left.note(f64::from(tick) * 100.0, step);
            step += if tick < 200 { 1 } else { 4 };
            if tick == 20 {
                assert_eq!(left.seconds(1000), None, "two seconds say little");
            }
            if tick == 199 {
                let seconds = left.seconds(1000).expect("known");
                assert!((75.0..85.0).contains(&seconds), "800 steps at 10 a second: {seconds}");
            }
        }
        let seconds = left.seconds(step + 4000).expect("known");
        assert!((95.0..105.0).contains(&seconds), "4000 steps at 40 a second: {seconds}");
        assert!(left.marks.len() < 30, "few marks are kept");
        left.interrupt();
        assert_eq!(left.seconds(9000), None);
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let said = [5.0, 12.0, 44.0, 58.0, 100.0, 170.0, 3500.0, 8000.0].map(words);
        let expected = ["10 seconds", "40 seconds", "1 minute", "2 minutes", "3 minutes", "1 hour", "2 hours"];
        assert_eq!(said[0], None);
        for (said, expected) in said[1..].iter().zip(expected) {
            assert_eq!(said.as_deref(), Some(format!("about {expected} left").as_str()));
        }
        assert_eq!(words(f64::INFINITY), None);
    }
}
