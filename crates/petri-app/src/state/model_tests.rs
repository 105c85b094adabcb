//! Tests of the lab's state: events in, effects and phases out.

use super::*;
use petri_protocol::event::WorkerKind;
use petri_protocol::{ErrorCode, Event, FileRef, PROTOCOL_VERSION, RunState, Split, SplitSizes, Task, TensorShape, WireError};

fn ready(worker: WorkerKind) -> Event {
    Event::Ready { protocol: PROTOCOL_VERSION, build: String::new(), worker, adapter: None }
}

fn model(link: &str) -> Model {
    let mut model = Model::new(link::parse(link));
    assert!(matches!(model.begin()[..], [Effect::Spawn { kind: WorkerKind::Cpu, .. }]));
    model
}

fn started(link: &str) -> Model {
    let mut model = model(link);
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(matches!(effects[..], [Effect::Send(Command::Start { .. })]), "{effects:?}");
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Paused, step: 0 }, &[]);
    assert_eq!(model.phase, Phase::Paused);
    model
}

fn apply_points(model: &mut Model, run: RunId, points: &[MetricPoint]) {
    let (columns, values) = MetricPoint::encode(points);
    model.apply(Event::Metrics { run, columns }, &values);
}

fn file() -> (FileRef, DataInfo) {
    let info = DataInfo {
        title: "t".into(),
        source: String::new(),
        input: TensorShape::image(3, 28, 28),
        task: Task::MultiClass,
        classes: (0..8).map(|i| i.to_string()).collect(),
        features: vec![],
        target: String::new(),
        sizes: SplitSizes { train: 10, validation: 10, test: 10 },
        class_counts: vec![1; 8],
        notes: vec![],
    };
    (FileRef { name: "bloodmnist.npz".into(), fingerprint: "ff".into() }, info)
}

#[test]
fn nothing_is_sent_before_the_worker_is_ready() {
    let mut model = model("v=1&preset=one-neuron");
    assert!(model.train().is_empty());
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(matches!(effects[..], [Effect::Send(Command::Start { .. })]));
    let run = model.run;
    let effects = model.apply(Event::State { run, state: RunState::Paused, step: 0 }, &[]);
    assert_eq!(effects, [Effect::Send(Command::Resume { run })], "the press on Train was not forgotten");
}

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
fn the_learning_rate_changes_live_and_other_settings_begin_anew() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    let effects = model.set("training.learning_rate", "0.5");
    assert_eq!(effects[0], Effect::Send(Command::SetLearningRate { run, value: 0.5 }));
    assert_eq!(model.run, run);
    let effects = model.set("training.batch_size", "16");
    assert!(effects.iter().any(|e| matches!(e, Effect::Send(Command::Start { .. }))));
}

#[test]
fn problems_stop_the_start_and_mending_them_starts() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(!model.set("training.batch_size", "0").iter().any(|e| matches!(e, Effect::Send(_))));
    assert_eq!(model.phase, Phase::Incomplete);
    assert_eq!(model.problems()[0].field, "training.batch_size");
    model.set("training.batch_size", "8");
    assert_eq!(model.phase, Phase::Preparing);
}

#[test]
fn a_crash_keeps_the_curves_and_starts_a_new_worker() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    let point = MetricPoint::new(Split::Train, 1, 0.1).with("loss", 1.0).with("accuracy", 0.5);
    apply_points(&mut model, run, &[point.clone()]);
    let crash = WireError::new(ErrorCode::WorkerCrashed, "boom");
    let effects = model.apply(Event::Failed { run: None, request: None, error: crash.clone() }, &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Cpu, .. }]));
    assert_eq!(model.curves.train.len(), 1);
    assert_eq!(model.notices.list().len(), 1);
    model.apply(ready(WorkerKind::Cpu), &[]);
    assert_eq!(model.phase, Phase::Preparing);
    assert_eq!(model.curves.train.len(), 1, "kept until the new run trains");
    let run = model.run;
    apply_points(&mut model, run, &[point.clone()]);
    assert_eq!((model.curves.run, model.curves.train.len()), (run, 1));
}

