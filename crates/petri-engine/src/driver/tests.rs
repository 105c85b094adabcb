//! Tests of the driver, with a clock of their own and all messages kept.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use petri_data::{Dataset, Part, Targets, Values, generators};
use petri_protocol::{
    Command, DataInfo, ErrorCode, Event, Experiment, LiveKey, Member, MetricPoint, ModelSpec, Probe, RequestId, RunEnd, RunId,
    RunState, SeriesId, Split, SplitSizes, Task, TensorShape, presets,
};

use super::{Driver, Host, Party, Prepare, Prepared};
use crate::device::Device;
use crate::state::StateDict;

mod saving;

/// A host whose clock goes on with each look at it.
pub(crate) struct TestHost {
    now: Cell<f64>,
    step: f64,
    heard: RefCell<Vec<(f64, Event, Vec<f32>)>>,
    fault: Cell<bool>,
}

impl TestHost {
    pub(crate) fn new(step: f64) -> Rc<Self> {
        Rc::new(Self { now: Cell::new(0.0), step, heard: RefCell::default(), fault: Cell::new(false) })
    }

    fn events(&self) -> Vec<Event> {
        self.heard.borrow().iter().map(|(_, event, _)| event.clone()).collect()
    }

    fn points(&self) -> Vec<MetricPoint> {
        let heard = self.heard.borrow();
        let points = heard.iter().filter_map(|(_, event, values)| match event {
            Event::Metrics { columns, .. } => Some(MetricPoint::decode(columns, values)),
            _ => None,
        });
        points.flatten().collect()
    }

    fn checkpoint(&self) -> Option<StateDict> {
        let heard = self.heard.borrow();
        heard.iter().rev().find_map(|(_, event, values)| match event {
            Event::Checkpoint { state, .. } => {
                Some(StateDict::from_payload(state.numbers.clone(), state.parts.clone(), values).expect("own payload"))
            }
            _ => None,
        })
    }
}

impl Host for TestHost {
    fn now_millis(&self) -> f64 {
        self.now.set(self.now.get() + self.step);
        self.now.get()
    }

    fn send(&self, event: &Event, values: &[f32]) {
        self.heard.borrow_mut().push((self.now.get(), event.clone(), values.to_vec()));
    }

    fn take_fault(&self) -> bool {
        self.fault.take()
    }
}

const RUN: RunId = RunId(1);

/// Prepares the members of a series on the CPU.
fn on_cpu() -> Prepare {
    Rc::new(|e, _, _| Box::pin(async move { Ok(prepared(e)) }))
}

fn prepared(experiment: Experiment) -> Prepared {
    let dataset = generators::generate(&experiment.data, experiment.seed).expect("generated");
    Prepared { experiment, dataset: Rc::new(dataset), device: Device::Cpu, on_gpu: false }
}

fn driver(host: &Rc<TestHost>, experiment: Experiment) -> Driver {
    let mut driver = Driver::new(Rc::clone(host) as Rc<dyn Host>);
    driver.start(RUN, prepared(experiment), None).expect("valid");
    driver
}

fn work(driver: &mut Driver, turns: usize) {
    for _ in 0..turns {
        if !driver.has_work() {
            return;
        }
        pollster::block_on(driver.work());
    }
}

/// Works until the run is over.
fn finish(driver: &mut Driver) -> RunEnd {
    for _ in 0..100_000 {
        pollster::block_on(driver.work());
        let state = driver.watched.as_ref().expect("a run").run.state();
        if let RunState::Ended { end } = state {
            work(driver, 100);
            return end;
        }
    }
    panic!("the run does not end");
}

fn mlp(epochs: usize) -> Experiment {
    let mut experiment = (presets::mlp::CARD.experiment)();
    experiment.training.epochs = epochs;
    experiment.data.n_samples = 200;
    experiment
}

