//! Changes of the experiment: what begins anew, what goes on, what is said about it.

use super::*;
use crate::view::parameters::Pick;
use petri_protocol::Probe;
use petri_protocol::command::ProbeKind;
use petri_protocol::event::PayloadPart;
use petri_protocol::{ErrorCode, LiveChange, LiveKey, LossSpec, RunEnd, WireError};

#[test]
fn events_of_old_runs_are_dropped() {
    let mut model = started("v=1&preset=one-neuron");
    let old = model.run;
    model.set("data.noise", "0.4");
    assert_ne!(model.run, old);
    model.apply(Event::State { run: old, state: RunState::Running, step: 9 }, &[]);
    assert_eq!(model.phase, Phase::Preparing);
    assert_eq!(model.step, 0);
}

#[test]
fn the_learning_rate_changes_live_and_is_noted_in_the_journal() {
    let mut model = started("v=1&preset=one-neuron");
    let (run, before) = (model.run, model.experiment.training.learning_rate);
    trained(&mut model, 30);
    let effects = model.set("training.learning_rate", "0.5");
    let [Effect::Send(Command::Change { run: of, request, key: LiveKey::LearningRate, value: 0.5 })] = effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(of, run);
    let journal = vec![LiveChange { step: 30, key: LiveKey::LearningRate, value: 0.5 }];
    let effects = model.apply(Event::Changed { run, request, journal: journal.clone(), n_epochs: 100 }, &[]);
    assert_eq!(effects, [Effect::WriteLink]);
    assert_eq!(model.run, run, "the run goes on");
    assert_eq!(model.experiment.training.learning_rate, before, "the run began with another one");
    assert_eq!(link::parse(&model.link()).experiment, model.experiment, "the link repeats the run");
    assert_eq!(model.experiment.journal, journal);
    let effects = model.set("training.batch_size", "16");
    assert!(effects.iter().any(is_start));
    assert!(model.experiment.journal.is_empty(), "another run has another journal");
    assert_eq!(model.experiment.training.learning_rate, 0.5, "what the field showed is what the next run begins with");
    assert!(model.notices.list()[0].message.contains("because “Batch size” changed"), "{:?}", model.notices);
    model.set("seed", "2");
    assert!(model.notices.list()[0].message.contains("“Batch size” and “Seed”"), "Undo takes back both: {:?}", model.notices);
}

#[test]
fn what_was_asked_for_is_shown_until_it_is_answered() {
    let mut model = started("v=1&preset=one-neuron");
    let (run, before) = (model.run, model.experiment.training.learning_rate);
    trained(&mut model, 30);
    let request = |effects: &[Effect]| match effects {
        [Effect::Send(Command::Change { request, .. })] => *request,
        other => panic!("{other:?}"),
    };
    let first = request(&model.set("training.learning_rate", "0.5"));
    assert_eq!(model.now().training.learning_rate, 0.5, "a second step goes on from there");
    assert!(model.set("training.learning_rate", "0.5").is_empty(), "nothing new");
    let second = request(&model.set("training.learning_rate", "0.6"));
    let entry = |value| LiveChange { step: 30, key: LiveKey::LearningRate, value };
    model.apply(Event::Changed { run, request: first, journal: vec![entry(0.5)], n_epochs: 100 }, &[]);
    assert_eq!(model.now().training.learning_rate, 0.6, "the answer is to the first one");
    let error = WireError::new(ErrorCode::InvalidExperiment, "too many changes");
    model.apply(Event::Failed { run: None, request: Some(second), error }, &[]);
    assert_eq!(model.now().training.learning_rate, 0.5, "what was refused is not so");
    assert_eq!((model.phase, model.notices.list().len()), (Phase::Running, 1), "and the run goes on");
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 40 }, &[]);
    assert!(model.set("training.learning_rate", &before.to_string()).iter().any(is_start), "back to the first one, anew");
    assert!(model.experiment.journal.is_empty());
}

