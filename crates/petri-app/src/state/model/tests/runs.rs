//! Series, records, goals and the commitment to a model.

use super::*;
use petri_protocol::event::PayloadPart;
use petri_protocol::{LiveChange, LiveKey, Member, ModelSpec, RunEnd, SeriesId};

fn members(model: &Model, n: usize) -> Vec<Member> {
    let experiment = model.experiment.clone();
    petri_protocol::series::members(&[("a".into(), experiment)], &[ModelSpec::Network], n)
}

fn ended(series: SeriesId, parts: Vec<PayloadPart>) -> Event {
    Event::MemberEnded { series, member: 0, end: Some(RunEnd::Finished), error: None, parts }
}

#[test]
fn members_of_a_series_become_records_and_old_series_are_dropped() {
    let mut model = started("v=1&preset=one-neuron");
    let members = members(&model, 2);
    model.set_clock(1000);
    let effects = model.start_series(members.clone());
    assert!(matches!(effects[..], [Effect::Send(Command::StartSeries { .. })]));
    let old = model.library.series.id;
    model.start_series(members);
    assert!(model.apply(ended(old, vec![]), &[]).is_empty(), "another series is under way");
    let effects = model.apply(ended(model.library.series.id, vec![]), &[]);
    assert!(matches!(&effects[..], [Effect::StoreRun { record, .. }] if record.label == "a" && record.origin == "lab"));
    assert_eq!(model.result(petri_lesson::goal::Quantity::Runs), Some(1.0));
}

#[test]
fn importances_have_the_names_of_the_data_that_they_were_measured_on() {
    let mut model = started("v=1&preset=house-price");
    let started = model.start_series(members(&model, 1));
    assert_eq!(started.len(), 1);
    model.enter(lesson("a"), link::parse("v=1&preset=nuclei"));
    let parts = vec![PayloadPart { name: "importance".into(), shape: vec![4] }];
    let effects = model.apply(ended(model.library.series.id, parts), &[1.0, 2.0, 3.0, 4.0]);
    let [Effect::StoreRun { record, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(record.features, petri_protocol::source::house_price::FEATURES);
}

#[test]
fn runs_are_of_the_place_and_the_visit_that_made_them() {
    let mut model = started("v=1&preset=one-neuron");
    model.set_clock(1000);
    model.start_series(members(&model, 2));
    model.apply(ended(model.library.series.id, vec![]), &[]);
    assert_eq!(model.library.summary("lab").as_deref(), Some("1 of 2 runs done"));
    assert_eq!(model.library.summary("lesson / a"), None, "nothing ran there");
    let record = model.library.history.newest("lab")[0].clone();
    let earlier = RunRecord { id: 5, series: 4, origin: "lesson / a".into(), ..record };
    model.library.history.load(vec![earlier]);
    assert_eq!(model.library.summary("lesson / a").as_deref(), Some("1 run of an earlier visit"));
    assert_eq!(model.library.n_runs_of_visit("lesson / a"), 0, "they win no challenge");
}

#[test]
fn a_series_brings_the_file_that_the_worker_has_let_go() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(model.can_start_series());
    open(&mut model, "a.npz");
    paused(&mut model, 0);
    trained(&mut model, 5);
    model.enter(lesson("a"), link::parse("v=1&preset=one-neuron&data.source=file"));
    open(&mut model, "b.npz");
    model.enter_lab("");
    let effects = model.start_series(members(&model, 2));
    let [Effect::SendFile(Command::OpenFile { .. }, _), Effect::Send(Command::StartSeries { .. })] = effects[..] else {
        panic!("{effects:?}")
    };
    assert!(!model.can_start_series(), "one at a time");
    assert!(!super::model("v=1").can_start_series(), "the worker is being loaded");
}

#[test]
fn forgotten_runs_leave_no_count_behind() {
    let mut model = started("v=1&preset=one-neuron");
    model.start_series(members(&model, 1));
    model.clear_runs();
    assert!(model.library.summary("lab").is_some(), "it goes on");
    let series = model.library.series.id;
    model.apply(ended(series, vec![]), &[]);
    model.apply(Event::SeriesEnded { series, cancelled: false }, &[]);
    assert_eq!(model.library.summary("lab").as_deref(), Some("1 of 1 runs done"));
    model.clear_runs();
    assert_eq!(model.library.summary("lab"), None);
}

#[test]
fn a_series_that_nobody_works_on_can_be_cancelled() {
    let mut model = started("v=1&preset=one-neuron");
    model.start_series(members(&model, 2));
    model.on_crash(None);
    assert!(model.cancel_series().is_empty());
    assert!(!model.library.series.is_running);
}

#[test]
fn a_series_is_shown_wherever_the_learner_is_and_does_not_vanish_without_a_word() {
    let mut model = started("v=1&preset=one-neuron");
    model.start_series(members(&model, 3));
    assert_eq!(model.in_background(), None, "its page is open");
    model.leave();
    assert_eq!(model.in_background().as_deref(), Some("0 of 3 runs done in lab"));
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.in_background().as_deref(), Some("0 of 3 runs done in lab"));
    model.worker.adapter =
        Some(petri_protocol::engine_choice::Adapter { name: "a".into(), is_software: false, has_timestamps: true });
    assert!(model.set("engine", "gpu").iter().any(|e| matches!(e, Effect::Spawn { .. })), "another worker");
    assert!(!model.library.series.is_running);
    assert!(model.notices.list().iter().any(|n| n.message.contains("0 of its 3 runs")), "{:?}", model.notices);
}

