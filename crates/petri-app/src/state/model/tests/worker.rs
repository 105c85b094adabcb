//! The worker: it speaks first, it may die, it may be of another version.

use super::*;
use petri_protocol::engine_choice::{Adapter, Engine};
use petri_protocol::{ErrorCode, WireError};

fn crash() -> Event {
    Event::Failed { run: None, request: None, error: WireError::new(ErrorCode::WorkerCrashed, "boom") }
}

#[test]
fn nothing_is_sent_before_the_worker_is_ready() {
    let mut model = model("v=1&preset=mlp");
    assert!(model.train().is_empty());
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(effects.iter().any(is_start));
    let run = model.run;
    let effects = model.apply(Event::State { run, state: RunState::Paused, step: 0 }, &[]);
    assert_eq!(effects, [Effect::Send(Command::Resume { run })], "the press on Train was not forgotten");
}

#[test]
fn a_crash_keeps_the_curves_and_starts_a_new_worker() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 1);
    let effects = model.apply(crash(), &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Cpu, .. }]));
    assert_eq!(model.curves.train.len(), 1);
    assert_eq!(model.notices.list().len(), 1);
    model.apply(ready(WorkerKind::Cpu), &[]);
    assert_eq!(model.phase, Phase::Preparing);
    assert_eq!(model.curves.train.len(), 1, "kept until the new run trains");
    let run = model.run;
    apply_points(&mut model, run, &[point(Split::Train, 1)]);
    assert_eq!((model.curves.run, model.curves.train.len()), (run, 1));
    assert!(model.notices.list().is_empty(), "training goes on: the crash is over");
}

#[test]
fn a_worker_that_never_comes_up_is_not_tried_for_ever() {
    let mut model = model("v=1&preset=one-neuron");
    assert!(model.on_crash(None).is_empty());
    assert_eq!(model.phase, Phase::Failed);
    assert!(matches!(model.train()[..], [Effect::Spawn { .. }]), "but the learner may try again");
}

#[test]
fn a_worker_that_dies_while_it_prepares_is_started_twice_and_then_on_demand() {
    let mut model = model("v=1&preset=one-neuron");
    model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(matches!(model.apply(crash(), &[])[..], [Effect::Spawn { .. }]), "once may be bad luck");
    model.apply(ready(WorkerKind::Cpu), &[]);
    assert_eq!(model.phase, Phase::Preparing);
    assert!(model.apply(crash(), &[]).is_empty(), "twice is a pattern");
    assert_eq!(model.phase, Phase::Failed);
    let notice = model.notices.list().last().cloned().expect("it says so");
    assert_eq!(model.notices.list().len(), 1, "once");
    assert!(matches!(model.accept(notice.id)[..], [Effect::Spawn { .. }]), "a button tries again");
    model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(matches!(model.apply(crash(), &[])[..], [Effect::Spawn { .. }]), "the count begins anew");
}

#[test]
fn trying_again_keeps_the_curves_and_is_about_the_dish_that_failed() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    model.apply(crash(), &[]);
    model.apply(ready(WorkerKind::Cpu), &[]);
    model.apply(crash(), &[]);
    let notice = model.notices.list()[0].clone();
    let mut elsewhere = model.clone();
    elsewhere.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert!(elsewhere.notices.list().iter().all(|n| n.id != notice.id), "{:?}", elsewhere.notices);
    assert!(matches!(model.accept(notice.id)[..], [Effect::Spawn { .. }]));
    assert_eq!(model.curves.train.len(), 1);
}

#[test]
fn what_trains_again_by_itself_asks_for_no_press_on_train() {
    use petri_protocol::event::SavedState;
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 7);
    let lost = |run| Event::Failed { run: Some(run), request: None, error: WireError::new(ErrorCode::GpuLost, "lost") };
    let mut without = model.clone();
    without.apply(lost(without.run), &[]);
    assert!(without.notices.list()[0].advice.contains("Press Train"), "{:?}", without.notices);
    let (run, state) = (model.run, SavedState { numbers: [("step".to_owned(), 6.0)].into(), parts: vec![] });
    model.apply(Event::Checkpoint { run, request: None, step: 6, state }, &[1.0]);
    model.apply(lost(run), &[]);
    let advice = &model.notices.list()[0].advice;
    assert!(advice.contains("by itself") && !advice.contains("Press"), "{advice}");
}

#[test]
fn a_worker_that_dies_at_a_question_is_not_started_for_ever_either() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(matches!(model.apply(crash(), &[])[..], [Effect::Spawn { .. }]));
    model.apply(ready(WorkerKind::Cpu), &[]);
    paused(&mut model, 0);
    assert!(model.apply(crash(), &[]).is_empty(), "prepared, but nothing was trained between the two");
}

#[test]
fn a_forced_gpu_loads_the_large_worker_and_a_lost_one_falls_back() {
    let mut model = model("v=1&preset=one-neuron&engine=gpu");
    let adapter = Some(Adapter { name: "a".into(), is_software: true, has_timestamps: true });
    let event = |worker| Event::Ready { protocol: PROTOCOL_VERSION, build: String::new(), worker, adapter: adapter.clone() };
    let effects = model.apply(event(WorkerKind::Cpu), &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Gpu, .. }]));
    let effects = model.apply(event(WorkerKind::Gpu), &[]);
    assert!(matches!(&effects[..], [Effect::Send(Command::Start { decision: Some(d), .. }), ..] if d.engine == Engine::Gpu));
    let lost = WireError::new(ErrorCode::GpuLost, "lost");
    let effects = model.apply(Event::Failed { run: Some(model.run), request: None, error: lost }, &[]);
    assert!(matches!(effects[..], [Effect::Spawn { kind: WorkerKind::Cpu, .. }]));
    let effects = model.apply(event(WorkerKind::Cpu), &[]);
    assert!(matches!(&effects[..], [Effect::Send(Command::Start { decision: Some(d), .. }), ..] if d.engine == Engine::Cpu));
}

#[test]
fn another_version_is_fetched_past_the_cache_once() {
    let mut model = model("v=1");
    let other = Event::Ready { protocol: 999, build: String::new(), worker: WorkerKind::Cpu, adapter: None };
    assert!(matches!(model.apply(other.clone(), &[])[..], [Effect::Spawn { past_cache: true, .. }]));
    assert!(model.apply(other, &[]).is_empty());
    assert_eq!(model.phase, Phase::Failed);
}
