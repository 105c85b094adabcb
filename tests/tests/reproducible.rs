//! The same experiment is the same run: initial weights, batches, loss curve, bit for bit on the CPU.

use std::rc::Rc;

use petri_data::generators;
use petri_engine::{Session, device};
use petri_protocol::op::{BatchNorm, Dense, Dropout, Relu};
use petri_protocol::{Experiment, NetworkSpec, OpSpec, Split, presets};

fn session(experiment: &Experiment) -> Session {
    let data = Rc::new(generators::generate(&experiment.data, experiment.seed).expect("generated"));
    Session::new(experiment.clone(), data, &device::cpu()).expect("valid")
}

/// Losses of the first `n` steps as bits, and the validation loss behind them.
fn run(experiment: &Experiment, n: usize) -> (Vec<u32>, u64) {
    pollster::block_on(async {
        let mut session = session(experiment);
        (0..n).for_each(|_| {
            session.step();
        });
        let points = session.metrics().await.expect("the CPU cannot fail");
        let evaluation = session.evaluate(Split::Validation, async || {}).await.expect("the CPU cannot fail");
        (points.iter().map(|p| p.loss().to_bits()).collect(), evaluation.loss().to_bits())
    })
}

fn with_dropout() -> Experiment {
    let mut experiment = (presets::mlp::CARD.experiment)();
    experiment.network = NetworkSpec::chain([
        Dense { units: 8, init: petri_protocol::Init::He, bias: true }.into(),
        BatchNorm.into(),
        Relu.into(),
        Dropout { rate: 0.3 }.into(),
        OpSpec::dense(2),
    ]);
    experiment
}

#[test]
fn a_rewound_run_repeats_bit_for_bit() {
    for experiment in [(presets::one_neuron::CARD.experiment)(), (presets::mlp::CARD.experiment)(), with_dropout()] {
        // Across the end of an epoch, with its filled-up batch.
        assert_eq!(run(&experiment, 25), run(&experiment, 25));
    }
}

#[test]
fn another_seed_is_another_run() {
    let experiment = (presets::mlp::CARD.experiment)();
    let other = Experiment { seed: 2, ..experiment.clone() };
    assert_ne!(run(&experiment, 3), run(&other, 3));
}

#[test]
fn initial_weights_depend_on_the_seed_alone() {
    let experiment = (presets::cnn::CARD.experiment)();
    let input = experiment.data.generated_info().expect("drawn cells").input;
    let draw = |seed| {
        let plan = petri_engine::plan::Plan::new(&experiment.network, input, experiment.training.loss);
        petri_engine::layers::draw(seed, &plan.expect("valid"), &petri_protocol::SortedMap::new())
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    // The bias starts at zero, the weights do not.
    assert!(draw(1)[0][1].values.iter().all(|v| *v == 0.0));
    assert!(draw(1)[0][0].values.iter().any(|v| *v != 0.0));
}

#[test]
fn dropout_zeroes_its_share_and_keeps_the_mean() {
    use petri_protocol::{Init, OptimizerSpec, TensorShape, TrainingSpec};
    // One zero weight per input and inputs of 1: the gradient of a weight is the sum of its mask.
    let network = NetworkSpec::chain([Dropout { rate: 0.25 }.into(), Dense { units: 1, init: Init::Zero, bias: true }.into()]);
    let training = TrainingSpec {
        loss: petri_protocol::LossSpec::MeanSquaredError,
        optimizer: OptimizerSpec::Sgd { momentum: 0.0, nesterov: false },
        ..TrainingSpec::default()
    };
    let features = 4000;
    let trainer = device::cpu().start(&network, TensorShape::Features(features), &training, 1).expect("valid");
    let code = petri_protocol::TargetCode::Number;
    let batch =
        petri_data::Batch { size: 1, n_real: 1, code, inputs: vec![1.0; features], targets: vec![1.0], weights: vec![1.0] };
    let (_, gradients) = pollster::block_on(trainer.network().gradients(&batch)).expect("the CPU cannot fail");
    // d/dw (w·m − 1)² at w = 0 is −2 m.
    let masks: Vec<f32> = gradients[0].iter().map(|g| g / -2.0).collect();
    let dropped = masks.iter().filter(|m| **m == 0.0).count() as f32 / features as f32;
    assert!((dropped - 0.25).abs() < 0.03, "{dropped}");
    assert!(masks.iter().all(|m| *m == 0.0 || (m - 4.0 / 3.0).abs() < 1e-5));
    assert!((masks.iter().sum::<f32>() / features as f32 - 1.0).abs() < 0.04);
}