#[test]
fn a_commitment_opens_the_test_set_for_this_run_only() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    assert_eq!(model.judged_split(), Split::Validation);
    assert!(model.commit().is_empty() && model.why_no_commit().is_some(), "nothing has been learned yet");
    trained(&mut model, 3);
    assert_eq!(model.commit(), [Effect::Send(Command::Commit { run })]);
    commit(&mut model, run, point(Split::Test, 3));
    assert_eq!(model.judged_split(), Split::Test);
    model.set("seed", "2");
    assert_eq!((model.judged_split(), &model.committed), (Split::Validation, &None), "another run, another lock");
    commit(&mut model, run, point(Split::Test, 3));
    assert_eq!(model.committed, None, "of a run that is not current");
}

#[test]
fn a_run_that_the_worker_has_let_go_cannot_be_committed_to() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 5 }, &[]);
    assert_eq!(model.why_no_commit(), None);
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    paused(&mut model, 0);
    trained(&mut model, 3);
    model.enter_lab("");
    assert_eq!((model.phase, model.run), (Phase::Ended(RunEnd::Finished), run), "it is found as it was left");
    assert!(model.why_no_commit().is_some_and(|why| why.contains("gone")));
    assert!(model.commit().is_empty(), "nobody would answer");
}

#[test]
fn a_goal_with_a_limit_of_epochs_is_seen_in_the_middle_of_a_message() {
    let mut model = started("v=1&preset=one-neuron");
    let point = |epoch: f32, loss: f32| MetricPoint::new(Split::Validation, epoch as u32, epoch).with("loss", loss);
    let run = model.run;
    apply_points(&mut model, run, &[point(10.0, 0.5), point(30.0, 0.05), point(90.0, 0.01)]);
    let goal = |text: &str| petri_lesson::parse::goal::read(text, 1).expect("a goal");
    assert!(model.reaches(&goal("val_loss < 0.1 and epochs <= 40")));
    assert!(!model.reaches(&goal("val_loss < 0.1 and epochs <= 20")));
    assert!(!model.reaches(&goal("val_loss < 0.001")));
}

#[test]
fn training_is_judged_as_validation_is_where_it_was_measured_so() {
    use petri_lesson::goal::Quantity;
    let mut model = started("v=1&preset=one-neuron");
    let batch = |step: u32| MetricPoint::new(Split::Train, step, step as f32 / 2.0).with("loss", 0.5).with("accuracy", 0.6);
    let whole = |epoch: u32, train: f32| {
        let point = MetricPoint::new(Split::Validation, 2 * epoch, epoch as f32).with("loss", 0.25).with("accuracy", 0.75);
        point.with("train_loss", 0.125).with("train_accuracy", train)
    };
    let run = model.run;
    apply_points(&mut model, run, &[batch(1), batch(2), point(Split::Validation, 2)]);
    assert_eq!(
        model.result(Quantity::Metric(Split::Train, "loss")),
        Some(0.5),
        "the mean of the batches where there is nothing better"
    );
    apply_points(&mut model, run, &[whole(1, 1.0), batch(3), whole(2, 0.875)]);
    assert_eq!(
        (model.result(Quantity::Metric(Split::Train, "accuracy")), model.result(Quantity::Metric(Split::Train, "loss"))),
        (Some(0.875), Some(0.125))
    );
    assert_eq!(model.result(Quantity::Gap), Some(0.125), "of the same network and the same moment");
    let goal = |text: &str| petri_lesson::parse::goal::read(text, 1).expect("a goal");
    assert!(model.reaches(&goal("gap > 0.2 and epochs <= 1")), "each epoch by its own numbers");
    assert!(!model.reaches(&goal("gap < 0.15 and epochs <= 1")));
    let record = model.record(String::new(), 1, None, 1, 1);
    assert_eq!((record.value("train_accuracy"), record.value("val_accuracy")), (Some(0.875), Some(0.75)));
    assert!(record.values.iter().all(|(name, _)| !name.starts_with("val_train")), "{:?}", record.values);
}

