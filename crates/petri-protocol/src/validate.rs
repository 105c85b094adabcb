//! Finds everything that is wrong with an experiment, in the page and again in the worker.

use crate::network::NetworkShape;
use crate::{
    ClassWeights, DataInfo, DataSource, DataSpec, Experiment, LossSpec, Problem, Split, SplitSizes, TensorShape, memory, setting,
    table_info,
};

impl DataSpec {
    /// Sizes of the three parts of `n` samples; never more than `n` together.
    pub fn sizes(&self, n: usize) -> SplitSizes {
        let part = |fraction: f64| (n as f64 * fraction).round() as usize;
        let validation = part(self.validation_fraction).min(n);
        let test = part(self.test_fraction).min(n - validation);
        SplitSizes { train: n - validation - test, validation, test }
    }

    fn problems(&self, problems: &mut Vec<Problem>) {
        if self.source == DataSource::File {
            if self.file.is_none() {
                problems.push(Problem::new("data.file", "choose a MedMNIST .npz file or a table (.csv), or another data set"));
            }
            return;
        }
        if self.source == DataSource::Wdbc {
            problems.extend(table_info::wdbc().choose(self).err());
        }
    }
}

impl Experiment {
    /// Every problem at once, each tied to the control that caused it. `info` describes the data
    /// set; without it (a file that is not loaded) shapes are not checked.
    pub fn validate(&self, info: Option<&DataInfo>) -> Vec<Problem> {
        let mut problems = setting::problems(&self.values(), info);
        if info.is_none() || self.data.source != DataSource::File {
            self.data.problems(&mut problems);
        }
        problems.extend(crate::journal::problems(&self.training, &self.journal));
        let Some(info) = info else { return problems };
        for split in [Split::Train, Split::Validation] {
            if info.sizes.of(split) == 0 {
                problems.push(Problem::new("data.source", format!("has no {} samples", split.title())));
            }
        }
        match self.network.infer(info.input) {
            Err(found) => problems.extend(found),
            Ok(shape) => {
                self.output_problems(info, shape.output(), &mut problems);
                self.weight_problems(&shape, &mut problems);
                let names: Vec<&str> = self.network.nodes.iter().map(|n| n.name.as_str()).collect();
                problems.extend(memory::problem(&shape, &names, self.training.optimizer, self.training.batch_size));
                if shape.n_parameters() > 64_000_000 {
                    problems.push(Problem::new(
                        "network",
                        format!("has {} parameters, at most 64 million are possible", shape.n_parameters()),
                    ));
                }
                problems.extend(self.learning_problem(&shape));
            }
        }
        problems
    }

    /// Why nothing would be learned: of the layers that the loss depends on, one must have weights that may change.
    fn learning_problem(&self, shape: &NetworkShape) -> Option<Problem> {
        let learns = |&node: &usize| !self.network.nodes[node].is_frozen() && shape.nodes[node].n_parameters > 0;
        let read = shape.read_by_loss(self.network.loss_of_last() == Some(self.training.loss));
        if shape.before(read).iter().any(learns) {
            return None;
        }
        let why = if shape.n_parameters() == 0 {
            "add a Dense or Conv2d layer"
        } else if (0..shape.nodes.len()).any(|node| learns(&node)) {
            "no layer with weights leads to what the loss reads"
        } else {
            "every layer with weights is frozen"
        };
        Some(Problem::new("network", format!("has nothing to learn: {why}")))
    }

    /// Checks the initial weights that were set by hand.
    fn weight_problems(&self, shape: &NetworkShape, problems: &mut Vec<Problem>) {
        for (name, values) in &self.weights {
            let mut report = |message: String| problems.push(Problem::new(format!("weights.{name}"), message));
            let Some(idx) = self.network.nodes.iter().position(|n| n.name == *name) else {
                report(format!("there is no layer \"{name}\""));
                continue;
            };
            let node = &shape.nodes[idx];
            let n_bias = self.network.nodes[idx].op.n_biases(&node.input_shapes);
            let n_weight = node.n_parameters - n_bias;
            for (part, given, n) in [("weight", &values.weight, n_weight), ("bias", &values.bias, n_bias)] {
                if let Some(index) = given.keys().find(|&&i| i >= n) {
                    report(format!("has {n} values as {part}, there is none with the index {index}"));
                }
                if given.values().any(|v| !v.is_finite() || v.abs() > 1e6) {
                    report(format!("a {part} must be a number between -1000000 and 1000000"));
                }
            }
        }
    }

