//! The lab and the dishes of lessons, side by side.

use super::*;
use petri_protocol::RunEnd;

#[test]
fn a_place_brings_its_experiment_its_views_and_its_runs() {
    let mut model = started("v=1&preset=one-neuron");
    let place = Place { origin: "lesson / a".into(), views: Some(vec![]), speed: Some(5.0), needs_scores: true };
    let effects = model.enter(place, link::parse("v=1&preset=house-price"));
    assert!(effects.iter().any(is_start));
    assert!(model.views().is_empty());
    let run = model.run;
    model.apply(Event::State { run, state: RunState::Ended { end: RunEnd::Finished }, step: 9 }, &[]);
    assert_eq!(model.library.history.single("lesson / a").len(), 1);
    assert!(model.library.history.single("lab").is_empty());
    model.enter_lab("v=1&preset=one-neuron");
    assert_eq!(model.views()[0].id(), "boundary", "what suits the data");
}

#[test]
fn lab_course_lab_finds_the_run_and_lets_it_go_on() {
    let mut model = started("v=1&preset=one-neuron");
    model.set("data.noise", "0.4");
    paused(&mut model, 0);
    trained(&mut model, 7);
    let run = model.run;
    let effects = model.leave();
    assert_eq!(effects[0], Effect::Send(Command::Pause { run }), "nothing trains where nothing shows it");
    assert!(matches!(effects[1..], [Effect::Send(Command::Save { run: of, .. })] if of == run), "its state is kept: {effects:?}");
    assert!(model.tick(1000.0).is_empty(), "and nothing is asked");
    assert!(!model.enter_lab("").iter().any(is_start));
    assert_eq!((model.run, model.step, model.phase), (run, 7, Phase::Paused));
    assert_eq!(model.experiment.data.noise, 0.4);
    assert_eq!(model.train(), [Effect::Send(Command::Resume { run })]);
}

#[test]
fn a_dish_that_is_left_is_saved_once() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 7);
    // The page that opens leaves the dish at once, and comes to another one later.
    let mut effects = model.leave();
    effects.extend(model.enter_lab("v=1&preset=mlp"));
    let n = |is: fn(&Effect) -> bool| effects.iter().filter(|e| is(e)).count();
    assert_eq!(n(|e| matches!(e, Effect::Send(Command::Save { .. }))), 1, "{effects:?}");
    assert_eq!(n(|e| matches!(e, Effect::Send(Command::Pause { .. }))), 1, "{effects:?}");
}

#[test]
fn a_dish_that_is_left_right_after_train_does_not_train_on() {
    let mut model = started("v=1&preset=one-neuron");
    let run = model.run;
    assert_eq!(model.train(), [Effect::Send(Command::Resume { run })]);
    assert!(model.leave().contains(&Effect::Send(Command::Pause { run })), "although the worker has not yet answered");
}

#[test]
fn a_dish_that_gave_way_to_another_keeps_experiment_curves_and_answers() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 7);
    let run = model.run;
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    // What was under way when the dish was left still belongs to it.
    apply_points(&mut model, run, &[point(Split::Train, 8)]);
    model.apply(Event::State { run, state: RunState::Paused, step: 8 }, &[]);
    paused(&mut model, 0);
    trained(&mut model, 3);
    let effects = model.enter_lab("v=1&preset=one-neuron");
    assert!(!effects.iter().any(is_start), "its pictures stay until the learner decides: {effects:?}");
    assert_eq!((model.phase, model.step, model.curves.train.len()), (Phase::Kept, 8, 2));
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!((model.phase, model.step), (Phase::Paused, 3), "the worker still has this one");
    model.enter_lab("");
    let effects = model.train();
    assert!(effects.iter().any(is_start), "{effects:?}");
}

#[test]
fn a_dish_whose_lesson_has_changed_begins_anew() {
    let mut model = started("v=1&preset=one-neuron");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    paused(&mut model, 0);
    trained(&mut model, 3);
    let effects = model.enter(lesson("a"), link::parse("v=1&preset=mlp&seed=4"));
    assert!(effects.iter().any(is_start));
    assert_eq!((model.experiment.seed, model.step, model.curves.is_empty()), (4, 0, true));
}

#[test]
fn a_dish_where_nothing_was_trained_is_simply_prepared_again() {
    let mut model = started("v=1&preset=one-neuron");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert!(model.enter_lab("").iter().any(is_start));
}