/// Many images of noise, whose validation takes long.
fn many_images(n: usize) -> Prepared {
    let mut experiment = (presets::cnn::CARD.experiment)();
    experiment.data.n_samples = 500;
    experiment.training.class_weights = petri_protocol::ClassWeights::None;
    let input = TensorShape::image(1, 28, 28);
    let part = |n: usize| Part {
        n,
        inputs: Values::U8((0..n * 784).map(|i| (i * 7919 % 251) as u8).collect()),
        targets: Targets::Classes((0..n).map(|i| (i % 2) as u16).collect()),
    };
    let info = DataInfo {
        title: "noise".into(),
        source: String::new(),
        input,
        task: Task::MultiClass,
        classes: vec!["a".into(), "b".into()],
        features: vec![],
        target: String::new(),
        sizes: SplitSizes { train: 0, validation: 0, test: 0 },
        class_counts: vec![],
        notes: vec![],
    };
    let dataset = Dataset::new(info, [part(64), part(n), part(4)]);
    Prepared { experiment, dataset: Rc::new(dataset), device: Device::Cpu, on_gpu: false }
}

#[test]
fn a_run_is_validated_before_its_first_step_and_after_each_epoch() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(3));
    driver.with_run(RUN, super::Run::resume);
    assert_eq!(finish(&mut driver), RunEnd::Finished);
    let validation: Vec<u32> = host.points().iter().filter(|p| p.split == Split::Validation).map(|p| p.step).collect();
    let steps = driver.session(RUN).expect("a run").steps_per_epoch() as u32;
    assert_eq!(validation, [0, steps, 2 * steps, 3 * steps]);
    let training: Vec<u32> = host.points().iter().filter(|p| p.split == Split::Train).map(|p| p.step).collect();
    assert_eq!(training, (1..=3 * steps).collect::<Vec<_>>(), "no point is lost");
}

#[test]
fn a_pause_during_a_long_validation_is_answered_before_the_next_turn() {
    let host = TestHost::new(10.0);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    driver.start(RUN, many_images(3000), None).expect("valid");
    driver.with_run(RUN, super::Run::resume);
    // The validation before the first step is under way.
    work(&mut driver, 2);
    assert!(driver.watched.as_ref().expect("a run").run.has_work());
    assert!(host.points().is_empty(), "it is not done yet");
    driver.with_run(RUN, super::Run::pause);
    assert!(
        matches!(host.events().last(), Some(Event::State { state: RunState::Paused, .. })),
        "answered at once: {:?}",
        host.events()
    );
    // What was begun is finished, but no step is done.
    work(&mut driver, 10_000);
    assert_eq!(driver.session(RUN).expect("a run").step_count(), 0);
    assert_eq!(host.points().len(), 1);
}

#[test]
fn probes_get_their_share_and_no_more() {
    let host = TestHost::new(0.05);
    let mut driver = driver(&host, mlp(100_000));
    driver.with_run(RUN, super::Run::resume);
    let mut request = 0;
    let (mut in_run, mut whole) = (0.0, 0.0);
    for _ in 0..3000 {
        if !driver.probes.has_work() {
            request += 1;
            driver.probe(RUN, RequestId(request), Probe::Importance { split: Split::Validation });
        }
        let before = host.now.get();
        pollster::block_on(driver.work());
        let took = host.now.get() - before;
        whole += took;
        if driver.last_party == Some(Party::Run) {
            in_run += took;
        }
    }
    assert!(request > 3, "probes are answered: {request}");
    let share = in_run / whole;
    assert!((0.7..0.8).contains(&share), "three quarters are training's: {share}");
    assert!(driver.session(RUN).expect("a run").step_count() > 500, "training goes on");
}

#[test]
fn early_stopping_judges_alike_in_a_run_and_in_a_series() {
    let mut experiment = mlp(200);
    experiment.training.patience = 2;
    experiment.training.learning_rate = 0.05;
    let host = TestHost::new(0.01);
    let mut alone = driver(&host, experiment.clone());
    alone.with_run(RUN, super::Run::resume);
    let end = finish(&mut alone);
    assert!(matches!(end, RunEnd::StoppedEarly { .. }), "{end:?}");

    let host = TestHost::new(0.01);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    let member = Member { label: "a".into(), experiment, model: ModelSpec::Network };
    driver.start_series(SeriesId(1), vec![member], false, on_cpu());
    work(&mut driver, 100_000);
    let ends: Vec<Option<RunEnd>> = host
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::MemberEnded { end, .. } => Some(end),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [Some(end)]);
}

