//! Operations as a whole: no setting panics, and layers keep their initial weights when another one is inserted.

use std::collections::BTreeMap;

use petri_data::random::{Purpose, stream};
use petri_engine::layers::draw;
use petri_engine::plan::Plan;
use petri_engine::{Executor, device};
use petri_protocol::network_edit::NetworkEdit;
use petri_protocol::op::{Dropout, Kind, Relu};
use petri_protocol::{LossSpec, NetworkSpec, OpSpec, OptimizerSpec, TensorShape, TrainingSpec, memory, notation, size};
use rand::{Rng, RngExt};

/// Sizes around every limit: small ones, and those whose products overflow 32 and 64 bits.
const SIZES: [usize; 14] = [0, 1, 2, 3, 5, 7, 28, 64, 1000, 4096, 65_536, 1 << 24, u32::MAX as usize, usize::MAX];

fn any_size(rng: &mut impl Rng) -> usize {
    SIZES[rng.random_range(0..SIZES.len())]
}

fn any_shape(rng: &mut impl Rng) -> TensorShape {
    match rng.random_range(0..3u32) {
        0 => TensorShape::Features(any_size(rng)),
        1 => TensorShape::image(any_size(rng), any_size(rng), any_size(rng)),
        // Often one that fits.
        _ => TensorShape::image([1, 3, 4][rng.random_range(0..3usize)], 28, 32),
    }
}

fn any_text(rng: &mut impl Rng, kind: Kind) -> String {
    let size = any_size(rng);
    match kind {
        Kind::Whole => size.to_string(),
        Kind::Number => ["0", "0.5", "1", "-1", "NaN", "inf", "1e300"][rng.random_range(0..7usize)].to_owned(),
        Kind::Flag => ["yes", "no"][rng.random_range(0..2usize)].to_owned(),
        Kind::Choice(words) => words[rng.random_range(0..words.len())].to_owned(),
        Kind::List => format!("{size}+{}", any_size(rng)),
        Kind::Numbers => "0.5+0+1e300".to_owned(),
        Kind::Sides => format!("{size}x{}", any_size(rng)),
        Kind::Padding => ["same".to_owned(), "valid".to_owned(), size.to_string()][rng.random_range(0..3usize)].clone(),
    }
}

#[test]
fn no_setting_and_no_input_panics() {
    let mut rng = stream(1, Purpose::Data);
    let (mut n_valid, mut n_refused) = (0, 0);
    for round in 0..40_000usize {
        let all = OpSpec::all();
        let mut op = all[round % all.len()].clone();
        for given in op.arguments() {
            if rng.random_range(0..2u32) == 0 {
                let text = any_text(&mut rng, given.kind);
                op = op.with_argument(given.argument.field, &text).unwrap_or(op);
            }
        }
        let n_inputs = if op.takes_many() { rng.random_range(0..4usize) } else { 1 };
        let first = any_shape(&mut rng);
        let inputs: Vec<TensorShape> =
            (0..n_inputs).map(|i| if i == 0 || rng.random_range(0..2u32) == 0 { first } else { any_shape(&mut rng) }).collect();
        // Numbers that are shown while a network is still wrong must not panic either.
        let _ = (op.n_parameters(&inputs), op.n_biases(&inputs), op.flops(&inputs, first));
        let mut network = NetworkSpec::chain([op.clone()]);
        network.nodes[0].inputs = vec!["input".into(); n_inputs.max(1)];
        match op.infer(&inputs) {
            Ok(output) => {
                n_valid += 1;
                assert!(output.len() <= 1 << 24, "{op:?} on {inputs:?} gives {output}");
                assert!(op.n_parameters(&inputs) <= size::MAX);
            }
            Err(why) => {
                n_refused += 1;
                assert!(!why.is_empty());
            }
        }
        if let Ok(shape) = network.infer(first) {
            let bytes = memory::step(&shape, OptimizerSpec::ADAM, any_size(&mut rng));
            assert!(bytes >= memory::step(&shape, OptimizerSpec::ADAM, 0));
            let keep: Vec<usize> = (0..shape.nodes.len()).collect();
            assert!(memory::forward(&shape, &keep, 1) >= memory::forward(&shape, &[], 0));
        }
        let text = notation::print_op(&op);
        if op.check_limits().is_ok() {
            assert_eq!(notation::parse(&text).map(|n| n.nodes[0].op.clone()), Ok(op), "{text}");
        }
    }
    assert!(n_valid > 4000 && n_refused > 4000, "{n_valid} valid, {n_refused} refused");
}

