//! How long a step of a network takes on both engines, as it was measured: the newest ones are kept for later visits.

use petri_protocol::engine_choice::Calibration;
use petri_protocol::{SortedMap, json};

/// Most that are kept.
const MAX_KEPT: usize = 50;

/// Calibrations, the newest last.
#[derive(Debug, Clone, Default)]
pub struct Calibrations(Vec<Calibration>);

impl Calibrations {
    /// Reads the stored form; what is not understood counts as nothing.
    pub fn read(text: &str) -> Self {
        // Earlier versions stored them by their keys, without an order.
        let by_key = || json::read::<SortedMap<String, Calibration>>(text).map(|all| all.into_iter().map(|(_, c)| c).collect());
        let mut all = Self::default();
        let stored: Vec<Calibration> = json::read(text).or_else(|_| by_key()).unwrap_or_default();
        stored.into_iter().for_each(|calibration| all.add(calibration));
        all
    }

    /// The stored form.
    pub fn print(&self) -> String {
        json::write(&self.0)
    }

    /// What was measured for a key.
    pub fn get(&self, key: &str) -> Option<&Calibration> {
        self.0.iter().find(|c| c.key == key)
    }

    /// Takes a new one, in place of an older one of the same key; the oldest goes where there are too many.
    pub fn add(&mut self, calibration: Calibration) {
        self.0.retain(|c| c.key != calibration.key);
        self.0.push(calibration);
        let too_many = self.0.len().saturating_sub(MAX_KEPT);
        self.0.drain(..too_many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration(key: &str, cpu_millis: f64) -> Calibration {
        Calibration { key: key.into(), cpu_millis, gpu_millis: 1.0 }
    }

    #[test]
    fn the_newest_are_kept_whatever_they_are_called() {
        let mut all = Calibrations::default();
        for i in (0..3 * MAX_KEPT).rev() {
            all.add(calibration(&format!("key {i:03}"), i as f64));
        }
        all.add(calibration("key 049", 7.0));
        let back = Calibrations::read(&all.print());
        assert_eq!(back.get("key 000").map(|c| c.cpu_millis), Some(0.0), "the last but one");
        assert_eq!(back.get("key 049").map(|c| c.cpu_millis), Some(7.0), "measured again");
        assert_eq!((back.get("key 050"), back.0.len()), (None, MAX_KEPT));
    }

    #[test]
    fn those_of_earlier_versions_stay_readable() {
        let old = json::write(&SortedMap::from([("a".to_owned(), calibration("a", 2.0))]));
        assert_eq!(Calibrations::read(&old).get("a"), Some(&calibration("a", 2.0)));
        for text in ["", "{", "7", "[7]", "{\"a\":7}"] {
            assert!(Calibrations::read(text).0.is_empty(), "{text}");
        }
    }
}