#[test]
fn before_training_the_learning_rate_is_a_setting_like_others() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(model.set("training.learning_rate", "0.5").iter().any(is_start));
    assert_eq!(model.experiment.training.learning_rate, 0.5);
    assert!(model.experiment.journal.is_empty());
}

#[test]
fn a_finished_run_is_trained_further_where_it_ended() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    trained(&mut model, 30);
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 30 }, &[]);
    let effects = model.train_further();
    assert!(matches!(
        effects[..],
        [Effect::Send(Command::Change { key: LiveKey::Epochs, .. }), Effect::Send(Command::Resume { .. })]
    ));
    assert_eq!(model.run, run);
}

#[test]
fn a_finished_run_that_the_worker_let_go_is_trained_further_with_what_was_changed_on_its_way() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    trained(&mut model, 30);
    let rate = LiveChange { step: 30, key: LiveKey::LearningRate, value: 0.5 };
    model.apply(Event::Changed { run, request: Default::default(), journal: vec![rate], n_epochs: 100 }, &[]);
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 40 }, &[]);
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    paused(&mut model, 0);
    model.enter_lab("");
    let effects = model.press_main();
    assert!(effects.iter().any(is_start) && effects.contains(&Effect::WriteLink), "{effects:?}");
    let further = LiveChange { step: 40, key: LiveKey::Epochs, value: 200.0 };
    assert_eq!(model.experiment.journal, [rate, further], "the same run, and then on");
    assert_eq!((model.experiment.training.epochs, model.curves.train.len()), (100, 1));
    assert!(model.problems().is_empty() && model.train_when_ready);
}

#[test]
fn problems_stop_the_start_and_mending_them_starts() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    let old = model.run;
    let effects = model.set("training.batch_size", "0");
    assert!(!effects.iter().any(is_start));
    assert!(effects.contains(&Effect::Send(Command::Pause { run: old })), "it must not train on unseen: {effects:?}");
    assert_eq!(model.phase, Phase::Incomplete);
    assert_eq!(model.problems()[0].field, "training.batch_size");
    model.set("training.batch_size", "8");
    assert_eq!(model.phase, Phase::Preparing);
}

#[test]
fn weights_set_by_hand_go_with_the_network_they_belong_to() {
    let mut model = started("v=1&preset=one-neuron");
    let weight = petri_protocol::ParameterRef { node: "dense1".into(), part: petri_protocol::TensorPart::Weight, index: 1 };
    model.set_weight(&weight, "-2,0");
    assert_eq!(model.experiment.weights["dense1"].weight[&1], -2.0);
    assert!(model.problems().is_empty());
    model.set("training.batch_size", "8");
    assert_eq!(model.experiment.weights.len(), 1, "other settings leave them");
    model.set("network", "dense(3)-tanh-dense(1)-sigmoid");
    assert!(model.experiment.weights.is_empty());
}

#[test]
fn a_weight_that_is_no_number_is_refused_with_a_word() {
    let mut model = started("v=1&preset=one-neuron");
    let weight = petri_protocol::ParameterRef { node: "dense1".into(), part: petri_protocol::TensorPart::Weight, index: 1 };
    assert!(model.set_weight(&weight, "1e39").is_empty());
    assert!(model.experiment.weights.is_empty() && model.notices.list().len() == 1, "{:?}", model.notices);
}

#[test]
fn another_target_brings_a_loss_and_a_network_that_fit() {
    let mut model = started("v=1&preset=nuclei");
    model.set("data.target", "mean radius");
    assert!(model.problems().is_empty(), "{:?}", model.problems());
    assert_eq!(model.experiment.training.loss, LossSpec::MeanSquaredError);
    model.set("data.source", "clusters");
    assert!(model.problems().is_empty(), "{:?}", model.problems());
    assert!(model.experiment.data.target.is_empty());
}

