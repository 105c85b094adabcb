//! Tests of the page's state: events and actions in, effects and phases out. By topic.

mod files;
mod monkey;
mod places;
mod runs;
mod settings;
mod worker;

use super::*;
use petri_protocol::event::WorkerKind;
use petri_protocol::{
    DataInfo, Event, FileRef, MetricPoint, PROTOCOL_VERSION, RunState, Split, SplitSizes, Task, TensorShape, link,
};

fn ready(worker: WorkerKind) -> Event {
    Event::Ready { protocol: PROTOCOL_VERSION, build: String::new(), worker, adapter: None }
}

/// The lab is open, its worker is being loaded.
fn model(link: &str) -> Model {
    let mut model = Model::new(link::parse(""));
    let effects = model.enter_lab(link);
    assert!(effects.contains(&Effect::Spawn { kind: WorkerKind::Cpu, past_cache: false }), "{effects:?}");
    model
}

/// The lab is open, its run is ready.
fn started(link: &str) -> Model {
    let mut model = model(link);
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(effects.iter().any(is_start), "{effects:?}");
    paused(&mut model, 0);
    model
}

/// The run of the dish that is shown is ready.
fn paused(model: &mut Model, step: usize) {
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Paused, step }, &[]);
    assert_eq!(model.phase, Phase::Paused);
}

/// The run trains and has done some steps.
fn trained(model: &mut Model, step: usize) {
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Running, step: 0 }, &[]);
    apply_points(model, run, &[point(Split::Train, step), point(Split::Validation, step)]);
    assert_eq!((model.phase, model.step), (Phase::Running, step));
}

fn point(split: Split, step: usize) -> MetricPoint {
    MetricPoint::new(split, step as u32, step as f32).with("loss", 0.5).with("accuracy", 0.75)
}

/// The worker sends points of the curves.
fn apply_points(model: &mut Model, run: RunId, points: &[MetricPoint]) -> Vec<Effect> {
    let (columns, values) = MetricPoint::encode(points);
    model.apply(Event::Metrics { run, columns }, &values)
}

/// The worker sends the result on the test set.
fn commit(model: &mut Model, run: RunId, point: MetricPoint) -> Vec<Effect> {
    let (columns, values) = MetricPoint::encode(&[point]);
    model.apply(Event::Committed { run, columns }, &values)
}

fn is_start(effect: &Effect) -> bool {
    matches!(effect, Effect::Send(Command::Start { .. }))
}

fn lesson(dish: &str) -> Place {
    Place { origin: format!("lesson / {dish}"), views: None, speed: None, needs_scores: false }
}

fn images(name: &str) -> (FileRef, DataInfo) {
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
    (FileRef { name: name.into(), fingerprint: format!("of {name}") }, info)
}

/// The learner opens a file and the worker reads it.
fn open(model: &mut Model, name: &str) -> Vec<Effect> {
    let key = model.worker.files.new_key();
    let effects = model.choose_file(key);
    let [Effect::SendFile(Command::OpenFile { request }, sent)] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(sent, key);
    let (file, info) = images(name);
    model.apply(Event::FileRead { request, file, info }, &[])
}
