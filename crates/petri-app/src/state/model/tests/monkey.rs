//! Random clicks, values and messages, always the same ones: nothing panics, and the state stays one that the page can
//! show and the learner can leave.

use super::*;
use crate::state::speed::CHOICES;
use crate::state::status::{MainButton, status};
use crate::view::parameters::Pick;
use petri_protocol::event::PayloadPart;
use petri_protocol::{ErrorCode, RunEnd, WireError, presets, setting};

/// Actions in all.
const ACTIONS: usize = 2400;

/// What people type, and what links may hold.
const VALUES: [&str; 24] = [
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7",
    "0.05",
    "0.5",
    "1e308",
    "-1e308",
    "NaN",
    "inf",
    "",
    " ",
    "abc",
    "99999999999",
    "18446744073709551615",
    "[]",
    "null",
    "true",
    "dense(1)-sigmoid",
    "dense(600)-relu-dense(2)",
    "conv(2,3)-relu",
    "dense(2)",
];

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// The worker answers what it was sent, or dies.
fn answer(model: &mut Model, dice: &mut Dice, effects: Vec<Effect>) -> Vec<Effect> {
    let mut next = Vec::new();
    for effect in effects {
        match effect {
            Effect::Spawn { .. } if dice.roll(8) == 0 => next.extend(model.on_crash(None)),
            Effect::Spawn { kind, .. } => next.extend(model.apply(ready(kind), &[])),
            Effect::Send(Command::Start { run, .. }) if dice.roll(6) > 0 => {
                next.extend(model.apply(Event::State { run, state: RunState::Paused, step: 0 }, &[]));
            }
            Effect::Send(Command::Start { run, .. }) => {
                let code = *dice.pick(&[ErrorCode::InvalidExperiment, ErrorCode::WorkerCrashed, ErrorCode::GpuLost]);
                let error = WireError::new(code, "no");
                next.extend(model.apply(Event::Failed { run: Some(run), request: None, error }, &[]));
            }
            Effect::Send(Command::Resume { run }) => {
                next.extend(model.apply(Event::State { run, state: RunState::Running, step: 1 }, &[]));
                let step = dice.roll(5000);
                next.extend(apply_points(model, run, &[point(Split::Train, step)]));
                if dice.roll(3) == 0 {
                    let end = *dice.pick(&[RunEnd::Finished, RunEnd::Diverged { step: 1 }]);
                    next.extend(model.apply(Event::State { run, state: RunState::Ended { end }, step }, &[]));
                }
            }
            Effect::Send(Command::Pause { run }) => {
                next.extend(model.apply(Event::State { run, state: RunState::Paused, step: 2 }, &[]));
            }
            Effect::Send(Command::Commit { run }) => {
                next.extend(commit(model, run, point(Split::Test, 3)));
            }
            Effect::Send(Command::Probe { run, request, .. }) => {
                // As many values as it likes: what is drawn must not believe in them.
                let values = vec![dice.roll(3) as f32; dice.roll(40)];
                let parts = vec![PayloadPart { name: "a".into(), shape: vec![dice.roll(9), dice.roll(9)] }; dice.roll(4)];
                next.extend(model.apply(Event::ProbeAnswered { run, request, step: 1, parts, range: None }, &values));
            }
            Effect::SendFile(Command::OpenFile { request }, _) => {
                let (file, info) = images(["a.npz", "b.npz", "c.npz"][dice.roll(3)]);
                let event = match dice.roll(4) {
                    0 => Event::Failed { run: None, request: Some(request), error: WireError::new(ErrorCode::BadFile, "bad") },
                    _ => Event::FileRead { request, file, info },
                };
                next.extend(model.apply(event, &[]));
            }
            _ => {}
        }
    }
    next
}

fn act(model: &mut Model, dice: &mut Dice, now: f64) -> Vec<Effect> {
    match dice.roll(16) {
        0..=4 => {
            let key = dice.pick(setting::all()).key;
            let value = *dice.pick(&VALUES);
            model.set(key, value)
        }
        5 => {
            let number = dice.roll(400);
            let [a, b] = [0, 1].map(|_| Pick { tensor: dice.roll(9), index: dice.roll(1_000_000) });
            model.look(|l| {
                l.backprop = number;
                l.sample = number;
                l.checked = a;
                l.surface.parameters = [a, b];
            })
        }
        6 => model.enter_lab(&format!("v=1&preset={}&data.n_samples={}", dice.pick(&presets::ALL).id, dice.roll(500))),
        7 => model.enter(lesson(["a", "b"][dice.roll(2)]), link::parse(&format!("v=1&preset={}", dice.pick(&presets::ALL).id))),
        8 => model.leave(),
        9 => model.press_main(),
        10 => [model.step_once(), model.rewind()].concat(),
        11 => model.commit(),
        12 => {
            let key = model.worker.files.new_key();
            model.choose_file(key)
        }
        13 => model.notices.list().last().map(|n| n.id).map_or(Vec::new(), |id| model.accept(id)),
        14 => {
            let speed = dice.pick(&CHOICES).0;
            model.set_speed(speed)
        }
        _ => model.tick(now),
    }
}

#[test]
fn no_value_and_no_order_of_clicks_breaks_the_state() {
    let mut dice = Dice(7);
    let mut model = model("v=1&preset=one-neuron");
    model.apply(ready(WorkerKind::Cpu), &[]);
    for n in 0..ACTIONS {
        let now = n as f64 * 70.0;
        model.set_clock(1000 + n as u64);
        let mut effects = act(&mut model, &mut dice, now);
        for _ in 0..20 {
            if effects.is_empty() {
                break;
            }
            effects = answer(&mut model, &mut dice, effects);
        }
        assert!(effects.is_empty(), "action {n}: page and worker talk without end: {effects:?}");
        // What a page reads at every change.
        let problems = model.problems();
        if model.phase == Phase::Preparing || model.phase == Phase::Running {
            assert_eq!(problems, vec![], "action {n}: a run of an experiment with problems");
        }
        assert!(!status(&model).is_empty());
        assert!(!MainButton::of(&model).title().is_empty());
        model.views();
        model.scores();
        model.summary();
        assert!(model.notices.list().len() <= 4 && model.others.len() <= MAX_DISHES);
        if problems.is_empty() && model.experiment.data.source != petri_protocol::DataSource::File {
            assert_eq!(link::parse(&model.link()).experiment, model.experiment, "action {n}: {}", model.link());
        }
    }
    model.enter_lab("v=1&preset=mlp&seed=77");
    assert_eq!((model.problems(), model.experiment.seed), (vec![], 77), "a good link is a way out of everything");
}