#[test]
fn a_change_says_that_it_ends_a_run_and_keeps_what_was_learned() {
    let mut model = started("v=1&preset=one-neuron");
    model.apply(Event::State { run: model.run, state: RunState::Paused, step: 0 }, &[]);
    model.steps_per_epoch = 2;
    trained(&mut model, 24);
    let effects = model.set("training.batch_size", "16");
    let stored = effects.iter().find_map(|e| match e {
        Effect::StoreRun { record, .. } => Some(record),
        _ => None,
    });
    let stored = stored.expect("a record in the library");
    assert!(stored.was_stopped && stored.link == "v=1&preset=one-neuron", "of the experiment before: {}", stored.link);
    assert_eq!(stored.validation.of("loss").len(), 1);
    let notice = model.notices.list()[0].clone();
    assert_eq!(notice.message, "The run of 12.0 epochs ended because “Batch size” changed.");
    assert!(model.curves.is_empty());
    paused(&mut model, 0);
    model.accept(notice.id);
    assert_eq!(model.experiment.training.batch_size, 32, "undone");
    assert_eq!((model.curves.train.len(), model.step, model.phase), (1, 24, Phase::Kept));
    assert!(model.train().iter().any(is_start), "its network is gone: it starts over");
}

#[test]
fn a_change_before_training_or_after_its_end_needs_no_word() {
    let mut model = started("v=1&preset=one-neuron");
    model.set("training.batch_size", "16");
    assert!(model.notices.list().is_empty());
    paused(&mut model, 0);
    trained(&mut model, 5);
    let end = petri_protocol::RunEnd::Finished;
    model.apply(Event::State { run: model.run, state: RunState::Ended { end }, step: 5 }, &[]);
    model.set("training.batch_size", "8");
    assert!(model.notices.list().is_empty(), "it is in the library already");
    assert_eq!(model.library.history.single("lab").len(), 1);
}

#[test]
fn what_is_looked_at_stays_inside_of_a_network_that_shrinks() {
    let pick = |tensor, index| Pick { tensor, index };
    let mut model = started("v=1&preset=mlp");
    model.look(|l| {
        l.surface.parameters = [pick(4, 31), pick(4, 30)];
        l.checked = pick(5, 1);
    });
    model.set("network", "dense(2)");
    assert_eq!((model.looking.surface.parameters, model.looking.checked), ([pick(0, 0), pick(0, 1)], pick(0, 0)));
    model.look(|l| l.surface.parameters = [pick(1, 0), pick(0, 2)]);
    model.set("data.noise", "0.3");
    assert_eq!(model.looking.surface.parameters, [pick(1, 0), pick(0, 2)], "a choice that fits stays");
}

#[test]
fn a_value_that_is_not_possible_is_said_until_one_is() {
    let mut model = started("v=1&preset=one-neuron");
    model.set("training.batch_size", "many");
    assert_eq!(model.notices.list().len(), 1);
    model.set("training.batch_size", "16");
    assert!(model.notices.list().is_empty());
}

#[test]
fn who_undoes_a_change_of_preset_finds_pictures_and_engine_again() {
    let mut model = started("v=1&preset=one-neuron&engine=cpu");
    trained(&mut model, 5);
    let run = model.run;
    let asked = model.tick(1000.0);
    let samples = asked.iter().find_map(|effect| match effect {
        Effect::Send(Command::Probe { request, probe: Probe::Samples { .. }, .. }) => Some(*request),
        _ => None,
    });
    let parts = vec![PayloadPart { name: "inputs".into(), shape: vec![1, 2] }];
    let request = samples.expect("the boundary asks for points");
    model.apply(Event::ProbeAnswered { run, request, step: 5, parts, range: None }, &[1.0, 2.0]);
    let decision = model.decision.clone();
    let effects = model.choose_preset("unet-mini");
    assert!(effects.iter().any(is_start) && model.probes.answer(ProbeKind::Samples).is_none());
    assert_eq!(model.experiment.engine, petri_protocol::EngineChoice::Cpu, "the learner's choice stays");
    model.undo();
    assert_eq!((model.preset.as_str(), model.phase), ("one-neuron", Phase::Kept));
    assert!(model.probes.answer(ProbeKind::Samples).is_some_and(|a| a.values == [1.0, 2.0]));
    assert_eq!(model.decision, decision);
}
