//! Runs that are saved and restored, at any moment.

use petri_protocol::payload::SavedState;
use petri_protocol::{LiveChange, json};

use super::*;

/// A small network with everything that a state must hold.
fn with_memory() -> Experiment {
    let mut experiment = mlp(6);
    experiment.network = petri_protocol::notation::parse("dense(8)-batchnorm-relu-dropout(0.3)-dense(2)").expect("a network");
    experiment.training.patience = 2;
    experiment.training.learning_rate = 0.05;
    experiment
}

/// A convolutional network with dropout, batch norm and Adam on the drawn cells.
fn cnn() -> Experiment {
    let mut experiment = (presets::cnn::CARD.experiment)();
    let network = "conv(4,p=same)-batchnorm-relu-maxpool(2)-flatten-dropout(0.25)-dense(8)-relu-dense(2)";
    experiment.network = petri_protocol::notation::parse(network).expect("a network");
    experiment.training.optimizer = petri_protocol::OptimizerSpec::ADAM;
    experiment.data.n_samples = 60;
    experiment.training.batch_size = 8;
    experiment.training.epochs = 3;
    experiment
}

/// What a run tells after `step`: steps and losses to the last bit, validation included, and its end.
fn rest(host: &TestHost, step: u32) -> Vec<(Split, u32, u32)> {
    let mut points: Vec<_> =
        host.points().iter().filter(|p| p.step >= step).map(|p| (p.split, p.step, p.loss().to_bits())).collect();
    points.sort_by_key(|(split, step, _)| (*step, *split == Split::Validation));
    points
}

/// The state as the page gives it back: its numbers have travelled as JSON twice.
fn through_messages(state: StateDict) -> StateDict {
    let (numbers, parts, values) = state.into_payload();
    let text = json::write(&SavedState { numbers, parts });
    let SavedState { numbers, parts } = json::read(&text).expect("own JSON");
    StateDict::from_payload(numbers, parts, &values).expect("own payload")
}

/// Saves the run of a driver as it stands.
fn saved(driver: &mut Driver, host: &TestHost) -> StateDict {
    driver.save(RUN, RequestId(1));
    for _ in 0..1000 {
        if !driver.is_saving() {
            break;
        }
        pollster::block_on(driver.work());
    }
    through_messages(host.checkpoint().expect("a state"))
}

fn ended(host: &TestHost) -> Option<RunEnd> {
    host.events().into_iter().rev().find_map(|event| match event {
        Event::State { state: RunState::Ended { end }, .. } => Some(end),
        _ => None,
    })
}

/// Stops a run after each of some numbers of turns, saves and restores it; what was told before and after must be what
/// an uninterrupted run tells.
fn check_at_turns(experiment: &Experiment, turns: impl Iterator<Item = usize>) -> usize {
    let whole_host = TestHost::new(0.4);
    let mut whole = driver(&whole_host, experiment.clone());
    whole.with_run(RUN, super::super::Run::resume);
    let end = finish(&mut whole);
    let mut n_while_validating = 0;
    for turn in turns {
        let host = TestHost::new(0.4);
        let mut first = driver(&host, experiment.clone());
        first.with_run(RUN, super::super::Run::resume);
        work(&mut first, turn);
        first.with_run(RUN, super::super::Run::pause);
        let state = saved(&mut first, &host);
        n_while_validating += usize::from(state.numbers.get("run.pending") == Some(&2.0));
        let before: Vec<_> = rest(&host, 0);
        drop(first);

        let again_host = TestHost::new(0.4);
        let mut second = Driver::new(Rc::clone(&again_host) as Rc<dyn Host>);
        second.start(RUN, prepared(experiment.clone()), Some(&state)).expect("fits");
        let (_, restored) = second.progress(RUN).expect("a run");
        if let RunState::Ended { end: told } = restored {
            assert_eq!(told, end, "turn {turn}");
            assert!(!second.has_work());
        } else {
            second.with_run(RUN, super::super::Run::resume);
            assert_eq!(finish(&mut second), end, "turn {turn}");
            assert_eq!(ended(&again_host), Some(end));
        }
        let mut all = before;
        for point in rest(&again_host, 0) {
            if !all.contains(&point) {
                all.push(point);
            }
        }
        all.sort_by_key(|(split, step, _)| (*step, *split == Split::Validation));
        let expected = rest(&whole_host, 0);
        assert_eq!(all, expected, "turn {turn}: {} points of {}", all.len(), expected.len());
    }
    n_while_validating
}

#[test]
fn a_restored_run_goes_on_bit_for_bit_wherever_it_was_saved() {
    let n_while_validating = check_at_turns(&with_memory(), 1..60);
    assert!(n_while_validating > 0, "some were saved with the judgement of an epoch still to come");
}

