//! The presets learn what they promise, on the CPU engine.

use std::rc::Rc;

use petri_data::{Dataset, generators, medmnist};
use petri_engine::{Session, device};
use petri_protocol::{DataSource, Experiment, FileRef, LossSpec, Split, presets};

/// Trains and returns accuracy and balanced accuracy on the validation data.
fn train(experiment: Experiment, data: Dataset, epochs: usize) -> (f64, f64) {
    pollster::block_on(async {
        let mut session = Session::new(experiment, Rc::new(data), &device::cpu()).expect("valid");
        for _ in 0..epochs * session.steps_per_epoch() {
            session.step();
            if session.n_unread() > 50 {
                session.metrics().await.expect("the CPU cannot fail");
            }
        }
        let evaluation = session.evaluate(Split::Validation, async || {}).await.expect("the CPU cannot fail");
        (evaluation.get("accuracy"), evaluation.get("balanced_accuracy"))
    })
}

fn generated(experiment: &Experiment) -> Dataset {
    generators::generate(&experiment.data, experiment.seed).expect("generated")
}

#[test]
fn one_neuron_separates_two_clusters() {
    for seed in 1..=5 {
        let mut experiment = (presets::one_neuron::CARD.experiment)();
        experiment.seed = seed;
        let data = generated(&experiment);
        let (accuracy, _) = train(experiment, data, 50);
        assert!(accuracy >= 0.95, "seed {seed}: {accuracy}");
    }
}

#[test]
fn the_mlp_learns_every_point_set() {
    for source in [DataSource::Parabola, DataSource::Circles, DataSource::Xor, DataSource::Spirals] {
        let mut experiment = (presets::mlp::CARD.experiment)();
        experiment.data.source = source;
        let data = generated(&experiment);
        let (accuracy, _) = train(experiment, data, 100);
        assert!(accuracy >= 0.93, "{source:?}: {accuracy}");
    }
}

#[test]
fn a_far_too_large_learning_rate_diverges() {
    let mut experiment = (presets::mlp::CARD.experiment)();
    experiment.training.loss = LossSpec::MeanSquaredError;
    experiment.training.optimizer = petri_protocol::OptimizerSpec::Sgd { momentum: 0.0, nesterov: false };
    experiment.training.learning_rate = 1000.0;
    experiment.network.nodes.retain(|n| n.op.units().is_some());
    let data = generated(&experiment);
    pollster::block_on(async {
        let mut session = Session::new(experiment, Rc::new(data), &device::cpu()).expect("valid");
        (0..40).for_each(|_| {
            session.step();
        });
        let points = session.metrics().await.expect("the CPU cannot fail");
        assert!(points.iter().any(|p| !p.loss().is_finite()), "{:?}", points.last());
    });
}

#[test]
fn the_tiny_unet_finds_drawn_cells() {
    let mut experiment = (presets::unet_mini::CARD.experiment)();
    experiment.data.n_samples = 48;
    experiment.data.noise = 0.2;
    let data = generated(&experiment);
    let (accuracy, balanced) = train(experiment, data, 8);
    assert!(accuracy >= 0.85 && balanced >= 0.8, "{accuracy} {balanced}");
}

#[test]
fn the_cnn_tells_round_cells_from_long_ones_and_a_single_layer_does_not() {
    let experiment = (presets::cnn::CARD.experiment)();
    let data = generated(&experiment);
    let epochs = experiment.training.epochs;
    let (accuracy, _) = train(experiment.clone(), data.clone(), epochs);
    assert!(accuracy >= 0.9, "{accuracy}");
    let flat = petri_protocol::NetworkSpec::chain([petri_protocol::op::Flatten.into(), petri_protocol::OpSpec::dense(2)]);
    let (accuracy, _) = train(Experiment { network: flat, ..experiment }, data, epochs);
    assert!(accuracy <= 0.75, "a picture is more than its pixels one by one: {accuracy}");
}

#[test]
fn the_cnn_learns_imbalanced_xrays_with_class_weights() {
    let Some(path) = petri_tests::test_data("pneumoniamnist-imbalanced.npz") else { return };
    let bytes = std::fs::read(path).expect("readable");
    let (file, mut data) = medmnist::read("pneumoniamnist-imbalanced.npz", &bytes).expect("a MedMNIST file");
    assert_eq!((data.info.sizes.train, data.info.sizes.validation, data.info.sizes.test), (3882, 524, 624));
    assert_eq!(data.info.class_counts, [388, 3494]);
    assert_eq!(data.info.classes, ["normal", "pneumonia"]);
    let mut experiment = (presets::cnn::CARD.experiment)();
    experiment.data.source = DataSource::File;
    experiment.data.file = Some(FileRef { ..file });
    data.fit_scaling(&experiment.data);
    let (_, balanced) = train(experiment, data, 2);
    assert!(balanced >= 0.90, "balanced accuracy {balanced}");
}
