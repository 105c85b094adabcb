//! How fast a run goes: so that it can be watched, as fast as possible, or so many steps in a second. The speed
//! changes nothing but the time that a run takes.

use petri_protocol::engine_choice::step_flops;
use petri_protocol::{DataInfo, Experiment, number};

/// A run that can be watched takes at least about this long, in seconds.
const WATCHABLE_SECONDS: f64 = 4.0;
/// Larger networks are slow enough by themselves: floating-point operations in a step.
const TINY_STEP_FLOPS: u64 = 2_000_000;
/// The worker cannot be slowed down to more steps in a second than this without losing much of its speed: timers
/// of browsers wait 4 ms and more.
const MAX_PACED: f64 = 250.0;

/// How fast a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Speed {
    /// Tiny networks are slowed down so that one can see them learn; others are as fast as possible.
    #[default]
    Watchable,
    /// As fast as possible.
    Fast,
    /// Steps in a second.
    Steps(f64),
}

/// The choices of the menu, with what people call them.
pub const CHOICES: [(Speed, &str); 5] = [
    (Speed::Watchable, "so that one can watch"),
    (Speed::Fast, "as fast as possible"),
    (Speed::Steps(30.0), "30 steps a second"),
    (Speed::Steps(5.0), "5 steps a second"),
    (Speed::Steps(1.0), "1 step a second"),
];

impl Speed {
    /// Most steps in a second for a run; nothing for as many as possible.
    pub fn limit(self, experiment: &Experiment, info: &DataInfo) -> Option<f64> {
        match self {
            Self::Steps(rate) => Some(rate),
            Self::Fast => None,
            Self::Watchable => {
                let flops = experiment.network.infer(info.input).map_or(u64::MAX, |shape| shape.flops());
                if step_flops(flops, experiment.training.batch_size) > TINY_STEP_FLOPS {
                    return None;
                }
                let steps =
                    info.sizes.train.div_ceil(experiment.training.batch_size.max(1)) as f64 * experiment.training.epochs as f64;
                Some((steps / WATCHABLE_SECONDS).max(1.0)).filter(|rate| *rate <= MAX_PACED)
            }
        }
    }

    /// Name in the menu's values.
    pub fn id(self) -> String {
        match self {
            Self::Watchable => "watchable".into(),
            Self::Fast => "fast".into(),
            Self::Steps(rate) => rate.to_string(),
        }
    }

    /// The speed with such a name.
    pub fn find(id: &str) -> Self {
        match id {
            "fast" => Self::Fast,
            _ => number::read(id).filter(|rate| rate.is_finite() && *rate > 0.0).map_or(Self::Watchable, Self::Steps),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::presets;

    fn limit(preset: &str, speed: Speed) -> Option<f64> {
        let experiment = (presets::find(preset).expect("a preset").experiment)();
        let info = experiment.data.generated_info().expect("known");
        speed.limit(&experiment, &info)
    }

    #[test]
    fn a_tiny_network_takes_long_enough_to_be_seen_and_a_larger_one_no_longer_than_it_must() {
        let rate = limit("one-neuron", Speed::Watchable).expect("a limit");
        assert!((4.0..4.01).contains(&(700.0 / rate)), "7 steps an epoch, 100 epochs: {rate}");
        assert_eq!(limit("unet-mini", Speed::Watchable), None);
        assert_eq!(limit("one-neuron", Speed::Fast), None);
        assert_eq!(limit("unet-mini", Speed::Steps(5.0)), Some(5.0));
    }

    #[test]
    fn a_run_with_very_many_steps_is_not_slowed_down() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        experiment.training.epochs = 100_000;
        let info = experiment.data.generated_info().expect("known");
        assert_eq!(Speed::Watchable.limit(&experiment, &info), None);
        experiment.training.epochs = 0;
        experiment.training.batch_size = 0;
        assert_eq!(Speed::Watchable.limit(&experiment, &info), Some(1.0), "nothing to divide by");
    }

    #[test]
    fn choices_are_found_by_their_names() {
        for (speed, _) in CHOICES {
            assert_eq!(Speed::find(&speed.id()), speed);
        }
        assert_eq!(Speed::find("nonsense"), Speed::Watchable);
        assert_eq!(Speed::find("-3"), Speed::Watchable);
    }
}
