//! What a screen reader is told about training: politely, and not more often than it can be listened to.

use petri_data::metric::accuracy;

use super::curves::Curves;
use super::dish::{Dish, Phase};

/// Least time between two announcements, in milliseconds.
const MIN_INTERVAL_MILLIS: f64 = 2000.0;
/// Epochs between two announcements of a run that trains.
const EPOCHS_PER_ANNOUNCEMENT: usize = 10;

/// What was announced last, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Announcer {
    said: String,
    at_millis: Option<f64>,
}

impl Announcer {
    /// What is to be announced now of a text that may have changed. A change that comes too soon waits: the text as
    /// it is then is announced then.
    pub fn say(&mut self, text: &str, now_millis: f64) -> &str {
        let is_soon = self.at_millis.is_some_and(|at| now_millis - at < MIN_INTERVAL_MILLIS);
        if text != self.said && !is_soon {
            text.clone_into(&mut self.said);
            self.at_millis = Some(now_millis);
        }
        &self.said
    }
}

/// How training goes, in words that change every few epochs. `status` is what is said otherwise.
pub fn announcement(dish: &Dish, status: impl Fn(&Dish) -> String) -> String {
    if dish.phase != Phase::Running {
        return status(dish);
    }
    let epoch = dish.epoch() as usize / EPOCHS_PER_ANNOUNCEMENT * EPOCHS_PER_ANNOUNCEMENT;
    format!("Training, epoch {epoch}{}", validation(&dish.curves, epoch))
}

fn validation(curves: &Curves, epoch: usize) -> String {
    let point = curves.validation.iter().rev().find(|p| p.epoch as usize <= epoch);
    let accuracy = point.map(|p| p.get(accuracy::CARD.id)).filter(|v| v.is_finite());
    accuracy.map_or(String::new(), |v| format!(", validation accuracy {v:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_announced_twice_within_two_seconds_and_nothing_is_lost() {
        let mut announcer = Announcer::default();
        assert_eq!(announcer.say("Ready", 0.0), "Ready");
        let mut heard = vec!["Ready".to_owned()];
        for tick in 1..=110 {
            // Something else each 60 ms for 4.2 seconds, then the end.
            let text = if tick <= 70 { format!("epoch {tick}") } else { "Finished".to_owned() };
            let said = announcer.say(&text, f64::from(tick) * 60.0).to_owned();
            if heard.last() != Some(&said) {
                heard.push(said);
            }
        }
        assert_eq!(heard, ["Ready", "epoch 34", "epoch 68", "Finished"]);
    }
}