#[test]
fn a_cancelled_series_is_answered_even_when_it_is_gone() {
    let host = TestHost::new(0.01);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    driver.cancel_series(SeriesId(9));
    assert_eq!(host.events(), [Event::SeriesEnded { series: SeriesId(9), cancelled: true }]);
    let members = vec![Member { label: "a".into(), experiment: mlp(1000), model: ModelSpec::Network }; 3];
    driver.start_series(SeriesId(10), members, false, on_cpu());
    work(&mut driver, 20);
    driver.cancel_series(SeriesId(10));
    assert_eq!(host.events().last(), Some(&Event::SeriesEnded { series: SeriesId(10), cancelled: true }));
    assert!(!driver.has_work());
}

#[test]
fn a_turn_that_a_message_cuts_short_counts() {
    let host = TestHost::new(1.0);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    let member = Member { label: "a".into(), experiment: mlp(10), model: ModelSpec::Network };
    let waits: Prepare = Rc::new(|_, _, _| Box::pin(std::future::pending()));
    driver.start_series(SeriesId(1), vec![member], false, waits);
    for turns in 1..=3 {
        let mut work = Box::pin(driver.work());
        let waker = std::task::Waker::noop();
        assert!(work.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending(), "it waits for the device");
        host.now.set(100.0 * f64::from(turns));
        drop(work);
        let (party, millis) = driver.spent.get().expect("measured");
        assert!(party == Party::Series && millis > 90.0, "{party:?} {millis}");
    }
}

#[test]
fn a_gpu_fault_in_the_turn_of_a_series_leaves_the_run_alone() {
    let host = TestHost::new(0.01);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    driver.start(RUN, Prepared { on_gpu: true, ..prepared(mlp(5)) }, None).expect("valid");
    work(&mut driver, 1000);
    let member = Member { label: "a".into(), experiment: mlp(1000), model: ModelSpec::Network };
    let prepare: Prepare = Rc::new(|e, on_gpu, _| Box::pin(async move { Ok(Prepared { on_gpu, ..prepared(e) }) }));
    driver.start_series(SeriesId(1), vec![member.clone(), member], true, prepare);
    work(&mut driver, 10);
    host.fault.set(true);
    work(&mut driver, 10_000);
    assert!(driver.session(RUN).is_some(), "the run is innocent");
    let told = |e: &&Event| matches!(e, Event::Failed { run: None, error, .. } if error.code == ErrorCode::GpuUnavailable);
    assert_eq!(host.events().iter().filter(told).count(), 1, "it is said once");
    let ended = |e: &&Event| matches!(e, Event::MemberEnded { error: None, .. });
    assert_eq!(host.events().iter().filter(ended).count(), 2, "both members were trained on the CPU instead");
}

#[test]
fn a_fault_while_a_member_is_compared_is_left_to_the_comparison() {
    let host = TestHost::new(0.01);
    let mut driver = Driver::new(Rc::clone(&host) as Rc<dyn Host>);
    driver.start(RUN, Prepared { on_gpu: true, ..prepared(mlp(1000)) }, None).expect("valid");
    driver.with_run(RUN, super::Run::resume);
    work(&mut driver, 50);
    let member = Member { label: "a".into(), experiment: mlp(2), model: ModelSpec::Network };
    let (comparing, seen) = (Rc::clone(&host), Rc::new(Cell::new(false)));
    let found = Rc::clone(&seen);
    let prepare: Prepare = Rc::new(move |e, on_gpu, turn| {
        let (host, found) = (Rc::clone(&comparing), Rc::clone(&found));
        Box::pin(async move {
            host.fault.set(true);
            for _ in 0..20 {
                host.now.set(host.now.get() + 30.0);
                turn.pause().await;
            }
            found.set(host.take_fault());
            Ok(Prepared { on_gpu: on_gpu && !found.get(), ..prepared(e) })
        })
    });
    driver.start_series(SeriesId(1), vec![member], true, prepare);
    work(&mut driver, 2000);
    assert!(seen.get(), "the comparison has heard of it");
    assert!(driver.session(RUN).is_some(), "the run beside it is innocent");
}