#[test]
fn the_link_of_the_lab_is_that_of_its_edited_experiment_everywhere() {
    let mut model = started("v=1&preset=one-neuron");
    model.set("seed", "9");
    assert_eq!(model.lab_link(), "v=1&preset=one-neuron&seed=9");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.lab_link(), "v=1&preset=one-neuron&seed=9");
}

#[test]
fn the_same_link_after_edits_is_opened_and_says_what_it_ended() {
    let mut model = started("v=1&preset=one-neuron");
    model.set("seed", "9");
    paused(&mut model, 0);
    trained(&mut model, 5);
    model.enter_lab("v=1&preset=one-neuron");
    assert_eq!(model.experiment.seed, 1);
    let notice = model.notices.list()[0].clone();
    model.accept(notice.id);
    assert_eq!((model.experiment.seed, model.curves.train.len()), (9, 1), "undone");
}

#[test]
fn a_link_that_the_lab_is_at_changes_nothing() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    let run = model.run;
    assert!(model.enter_lab("v=1&preset=one-neuron").is_empty());
    assert_eq!((model.run, model.phase), (run, Phase::Running));
}

#[test]
fn few_dishes_are_kept_and_the_lab_always() {
    let mut model = started("v=1&preset=one-neuron");
    for i in 0..3 * MAX_DISHES {
        model.enter(lesson(&i.to_string()), link::parse("v=1&preset=mlp"));
    }
    assert_eq!(model.others.len(), MAX_DISHES);
    assert!(model.dish_at("lab").is_some());
    assert!(model.dish_at("lesson / 3").is_none(), "the oldest went");
}

#[test]
fn a_worker_that_ends_on_the_map_is_replaced_without_a_run() {
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 5);
    model.leave();
    model.on_crash(None);
    assert!(model.apply(ready(WorkerKind::Cpu), &[]).is_empty());
    model.enter_lab("");
    assert_eq!((model.phase, model.step), (Phase::Kept, 5));
}

/// The page is loaded again: another model, with what the tab kept.
fn loaded_again(before: &Model, link: &str, has_failed: bool) -> Model {
    let mut model = Model::loaded(&kept(before, u32::from(has_failed)));
    model.enter_lab(link);
    model
}

fn kept(before: &Model, failures: u32) -> KeptByTab {
    KeptByTab { lab: before.lab_link(), shown: before.kept_experiment(), failures }
}

#[test]
fn the_lab_is_found_after_a_reload_in_a_lesson() {
    let mut before = started("v=1&preset=one-neuron");
    before.set("seed", "9");
    before.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    let mut model = Model::loaded(&kept(&before, 0));
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.lab_link(), "v=1&preset=one-neuron&seed=9", "the link to the lab says so at once");
    model.enter_lab("");
    assert_eq!(model.experiment.seed, 9);
    let mut model = Model::loaded(&kept(&before, 0));
    model.enter_lab("v=1&preset=one-neuron&seed=4");
    assert_eq!(model.experiment.seed, 4, "a link that is opened wins");
}

#[test]
fn a_page_that_fails_again_and_again_opens_its_place_and_offers_the_experiment() {
    let mut before = started("v=1&preset=one-neuron");
    before.set("seed", "9");
    let address = before.link();
    let mut model = Model::loaded(&kept(&before, 2));
    model.enter_lab(&address);
    assert_eq!(model.experiment.seed, 1, "not what the page failed with");
    let notice = model.notices.list()[0].clone();
    model.accept(notice.id);
    assert_eq!(model.experiment.seed, 9, "unless the learner wants it");
    let mut before = started("v=1&preset=one-neuron&seed=4");
    before.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    before.set("seed", "9");
    let mut model = Model::loaded(&kept(&before, 3));
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.experiment.seed, 1);
    assert!(model.notices.list()[0].offer.is_some());
    assert_eq!(model.lab_link(), "v=1&preset=one-neuron&seed=4", "the lab did not fail");
    let mut model = Model::loaded(&kept(&before, 4));
    assert_eq!((model.experiment.seed, model.kept_lab()), (1, None), "or perhaps it did: it is not opened, nor lost");
    model.enter_lab("");
    model.set("seed", "12");
    assert!(model.kept_lab().is_some_and(|link| link.contains("seed=12")), "until there is another one");
}