fn plan(network: &NetworkSpec) -> Plan {
    Plan::new(network, TensorShape::Features(3), LossSpec::CrossEntropy).expect("a valid network")
}

#[test]
fn a_layer_in_between_leaves_the_initial_weights_of_the_others() {
    let by_name = |network: &NetworkSpec| {
        let plan = plan(network);
        let names: Vec<String> = plan.nodes.iter().filter(|n| n.parameters.is_some()).map(|n| n.name.clone()).collect();
        names.into_iter().zip(draw(5, &plan, &petri_protocol::SortedMap::new())).collect::<BTreeMap<_, _>>()
    };
    let mut network = notation::parse("dense(4)-tanh-dense(2)").expect("notation");
    let before = by_name(&network);
    for (idx, op) in [(2, Relu.into()), (3, OpSpec::dense(4))] {
        network.edit(NetworkEdit::Add { idx, op }).expect("room");
    }
    let after = by_name(&network);
    assert_eq!(before["dense1"], after["dense1"]);
    assert_eq!(before["dense2"], after["dense2"]);
    assert_ne!(after["dense3"][0].values, after["dense1"][0].values[..].repeat(2)[..16].to_vec());
}

#[test]
fn a_second_dropout_leaves_the_mask_of_the_first() {
    let mask = |text: &str, name: &str| -> Vec<f32> {
        let plan = plan(&notation::parse(text).expect("notation"));
        let at = plan.index(name).expect("the layer");
        petri_engine::op::drawn_on_host(&plan, 8, 3, 1)[at].clone().expect("dropout draws a mask")
    };
    let alone = mask("dense(6)-dropout(0.5)-dense(2)", "dropout1");
    assert_eq!(alone, mask("dense(6)-a=dropout(0.5)-dropout1=dropout(0.5)-dense(2)", "dropout1"));
    assert_ne!(alone, mask("dense(6)-a=dropout(0.5)-dropout1=dropout(0.5)-dense(2)", "a"));
    let dropout = NetworkSpec::chain([Dropout { rate: 0.5 }.into()]);
    assert!(petri_engine::op::drawn_on_host(&plan(&dropout), 1, 0, 1)[0].is_some());
}

#[test]
fn a_frozen_layer_keeps_its_weights_and_its_statistics() {
    let network = notation::parse("dense(4)~frozen-batchnorm~frozen-tanh-dense(2)~0.5").expect("notation");
    let training = TrainingSpec { weight_decay: 0.1, optimizer: OptimizerSpec::ADAM, ..TrainingSpec::default() };
    let mut trainer = device::cpu().start(&network, TensorShape::Features(3), &training, 1).expect("valid");
    let inputs: Vec<f32> = (0..12).map(|i| (i * 7 % 5) as f32).collect();
    let targets = [1.0, 0.0, 0.0, 1.0].repeat(2);
    let code = petri_protocol::TargetCode::OneHot;
    let batch = petri_data::Batch { size: 4, n_real: 4, code, inputs, targets, weights: vec![1.0; 4] };
    let read = |trainer: &dyn Executor| {
        let network = trainer.network();
        let weights = pollster::block_on(network.weights(&[0, 1, 2, 3])).expect("the CPU cannot fail");
        // The statistics of the batch normalisation show in what comes out.
        let normalised = pollster::block_on(network.outputs(batch.inputs.clone(), 4, vec![1])).expect("the CPU cannot fail");
        (weights, normalised)
    };
    let (before, normalised_before) = read(&*trainer);
    for step in 0..3 {
        trainer.step(&batch, step, 0.1);
    }
    let (after, normalised_after) = read(&*trainer);
    assert_eq!((&before[0], &before[1]), (&after[0], &after[1]), "frozen");
    assert_ne!(before[2], after[2], "not frozen");
    assert_eq!(normalised_before, normalised_after, "frozen statistics");
}