#[test]
fn a_restored_cnn_goes_on_bit_for_bit() {
    check_at_turns(&cnn(), (2..40).step_by(7));
}

#[test]
fn a_run_that_is_over_stays_over_and_committed_ones_stay_committed() {
    let host = TestHost::new(0.01);
    let mut first = driver(&host, mlp(2));
    first.with_run(RUN, super::super::Run::resume);
    finish(&mut first);
    first.with_run(RUN, super::super::Run::commit);
    work(&mut first, 1000);
    let by_itself = host.checkpoint().expect("a state");
    assert_eq!(by_itself.numbers.get("run.committed"), Some(&1.0), "a lost worker does not lock the test set again");
    first.save(RUN, RequestId(1));
    work(&mut first, 1000);
    let state = host.checkpoint().expect("a state");
    let host = TestHost::new(0.01);
    let mut second = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    second.start(RUN, prepared(mlp(2)), Some(&state)).expect("fits");
    let steps = second.session(RUN).expect("a run").step_count();
    second.with_run(RUN, super::super::Run::resume);
    work(&mut second, 100);
    assert_eq!(second.progress(RUN), Some((steps, RunState::Ended { end: RunEnd::Finished })));
    let told = host.events().iter().filter(|e| matches!(e, Event::Committed { .. })).count();
    assert_eq!(told, 1, "the result on the test set is told again");
    assert_eq!(second.session(RUN).expect("a run").step_count(), steps, "no step beyond its end");
    second.probe(RUN, RequestId(2), Probe::Scores { split: Split::Test });
    work(&mut second, 100);
    assert!(matches!(host.events().last(), Some(Event::ProbeAnswered { .. })), "the test set stays open");
}

#[test]
fn a_finished_run_that_was_given_more_epochs_goes_on_from_its_state() {
    let host = TestHost::new(0.01);
    let mut first = driver(&host, mlp(2));
    first.with_run(RUN, super::super::Run::resume);
    finish(&mut first);
    first.save(RUN, RequestId(1));
    work(&mut first, 1000);
    let state = host.checkpoint().expect("a state");
    let steps = first.session(RUN).expect("a run").step_count();
    let mut further = mlp(2);
    further.journal.push(LiveChange { step: steps as u32, key: LiveKey::Epochs, value: 4.0 });
    let host = TestHost::new(0.01);
    let mut second = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    second.start(RUN, prepared(further), Some(&state)).expect("fits");
    assert_eq!(second.progress(RUN), Some((steps, RunState::Paused)));
    second.with_run(RUN, super::super::Run::resume);
    assert_eq!(finish(&mut second), RunEnd::Finished);
    assert_eq!(second.session(RUN).expect("a run").step_count(), 2 * steps);
}

#[test]
fn a_run_that_was_saved_while_it_was_committed_tells_the_result_wherever_that_was() {
    let mut n_while_validating = 0;
    for turn in 1..60 {
        let host = TestHost::new(0.4);
        let mut first = driver(&host, with_memory());
        first.with_run(RUN, super::super::Run::resume);
        work(&mut first, turn);
        first.with_run(RUN, super::super::Run::commit);
        let state = saved(&mut first, &host);
        n_while_validating += usize::from(state.numbers.get("run.pending") == Some(&2.0));
        let host = TestHost::new(0.4);
        let mut second = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
        second.start(RUN, prepared(with_memory()), Some(&state)).expect("fits");
        work(&mut second, 10_000);
        let told = host.events().iter().filter(|e| matches!(e, Event::Committed { .. })).count();
        assert_eq!(told, 1, "turn {turn}");
    }
    assert!(n_while_validating > 0, "some were committed with the judgement of an epoch still to come");
}

#[test]
fn a_commit_while_early_stopping_is_judged_is_answered() {
    let mut experiment = with_memory();
    experiment.training.epochs = 100;
    for turn in 1..80 {
        let host = TestHost::new(0.4);
        let mut driver = driver(&host, experiment.clone());
        driver.with_run(RUN, super::super::Run::resume);
        work(&mut driver, turn);
        driver.with_run(RUN, super::super::Run::commit);
        work(&mut driver, 10_000);
        let answers = host.events().iter().filter(|e| matches!(e, Event::Committed { .. })).count();
        assert_eq!(answers, 1, "turn {turn}");
    }
}

#[test]
fn a_state_of_another_network_is_refused() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(5));
    driver.save(RUN, RequestId(1));
    work(&mut driver, 100);
    let state = host.checkpoint().expect("a state");
    let mut other = mlp(5);
    other.network = petri_protocol::notation::parse("dense(3)-tanh-dense(2)").expect("a network");
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    assert!(driver.start(RUN, prepared(other), Some(&state)).is_err());
}