#[test]
fn an_experiment_that_waits_to_be_opened_all_the_same_is_not_lost_meanwhile() {
    let mut before = started("v=1&preset=one-neuron");
    before.set("seed", "9");
    let tab = kept(&before, 2);
    let mut model = Model::loaded(&tab);
    model.enter_lab("");
    assert_eq!((model.kept_experiment(), model.kept_lab()), (tab.shown.clone(), None), "what the tab has stays");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert!(model.kept_experiment().starts_with("lesson / a") && model.kept_lab().is_none());
    model.enter_lab("");
    let mut other = model.clone();
    model.accept(model.notices.list()[0].id);
    assert_eq!(model.kept_lab().as_deref(), Some("v=1&preset=one-neuron&seed=9"));
    other.set("seed", "4");
    assert_eq!(other.kept_lab().as_deref(), Some("v=1&preset=one-neuron&seed=4"), "the learner went on with another one");
    assert!(other.kept_experiment().ends_with("seed=4"));
    other.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    other.enter_lab("");
    assert!(other.notices.list().is_empty() && other.experiment.seed == 4, "it is offered until then, and no longer");
}

#[test]
fn who_asks_for_the_dish_that_is_shown_gets_its_own_data_back() {
    let mut model = started("v=1&preset=one-neuron");
    let home = link::parse("v=1&preset=one-neuron&data.noise=1");
    model.enter(lesson("a"), home.clone());
    paused(&mut model, 0);
    model.set("data.source", "circles");
    paused(&mut model, 0);
    trained(&mut model, 5);
    model.enter_lab("");
    model.enter(lesson("a"), home.clone());
    assert!(!model.has_own_data(), "it is found as it was left");
    assert!(model.enter(lesson("a"), home.clone()).iter().any(is_start));
    assert_eq!((model.experiment.clone(), model.has_own_data()), (home.experiment, true));
    let undo = model.notices.list().iter().find(|n| n.offer.is_some()).expect("a way back").id;
    model.accept(undo);
    assert!(!model.has_own_data());
}

#[test]
fn parts_of_a_link_that_are_not_understood_are_named_although_the_rest_is_there_already() {
    let mut model = started("v=1&preset=one-neuron");
    assert!(model.enter_lab("v=1&preset=one-neuron&training.momentun=0.9").is_empty());
    assert!(model.notices.list()[0].message.contains("not understood"), "{:?}", model.notices);
    let mut model = Model::new(link::parse(""));
    model.enter_lab(&format!("{}&what=7", model.lab_link()));
    assert_eq!(model.notices.list().len(), 1);
}

#[test]
fn a_reload_brings_the_experiment_back_and_says_that_its_run_is_gone() {
    let mut before = started("v=1&preset=one-neuron&seed=7");
    assert!(loaded_again(&before, "v=1&preset=one-neuron&seed=7", false).notices.list().is_empty(), "nothing is lost");
    before.steps_per_epoch = 2;
    trained(&mut before, 5);
    let model = loaded_again(&before, "v=1&preset=one-neuron&seed=7", false);
    assert_eq!(model.experiment.seed, 7);
    assert!(model.notices.list()[0].message.contains("The run of 2.5 epochs is not."), "{:?}", model.notices);
    let model = loaded_again(&before, "v=1&preset=mlp", false);
    assert!(model.notices.list().is_empty(), "another link is another experiment");
}

#[test]
fn after_a_failure_of_the_page_the_experiment_of_a_lesson_is_back_too() {
    let mut before = started("v=1&preset=one-neuron");
    before.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    before.set("seed", "9");
    let mut model = Model::loaded(&kept(&before, 1));
    model.enter(lesson("b"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.experiment.seed, 1, "another dish");
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.experiment.seed, 9);
    assert!(model.notices.list()[0].message.contains("after a failure"));
    let mut model = Model::loaded(&kept(&before, 0));
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.experiment.seed, 1, "a plain reload begins a lesson as it is written");
    Model::loaded(&KeptByTab { lab: "nonsense".into(), shown: "nonsense".into(), failures: 1 });
}

#[test]
fn who_wants_it_fast_gets_it_fast_in_the_next_dish() {
    use crate::state::speed::Speed;
    let mut model = started("v=1&preset=one-neuron");
    assert_eq!(model.speed, Speed::Watchable);
    model.set_speed(Speed::Fast);
    model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    assert_eq!(model.speed, Speed::Fast);
    model.enter(Place { speed: Some(5.0), ..lesson("b") }, link::parse("v=1&preset=mlp"));
    assert_eq!(model.speed, Speed::Steps(5.0), "what the lesson wants");
}