    /// Checks the last node against task and loss.
    fn output_problems(&self, info: &DataInfo, output: TensorShape, problems: &mut Vec<Problem>) {
        let k = info.n_classes();
        let loss = self.training.loss;
        let last = self.network.nodes.last().map_or("", |n| n.name.as_str());
        for node in &self.network.nodes[..self.network.nodes.len().saturating_sub(1)] {
            if node.op.operation().only_at_the_end() {
                let word = node.op.word();
                problems.push(Problem::node(&node.name, format!("{word} is for display: only the last layer may use it")));
            }
        }
        match (self.network.loss_of_last(), loss) {
            (Some(LossSpec::CrossEntropy), LossSpec::BinaryCrossEntropy) => {
                problems.push(Problem::node(last, "softmax does not go with binary cross-entropy: use sigmoid"));
            }
            (Some(LossSpec::BinaryCrossEntropy), LossSpec::CrossEntropy) => {
                problems.push(Problem::node(last, "sigmoid does not go with cross-entropy over classes: use softmax"));
            }
            _ => {}
        }
        let task = info.task.card();
        let refused = (task.refuses)(loss, k);
        if let (ClassWeights::Balanced, Some(why)) = (self.training.class_weights, task.refuses_weights) {
            problems.push(Problem::new("training.class_weights", why));
        }
        // With a loss that does not fit, the output is checked against the one that does.
        let channels = (task.channels)(if refused.is_some() { task.loss } else { loss }, k);
        problems.extend(refused.map(|why| Problem::new("training.loss", why)));
        if !info.accepts(output, &channels) {
            let expected = info.expected_output(channels[0]);
            problems.push(Problem::node(last, format!("the output is {output}, this data and loss need {expected}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_never_more_than_the_whole() {
        for (validation_fraction, test_fraction) in [(0.8, 0.25), (1.0, 1.0), (0.5, 0.5), (7.0, -1.0), (f64::NAN, f64::INFINITY)]
        {
            let sizes = DataSpec { validation_fraction, test_fraction, ..DataSpec::default() }.sizes(101);
            assert_eq!(sizes.train + sizes.validation + sizes.test, 101);
        }
    }
    use crate::{NetworkSpec, OpSpec, presets};

    fn fields(experiment: &Experiment) -> Vec<String> {
        experiment.validate(experiment.data.generated_info().as_ref()).into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn every_problem_is_found_at_once() {
        let mut experiment = (presets::mlp::CARD.experiment)();
        experiment.training.learning_rate = -1.0;
        experiment.training.batch_size = 0;
        experiment.data.noise = f64::NAN;
        experiment.network = NetworkSpec::chain([OpSpec::dense(3)]);
        assert_eq!(fields(&experiment), ["data.noise", "training.learning_rate", "training.batch_size", "network.dense1"]);
    }

    #[test]
    fn something_that_the_loss_depends_on_must_learn() {
        let mut experiment = (presets::mlp::CARD.experiment)();
        for (text, expected) in [
            ("dense(2)-softmax@input", "no layer with weights leads to what the loss reads"),
            ("dense(4)~frozen-dense(3)@input-dense(2)~frozen@dense1", "no layer with weights leads to what the loss reads"),
            ("dense(2)~frozen", "every layer with weights is frozen"),
            ("tanh", "add a Dense or Conv2d layer"),
        ] {
            experiment.network = crate::notation::parse(text).expect("notation");
            let problems = experiment.validate(experiment.data.generated_info().as_ref());
            assert!(problems.iter().any(|p| p.message.contains(expected)), "{text}: {problems:?}");
        }
        for text in ["dense(4)-dense(3)-dense(2)@dense1", "dense(4)~frozen-tanh-dense(2)-softmax"] {
            experiment.network = crate::notation::parse(text).expect("notation");
            assert!(fields(&experiment).is_empty(), "{text}");
        }
    }

    #[test]
    fn output_must_fit_the_loss() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        assert!(fields(&experiment).is_empty());
        experiment.training.loss = LossSpec::CrossEntropy;
        assert_eq!(fields(&experiment), ["network.sigmoid1", "network.sigmoid1"]);
    }

    #[test]
    fn weights_set_by_hand_must_exist() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        for (key, value) in [("weights.dense1.weight.1", "3"), ("weights.dense1.bias.0", "-1")] {
            crate::link::set(&mut experiment, key, value).expect("a key");
        }
        assert!(fields(&experiment).is_empty());
        crate::link::set(&mut experiment, "weights.dense1.weight.2", "3").expect("a key");
        crate::link::set(&mut experiment, "weights.conv9.bias.0", "3").expect("a key");
        assert_eq!(fields(&experiment), ["weights.conv9", "weights.dense1"]);
    }

    #[test]
    fn numbers_are_predicted_by_one_output_with_the_squared_error() {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        experiment.data.source = DataSource::HousePrice;
        experiment.network = NetworkSpec::chain([OpSpec::dense(2)]);
        assert_eq!(fields(&experiment), ["training.loss", "network.dense1"]);
    }

    #[test]
    fn a_missing_file_is_a_problem_of_the_file_control() {
        let mut experiment = (presets::cnn::CARD.experiment)();
        experiment.data.source = DataSource::File;
        assert_eq!(experiment.validate(None)[0].field, "data.file");
    }
}