#[test]
fn a_worker_that_never_comes_up_is_not_tried_for_ever() {
    let mut model = model("v=1&preset=one-neuron");
    assert!(model.on_crash(None).is_empty());
    assert_eq!(model.phase, Phase::Failed);
    assert!(matches!(model.train()[..], [Effect::Spawn { .. }]), "but the learner may try again");
}

#[test]
fn a_forced_gpu_loads_the_large_worker_and_a_lost_one_falls_back() {
    let mut model = model("v=1&preset=one-neuron&engine=gpu");
    let adapter = Some(Adapter { name: "a".into(), is_software: true, has_timestamps: true });
    let event = |worker| Event::Ready { protocol: PROTOCOL_VERSION, build: String::new(), worker, adapter: adapter.clone() };
    let effects = model.apply(event(WorkerKind::Cpu), &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Gpu, .. }]));
    let effects = model.apply(event(WorkerKind::Gpu), &[]);
    assert!(matches!(&effects[..], [Effect::Send(Command::Start { decision: Some(d), .. })] if d.engine == Engine::Gpu));
    let lost = WireError::new(ErrorCode::GpuLost, "lost");
    let effects = model.apply(Event::Failed { run: Some(model.run), request: None, error: lost }, &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Cpu, .. }]));
    let effects = model.apply(event(WorkerKind::Cpu), &[]);
    assert!(matches!(&effects[..], [Effect::Send(Command::Start { decision: Some(d), .. })] if d.engine == Engine::Cpu));
}

#[test]
fn a_file_is_used_at_once_and_the_network_adapts() {
    let mut model = started("v=1&preset=one-neuron");
    let effects = model.choose_file();
    let [Effect::SendFile(Command::OpenFile { request })] = effects[..] else { panic!("{effects:?}") };
    let (file, info) = file();
    let effects = model.apply(Event::FileRead { request, file: file.clone(), info }, &[]);
    assert!(effects.iter().any(|e| matches!(e, Effect::Send(Command::Start { .. }))), "{effects:?}");
    assert_eq!(model.experiment.data.file, Some(file));
    assert!(model.problems().is_empty());
}

#[test]
fn a_bad_file_changes_nothing() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    let effects = model.choose_file();
    let [Effect::SendFile(Command::OpenFile { request })] = effects[..] else { panic!("{effects:?}") };
    let error = WireError::new(ErrorCode::BadFile, "no zip");
    assert!(model.apply(Event::Failed { run: None, request: Some(request), error }, &[]).is_empty());
    assert_eq!((model.run, model.phase), (run, Phase::Paused));
    assert_eq!(model.notices.list()[0].message, "no zip");
}

#[test]
fn another_version_is_fetched_past_the_cache_once() {
    let mut model = model("v=1");
    let other = Event::Ready { protocol: 999, build: String::new(), worker: WorkerKind::Cpu, adapter: None };
    assert!(matches!(model.apply(other.clone(), &[])[..], [Effect::Spawn { past_cache: true, .. }]));
    assert!(model.apply(other, &[]).is_empty());
    assert_eq!(model.phase, Phase::Failed);
}

#[test]
fn members_of_a_series_become_records_and_old_series_are_dropped() {
    let mut model = started("v=1&preset=one-neuron");
    let experiment = model.experiment.clone();
    let members = petri_protocol::series::members(&[("a".into(), experiment)], &[petri_protocol::ModelSpec::Network], 2);
    model.set_clock(1000);
    let effects = model.start_series(members.clone());
    assert!(matches!(effects[..], [Effect::Send(Command::StartSeries { .. })]));
    let old = model.series.id;
    model.start_series(members);
    let ended = |series| Event::MemberEnded { series, member: 0, end: Some(RunEnd::Finished), error: None, parts: vec![] };
    assert!(model.apply(ended(old), &[]).is_empty(), "another series is under way");
    let effects = model.apply(ended(model.series.id), &[]);
    assert!(matches!(&effects[..], [Effect::StoreRun { record, .. }] if record.label == "a" && record.origin == "lab"));
    assert_eq!(model.result(crate::lesson::goal::Quantity::Runs), Some(1.0));
}