#[test]
fn a_dish_whose_place_was_taken_goes_on_from_its_state() {
    use petri_protocol::event::SavedState;
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 7);
    let run = model.run;
    let effects = model.enter(lesson("a"), link::parse("v=1&preset=mlp"));
    let request = effects.iter().find_map(|e| match e {
        Effect::Send(Command::Save { run: of, request }) if *of == run => Some(*request),
        _ => None,
    });
    let state = SavedState { numbers: [("step".to_owned(), 7.0)].into(), parts: vec![] };
    model.apply(Event::Checkpoint { run, request, step: 7, state: state.clone() }, &[1.0, 2.0]);
    paused(&mut model, 0);
    trained(&mut model, 3);
    let effects = model.enter_lab("");
    let start = effects.iter().find_map(|e| match e {
        Effect::SendState(Command::Start { from, .. }, values) => Some((from.clone(), values.to_vec())),
        _ => None,
    });
    assert_eq!(start, Some((Some(state), vec![1.0, 2.0])), "{effects:?}");
    assert_eq!(model.curves.train.len(), 1, "the curve up to there is kept");
    model.rewind();
    assert!(model.resumable().is_none(), "from the beginning means from the beginning");
}

#[test]
fn a_lost_gpu_goes_on_from_the_last_state_on_the_processor() {
    use petri_protocol::event::SavedState;
    use petri_protocol::{ErrorCode, WireError};
    let mut model = started("v=1&preset=one-neuron");
    trained(&mut model, 7);
    let run = model.run;
    let state = SavedState { numbers: [("step".to_owned(), 6.0)].into(), parts: vec![] };
    model.apply(Event::Checkpoint { run, request: None, step: 6, state }, &[1.0]);
    let error = WireError::new(ErrorCode::GpuLost, "lost");
    let effects = model.apply(Event::Failed { run: Some(run), request: None, error }, &[]);
    assert_eq!(effects, [Effect::Spawn { kind: WorkerKind::Cpu, past_cache: false }]);
    let effects = model.apply(ready(WorkerKind::Cpu), &[]);
    assert!(effects.iter().any(|e| matches!(e, Effect::SendState(Command::Start { from: Some(_), .. }, _))), "{effects:?}");
    let (run, step) = (model.run, 6);
    let effects = model.apply(Event::State { run, state: RunState::Paused, step }, &[]);
    assert_eq!(effects, [Effect::Send(Command::Resume { run })], "it trains by itself");
    assert_eq!(model.step, 6);
}

#[test]
fn the_views_of_the_lab_travel_in_its_link() {
    let mut model = started("v=1&preset=one-neuron&views=boundary,surface");
    let ids = |model: &Model| model.views().iter().map(|v| v.id()).collect::<Vec<_>>();
    assert_eq!(ids(&model), ["boundary", "surface"]);
    let effects = model.look(|l| l.views = Some(vec![crate::view::find("loss").expect("a view")]));
    assert!(effects.contains(&Effect::WriteLink));
    assert_eq!(model.lab_link(), "v=1&preset=one-neuron&views=loss");
    // Another link of the same experiment, as from the history of the browser.
    model.enter_lab("v=1&preset=one-neuron&views=accuracy");
    assert_eq!(ids(&model), ["accuracy"]);
    // A link that says nothing of them leaves what is open, and another place does not inherit it.
    model.enter_lab("v=1&preset=one-neuron&seed=4");
    assert_eq!((ids(&model), model.experiment.seed), (vec!["accuracy"], 4));
    model.enter(lesson("a"), link::parse("v=1&preset=one-neuron"));
    model.enter_lab("v=1&preset=mlp");
    assert!(ids(&model).contains(&"boundary") && model.lab_link() == "v=1&preset=mlp");
    let again = loaded_again(&started("v=1&preset=one-neuron&views=loss"), "", false);
    assert_eq!(ids(&again), ["loss"], "as it was before the reload");
    model.enter_lab("v=1&preset=mlp&views=bondary");
    assert!(model.notices.list().last().is_some_and(|n| n.details == ["unknown view \"bondary\""]));
}