#[test]
fn what_the_network_can_do_now_wins_no_challenge_of_an_earlier_epoch() {
    let mut model = started("v=1&preset=nuclei");
    model.look(|l| l.needs_scores = true);
    let run = model.run;
    let batch = |step: u32, accuracy: f32| MetricPoint::new(Split::Train, step, step as f32).with("accuracy", accuracy);
    let points = [batch(5, 0.5), point(Split::Validation, 5), batch(100, 1.0), point(Split::Validation, 100)];
    model.apply(Event::State { run, state: RunState::Running, step: 0 }, &[]);
    apply_points(&mut model, run, &points);
    answer_scores(&mut model, 1e4, 100);
    let goal = |text: &str| petri_lesson::parse::goal::read(text, 1).expect("a goal");
    assert!(model.reaches(&goal("sensitivity >= 0.9")));
    assert!(!model.reaches(&goal("sensitivity >= 0.9 and epochs <= 10")), "it took a hundred epochs");
    assert!(model.reaches(&goal("train_accuracy >= 0.9")));
    assert!(!model.reaches(&goal("train_accuracy >= 0.9 and epochs <= 10")));
    assert!(model.reaches(&goal("train_accuracy < 0.6 and epochs <= 10")), "by the batches of that epoch");
    assert!(!model.reaches(&goal("gap > 0 and epochs <= 10")));
    assert!(model.reaches(&goal("n_parameters >= 1 and epochs <= 10")), "the network was the same then");
    commit(&mut model, run, MetricPoint::new(Split::Test, 100, 100.0).with("accuracy", 1.0));
    assert!(!model.reaches(&goal("test_accuracy >= 0.9 and epochs <= 10")));
}

/// The worker answers the question about the scores, where it is asked.
fn answer_scores(model: &mut Model, now: f64, step: usize) {
    for effect in model.tick(now) {
        let Effect::Send(Command::Probe { run, request, probe: petri_protocol::Probe::Scores { .. } }) = effect else {
            continue;
        };
        let parts = [("scores", vec![2, 2]), ("truth", vec![2])];
        let parts = parts.map(|(name, shape)| PayloadPart { name: name.into(), shape }).to_vec();
        let event = Event::ProbeAnswered { run, request, step, parts, range: None };
        model.apply(event, &[0.9, 0.1, 0.2, 0.8, 0.0, 1.0]);
    }
}

#[test]
fn the_test_set_wins_no_challenge_about_validation() {
    use petri_lesson::goal::Quantity;
    let mut model = started("v=1&preset=nuclei");
    model.look(|l| l.needs_scores = true);
    trained(&mut model, 5);
    answer_scores(&mut model, 1e4, 5);
    assert_eq!(model.result(Quantity::AtThreshold("sensitivity")), Some(1.0), "of the validation data");
    let run = model.run;
    commit(&mut model, run, point(Split::Test, 5));
    assert_eq!(model.scores(), None, "those of the validation data do not pass for those of the test data");
    answer_scores(&mut model, 2e4, 5);
    assert!(model.scores().is_some(), "the view shows them");
    assert_eq!(model.result(Quantity::AtThreshold("sensitivity")), None, "of the test data");
    model.rewind();
    paused(&mut model, 0);
    trained(&mut model, 5);
    assert_eq!(model.result(Quantity::AtThreshold("sensitivity")), None, "not yet asked in the new run");
}

#[test]
fn a_run_that_is_over_is_trained_further_or_over_again_but_not_silently() {
    use crate::state::status::MainButton;
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    let run = model.run;
    let ended = Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 5 };
    let is_stored = |effects: Vec<Effect>| effects.iter().any(|e| matches!(e, Effect::StoreRun { .. }));
    assert!(is_stored(model.apply(ended.clone(), &[])));
    assert!(!is_stored(model.apply(ended.clone(), &[])), "a run that is prepared again from its end is the same run");
    assert_eq!(MainButton::of(&model), MainButton::TrainFurther);
    let effects = model.press_main();
    let [Effect::Send(Command::Change { request, key: LiveKey::Epochs, value, .. }), Effect::Send(Command::Resume { .. })] =
        effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(value, 200.0, "as many again");
    let journal = vec![LiveChange { step: 5, key: LiveKey::Epochs, value }];
    model.apply(Event::Changed { run, request, journal, n_epochs: 200 }, &[]);
    model.apply(Event::State { run, state: RunState::Running, step: 5 }, &[]);
    assert_eq!(model.run, run, "it goes on where it ended");
    let mut further = model.clone();
    assert!(is_stored(further.apply(ended, &[])), "it has another end now");
    assert_eq!(model.curves.validation.len(), 1, "its curves are kept");
    let diverged = RunEnd::Diverged { step: 3 };
    model.apply(Event::State { run, state: RunState::Ended { end: diverged }, step: 3 }, &[]);
    assert_eq!(MainButton::of(&model), MainButton::StartOver, "there is nothing to go on with");
    assert!(model.press_main().iter().any(is_start));
    assert!(model.train_when_ready);
}