#[test]
fn a_commitment_opens_the_test_set_for_this_run_only() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    assert_eq!(model.judged_split(), Split::Validation);
    assert_eq!(model.commit(), [Effect::Send(Command::Commit { run })]);
    let point = MetricPoint::new(Split::Test, 3, 0.0).with("accuracy", 0.75);
    let (columns, values) = MetricPoint::encode(&[point.clone()]);
    model.apply(Event::Committed { run, columns }, &values);
    assert_eq!(model.judged_split(), Split::Test);
    model.set("seed", "2");
    assert_eq!((model.judged_split(), &model.committed), (Split::Validation, &None), "another run, another lock");
    let (columns, values) = MetricPoint::encode(&[point.clone()]);
    model.apply(Event::Committed { run, columns }, &values);
    assert_eq!(model.committed, None, "of a run that is not current");
}

#[test]
fn weights_set_by_hand_go_with_the_network_they_belong_to() {
    let mut model = started("v=1&preset=one-neuron");
    let weight = petri_protocol::ParameterRef { node: "dense1".into(), part: petri_protocol::TensorPart::Weight, index: 1 };
    model.set_weight(&weight, -2.0);
    assert_eq!(model.experiment.weights["dense1"].weight[&1], -2.0);
    assert!(model.problems().is_empty());
    model.set("training.batch_size", "8");
    assert_eq!(model.experiment.weights.len(), 1, "other settings leave them");
    model.set("network", "dense(3)-tanh-dense(1)-sigmoid");
    assert!(model.experiment.weights.is_empty());
}

#[test]
fn a_place_brings_its_experiment_its_views_and_its_runs() {
    let mut model = started("v=1&preset=one-neuron");
    let place = Place { origin: "lesson / a".into(), views: Some(vec![]), speed: Some(5.0), needs_scores: true };
    let effects = model.enter(place, link::parse("v=1&preset=house-price"));
    assert!(effects.iter().any(|e| matches!(e, Effect::Send(Command::Start { .. }))));
    assert!(model.views().is_empty());
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 9 }, &[]);
    assert_eq!(model.history.single("lesson / a").len(), 1);
    assert!(model.history.single("lab").is_empty());
    model.enter(Place::lab(), link::parse("v=1&preset=one-neuron"));
    assert_eq!(model.views()[0], crate::state::views::View::Boundary, "what suits the data");
}

#[test]
fn another_target_brings_a_loss_and_a_network_that_fit() {
    let mut model = started("v=1&preset=nuclei");
    model.set("data.target", "mean radius");
    assert!(model.problems().is_empty(), "{:?}", model.problems());
    assert_eq!(model.experiment.training.loss, petri_protocol::LossSpec::MeanSquaredError);
    model.set("data.source", "clusters");
    assert!(model.problems().is_empty(), "{:?}", model.problems());
    assert!(model.experiment.data.target.is_empty());
}

#[test]
fn a_goal_with_a_limit_of_epochs_is_seen_in_the_middle_of_a_message() {
    let mut model = started("v=1&preset=one-neuron");
    let point = |epoch: f32, loss: f32| MetricPoint::new(Split::Validation, epoch as u32, epoch).with("loss", loss);
    let run = model.run;
    apply_points(&mut model, run, &[point(10.0, 0.5), point(30.0, 0.05), point(90.0, 0.01)]);
    let goal = |text: &str| crate::lesson::goal::read(text, 1).expect("a goal");
    assert!(model.reaches(&goal("val_loss < 0.1 and epochs <= 40")));
    assert!(!model.reaches(&goal("val_loss < 0.1 and epochs <= 20")));
    assert!(!model.reaches(&goal("val_loss < 0.001")));
}
