//! Files that the learner opens, in the lab and in a lesson.

use super::*;
use crate::state::notice::Offer;
use petri_protocol::{DataSource, ErrorCode, WireError};

#[test]
fn a_file_is_used_at_once_and_the_network_adapts() {
    let mut model = started("v=1&preset=one-neuron");
    let effects = open(&mut model, "bloodmnist.npz");
    assert!(effects.iter().any(is_start), "{effects:?}");
    assert_eq!(model.experiment.data.file, Some(images("bloodmnist.npz").0));
    assert!(model.problems().is_empty());
}

#[test]
fn a_bad_file_changes_nothing_and_is_forgotten_with_the_next_good_one() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    let key = model.worker.files.new_key();
    let effects = model.choose_file(key);
    let [Effect::SendFile(Command::OpenFile { request }, _)] = effects[..] else { panic!("{effects:?}") };
    let error = WireError::new(ErrorCode::BadFile, "no zip");
    assert!(model.apply(Event::Failed { run: None, request: Some(request), error }, &[]).is_empty());
    assert_eq!((model.run, model.phase), (run, Phase::Paused));
    assert_eq!(model.notices.list()[0].message, "no zip");
    assert!(!model.notices.list()[0].advice.contains("still there"), "there was no file before");
    open(&mut model, "bloodmnist.npz");
    assert!(model.notices.list().is_empty());
}

#[test]
fn a_file_dropped_on_a_lesson_leaves_its_dish_alone_and_is_offered_to_the_lab() {
    let mut model = started("v=1&preset=one-neuron");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    paused(&mut model, 0);
    let run = model.run;
    assert!(open(&mut model, "bloodmnist.npz").is_empty());
    assert_eq!((model.run, model.experiment.data.source), (run, DataSource::Spirals));
    assert!(model.has_own_data());
    let notice = model.notices.list()[0].clone();
    assert!(matches!(notice.offer, Some(Offer::OpenInLab(_))), "{notice:?}");
    let effects = model.accept(notice.id);
    assert!(effects.iter().any(|e| matches!(e, Effect::Go(Route::Lab { .. }))), "{effects:?}");
    assert_eq!((model.origin.as_str(), model.experiment.data.source), ("lab", DataSource::File));
}

#[test]
fn other_data_in_a_dish_are_not_its_own() {
    let mut model = started("v=1&preset=one-neuron");
    model.enter(lesson("a"), link::parse("v=1&preset=one-neuron&data.source=circles"));
    assert!(model.has_own_data());
    model.set("data.n_samples", "100");
    model.set("data.validation_fraction", "0.5");
    assert!(model.has_own_data(), "more samples may be what a task asks for");
    for (key, other, own) in
        [("data.noise", "0.01", "0.2"), ("data.balance", "0.4", "0.5"), ("data.source", "clusters", "circles")]
    {
        model.set(key, other);
        assert!(!model.has_own_data(), "{key}");
        model.set(key, own);
        assert!(model.has_own_data(), "{key}");
    }
}

#[test]
fn the_file_of_a_dish_goes_to_a_worker_that_holds_another_one() {
    let mut model = started("v=1&preset=one-neuron");
    open(&mut model, "blood.npz");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    paused(&mut model, 0);
    open(&mut model, "breast.npz");
    let effects = model.enter_lab("");
    assert_eq!(model.used_file().map(|f| f.file.name.as_str()), Some("blood.npz"), "its own, not the newest");
    let sent = effects.iter().find_map(|e| match e {
        Effect::SendFile(Command::OpenFile { request }, _) => Some(*request),
        _ => None,
    });
    let request = sent.expect("the worker holds the other file");
    assert!(effects.iter().any(is_start));
    let (file, info) = images("blood.npz");
    assert!(model.apply(Event::FileRead { request, file, info }, &[]).is_empty(), "the run was sent behind it");
}

#[test]
fn a_new_worker_gets_the_file_again() {
    let mut model = started("v=1&preset=one-neuron");
    open(&mut model, "blood.npz");
    paused(&mut model, 0);
    model.on_crash(None);
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(matches!(effects[..], [Effect::SendFile(..), Effect::Send(Command::Start { .. }), ..]), "{effects:?}");
}

#[test]
fn other_data_are_shown_without_the_file() {
    let mut model = started("v=1&preset=one-neuron");
    open(&mut model, "blood.npz");
    model.set("data.source", "circles");
    assert!(model.used_file().is_none());
    model.set("data.source", "file");
    assert_eq!(model.used_file().map(|f| f.file.name.as_str()), Some("blood.npz"), "it is still there");
}

#[test]
fn a_file_with_another_kind_of_problem_brings_the_preset_for_it() {
    let mut model = started("v=1&preset=unet-mini&seed=5");
    assert_eq!(model.experiment.training.batch_size, 4);
    assert!(model.summary().contains("cell or background"));
    open(&mut model, "pneumonia.npz");
    assert_eq!((model.preset.as_str(), model.experiment.training.batch_size), ("cnn", 32));
    assert_eq!(model.experiment.seed, 5, "what is not about the data stays");
    assert!(model.problems().is_empty(), "{:?}", model.problems());
    model.set("training.batch_size", "64");
    open(&mut model, "blood.npz");
    assert_eq!(model.experiment.training.batch_size, 64, "the same kind of problem: the learner's settings stay");
}

#[test]
fn the_summary_is_about_the_data_that_are_there() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(model.summary().contains("sigmoid neuron"));
    model.set("data.source", "cells");
    assert_eq!(model.summary(), "Drawn cells: 400 samples of 64×64 pixels.");
}