#[test]
fn every_request_about_a_dead_run_is_answered() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(5));
    for request in 1..=3 {
        driver.probe(RUN, RequestId(request), Probe::Weights { nodes: vec!["dense1".into()] });
    }
    driver.stop();
    driver.probe(RUN, RequestId(4), Probe::Weights { nodes: vec!["dense1".into()] });
    driver.change(RUN, RequestId(5), LiveKey::LearningRate, 0.1);
    driver.save(RUN, RequestId(6));
    let answered: Vec<u32> = host
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::ProbeFailed { request, .. } | Event::Failed { request: Some(request), .. } => Some(request.0),
            _ => None,
        })
        .collect();
    assert_eq!(answered, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_test_set_is_locked_until_the_learner_commits_and_then_training_is_over() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(5));
    work(&mut driver, 100);
    driver.probe(RUN, RequestId(1), Probe::Scores { split: Split::Test });
    assert!(matches!(host.events().last(), Some(Event::ProbeFailed { .. })));
    driver.with_run(RUN, super::Run::commit);
    work(&mut driver, 100);
    assert!(host.events().iter().any(|e| matches!(e, Event::Committed { .. })));
    driver.probe(RUN, RequestId(2), Probe::Scores { split: Split::Test });
    work(&mut driver, 100);
    assert!(matches!(host.events().last(), Some(Event::ProbeAnswered { .. })));
    driver.with_run(RUN, super::Run::resume);
    driver.with_run(RUN, super::Run::step_once);
    work(&mut driver, 100);
    assert_eq!(driver.session(RUN).expect("a run").step_count(), 0);
}

#[test]
fn a_run_with_its_journal_repeats_a_run_that_was_changed_on_its_way() {
    let losses = |host: &TestHost| -> Vec<u32> { host.points().iter().map(|p| p.loss().to_bits()).collect() };
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(4));
    driver.with_run(RUN, super::Run::resume);
    work(&mut driver, 5);
    driver.change(RUN, RequestId(1), LiveKey::LearningRate, 0.2);
    finish(&mut driver);
    driver.change(RUN, RequestId(2), LiveKey::Epochs, 6.0);
    driver.with_run(RUN, super::Run::resume);
    assert_eq!(finish(&mut driver), RunEnd::Finished);
    let session = driver.session(RUN).expect("a run");
    assert_eq!(session.step_count(), 6 * session.steps_per_epoch());
    let journal = session.journal().to_vec();
    assert_eq!(journal.len(), 2);

    let again_host = TestHost::new(0.01);
    let mut again = self::driver(&again_host, Experiment { journal, ..mlp(4) });
    again.with_run(RUN, super::Run::resume);
    finish(&mut again);
    assert_eq!(losses(&host), losses(&again_host));

    // The change is felt, from the step after it on.
    let plain_host = TestHost::new(0.01);
    let mut plain = self::driver(&plain_host, mlp(4));
    plain.with_run(RUN, super::Run::resume);
    finish(&mut plain);
    let changed_at = again.session(RUN).expect("a run").journal()[0].step;
    let until = |host: &TestHost, last: u32| -> Vec<u32> {
        host.points().iter().filter(|p| p.split == Split::Train && p.step <= last).map(|p| p.loss().to_bits()).collect()
    };
    // The loss of a step is that before its update: the first one that differs is two steps on.
    assert_eq!(until(&host, changed_at + 1), until(&plain_host, changed_at + 1));
    assert_ne!(until(&host, changed_at + 2), until(&plain_host, changed_at + 2));
}

#[test]
fn an_impossible_change_is_refused() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(4));
    for (request, (key, value)) in
        [(LiveKey::LearningRate, f64::NAN), (LiveKey::LearningRate, -1.0), (LiveKey::Epochs, 2.0)].into_iter().enumerate()
    {
        driver.change(RUN, RequestId(request as u32), key, value);
        assert!(matches!(host.events().last(), Some(Event::Failed { request: Some(_), .. })), "{key:?} {value}");
    }
}

#[test]
fn commands_survive_the_message_with_a_state() {
    let from = petri_protocol::event::SavedState { numbers: [("step".to_owned(), 3.0)].into(), parts: vec![] };
    let command = Command::Start { run: RUN, experiment: Box::new(mlp(1)), decision: None, from: Some(from) };
    let text = serde_json::to_string(&command).expect("JSON");
    assert_eq!(serde_json::from_str::<Command>(&text).expect("own JSON"), command);
}

#[test]
fn the_end_of_a_single_step_is_told() {
    let host = TestHost::new(0.01);
    let mut driver = driver(&host, mlp(5));
    driver.with_run(RUN, super::Run::step_once);
    work(&mut driver, 100);
    assert_eq!(host.events().last(), Some(&Event::State { run: RUN, state: RunState::Paused, step: 1 }));
}
