//! The settings that people can change, by their dotted keys: one list for the lab, for dishes and for lessons.

/// How a setting is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ControlKind {
    /// A number that is typed: step, smallest, largest.
    Number {
        /// Step of the arrows; `any` for all numbers.
        step: &'static str,
        /// Smallest value, or empty.
        min: &'static str,
        /// Largest value, or empty.
        max: &'static str,
    },
    /// A number between two ends.
    Slider {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Step.
        step: f64,
    },
    /// One of several values, with what people call them.
    Select(&'static [(&'static str, &'static str)]),
    /// Yes or no.
    Check,
    /// A line of text.
    Text,
    /// The learning rate, which changes live.
    LearningRate,
    /// A column of the table.
    Column,
    /// Several columns of the table.
    Columns,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Control {
    /// Dotted key.
    pub key: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// How it is changed.
    pub kind: ControlKind,
}

const fn number(key: &'static str, label: &'static str, step: &'static str, min: &'static str, max: &'static str) -> Control {
    Control { key, label, kind: ControlKind::Number { step, min, max } }
}

const fn slider(key: &'static str, label: &'static str, min: f64, max: f64, step: f64) -> Control {
    Control { key, label, kind: ControlKind::Slider { min, max, step } }
}

const fn select(key: &'static str, label: &'static str, options: &'static [(&'static str, &'static str)]) -> Control {
    Control { key, label, kind: ControlKind::Select(options) }
}

/// All settings.
pub const ALL: [Control; 29] = [
    select(
        "data.source",
        "Data set",
        &[
            ("clusters", "Clusters"),
            ("parabola", "Parabola"),
            ("circles", "Circles"),
            ("moons", "Moons"),
            ("xor", "XOR"),
            ("spirals", "Spirals"),
            ("house_price", "House prices"),
            ("wdbc", "Cell nuclei (Wisconsin)"),
            ("cells", "Drawn cells"),
            ("file", "My file (.npz or .csv)"),
        ],
    ),
    number("data.n_samples", "Samples", "10", "20", "20000"),
    slider("data.noise", "Noise", 0.0, 1.0, 0.05),
    slider("data.balance", "Share of class B", 0.05, 0.95, 0.05),
    slider("data.validation_fraction", "Kept for validation", 0.05, 0.8, 0.05),
    slider("data.test_fraction", "Kept for the test", 0.05, 0.8, 0.05),
    Control { key: "data.standardise", label: "Standardise inputs", kind: ControlKind::Check },
    Control { key: "data.target", label: "Predicted column", kind: ControlKind::Column },
    Control { key: "data.features", label: "Predicted from", kind: ControlKind::Columns },
    Control { key: "network", label: "Network", kind: ControlKind::Text },
    select(
        "training.loss",
        "Loss",
        &[
            ("binary_cross_entropy", "Binary cross-entropy"),
            ("cross_entropy", "Cross-entropy"),
            ("mean_squared_error", "Mean squared error"),
        ],
    ),
    select(
        "training.class_weights",
        "Class weights",
        &[("none", "None: every sample counts alike"), ("balanced", "Balanced: every class counts alike")],
    ),
    select(
        "training.optimizer.kind",
        "Optimizer",
        &[("sgd", "SGD"), ("adam", "Adam"), ("adam_w", "AdamW"), ("rms_prop", "RMSprop")],
    ),
    slider("training.optimizer.momentum", "Momentum", 0.0, 0.99, 0.01),
    Control { key: "training.optimizer.nesterov", label: "Nesterov", kind: ControlKind::Check },
    slider("training.optimizer.alpha", "Decay α", 0.5, 0.999, 0.001),
    slider("training.optimizer.beta1", "Decay β₁", 0.0, 0.999, 0.001),
    slider("training.optimizer.beta2", "Decay β₂", 0.5, 0.9999, 0.0001),
    Control { key: "training.learning_rate", label: "Learning rate", kind: ControlKind::LearningRate },
    select(
        "training.schedule.kind",
        "Learning-rate schedule",
        &[("constant", "Constant"), ("step", "Steps"), ("cosine", "Cosine")],
    ),
    number("training.schedule.every_epochs", "Epochs between steps", "1", "1", ""),
    number("training.schedule.factor", "Factor of each step", "0.05", "0.01", "1"),
    number("training.weight_decay", "Weight decay (L2)", "any", "0", "10"),
    number("training.clip_norm", "Clip gradients at length (0: off)", "any", "0", ""),
    number("training.patience", "Stop early after epochs without progress (0: off)", "1", "0", "10000"),
    number("training.batch_size", "Batch size", "1", "1", "4096"),
    number("training.epochs", "Epochs", "1", "1", "100000"),
    number("seed", "Seed", "1", "0", "4294967295"),
    select("engine", "Engine", &[("auto", "Auto: the faster one"), ("cpu", "CPU (WebAssembly)"), ("gpu", "GPU (WebGPU)")]),
];

/// The setting named `key`.
pub fn find(key: &str) -> Option<&'static Control> {
    ALL.iter().find(|c| c.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::{OptimizerSpec, ScheduleSpec, link, presets};

    #[test]
    fn every_key_is_one_of_the_experiment() {
        let mut experiment = (presets::ALL[0].experiment)();
        experiment.training.schedule = ScheduleSpec::Step { every_epochs: 1, factor: 0.5 };
        let kinds = OptimizerSpec::ALL.map(|o| {
            let mut e = experiment.clone();
            e.training.optimizer = o;
            e
        });
        for control in ALL {
            assert!(kinds.iter().any(|e| link::get(e, control.key).is_some()), "{}", control.key);
        }
    }

    #[test]
    fn every_choice_is_understood() {
        let mut experiment = (presets::ALL[0].experiment)();
        for control in ALL {
            if let ControlKind::Select(options) = control.kind {
                for (value, _) in options {
                    link::set(&mut experiment, control.key, value).unwrap_or_else(|e| panic!("{e}"));
                }
            }
        }
    }
}
