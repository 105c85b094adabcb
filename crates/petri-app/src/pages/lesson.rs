//! A lesson: prose beside its dish on wide screens, the dish in its place in the prose on narrow ones.

use gloo::events::EventListener;
use leptos::prelude::*;
use petri_lesson::{Block, Dish, Lesson};
use petri_protocol::link::Opened;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use crate::components::drop_target::DropTarget;
use crate::components::lesson::challenge::ChallengeView;
use crate::components::lesson::dish_panel::DishPanel;
use crate::components::lesson::prose::{inline, prose};
use crate::components::lesson::question::QuestionView;
use crate::context::{OpenLesson, lab};
use crate::lesson_source::{Missing, Read, load};
use crate::state::Place;
use crate::state::progress;
use crate::view;

/// From this width on the dish stands beside the prose.
const WIDE: &str = "(width > 1000px)";
/// Problems of a lesson that are listed.
const MAX_PROBLEMS: usize = 12;

/// What has come of the request for the lesson.
#[derive(Clone)]
enum Loaded {
    Waiting,
    Failed(Missing),
    Read(Box<Read>),
}

/// The page.
#[component]
pub(crate) fn LessonPage(
    /// Id of the lesson.
    id: String,
    /// Address that it is loaded from; nothing for Petri's own.
    from: Option<String>,
) -> impl IntoView {
    let lab = lab();
    lab.open_lesson(None);
    let loaded = RwSignal::new(Loaded::Waiting);
    let (for_fetch, from_fetch) = (id.clone(), from.clone());
    let stop = StoredValue::new_local(AbortController::new().ok());
    // Nobody waits for a lesson whose page was left.
    on_cleanup(move || stop.try_with_value(|stop| stop.as_ref().map(AbortController::abort)).flatten().unwrap_or_default());
    spawn_local(async move {
        let Some(stop) = stop.try_get_value().flatten() else { return };
        let read = match load(&for_fetch, from_fetch.as_deref(), &stop).await {
            Ok(read) => Loaded::Read(Box::new(read)),
            Err(missing) => Loaded::Failed(missing),
        };
        let is_missing = matches!(read, Loaded::Failed(_));
        // The learner may have gone elsewhere meanwhile.
        if loaded.try_set(read).is_none() && is_missing {
            lab.lesson_title.set(Some("Lesson not found".into()));
        }
    });
    let key = progress::key(&id, from.as_deref());
    view! {
        <main class="lesson-page" id="main" tabindex="-1">
            {move || match loaded.get() {
                Loaded::Waiting => view! { <p class="lesson-wait">"Loading the lesson …"</p> }.into_any(),
                Loaded::Failed(Missing { why, similar }) => view! {
                    <div class="lesson-wait">
                        <p class="problem" role="alert" data-testid="lesson-failed">{why}</p>
                        {(!similar.is_empty()).then(|| view! {
                            <p>"Is one of these meant?"</p>
                            <ul>{similar.into_iter().map(|(id, title)| view! { <li><a href=format!("#/lesson/{id}")>{title}</a></li> }).collect_view()}</ul>
                        })}
                        <p><a class="button" href="#/">"All lessons"</a></p>
                    </div>
                }.into_any(),
                Loaded::Read(read) => {
                    let (lesson, problems) = *read;
                    let (key, from) = (key.clone(), from.clone());
                    view! {
                        <Problems problems=problems/>
                        {from.map(|address| view! {
                            <p class="notice lesson-origin" data-testid="lesson-origin">"This lesson is not part of Petri. It was loaded from "<code>{address}</code>"."</p>
                        })}
                        {lesson.map(|lesson| view! { <LessonView lesson=lesson key=key/> })}
                    }.into_any()
                }
            }}
            <DropTarget/>
        </main>
    }
}

#[component]
fn Problems(problems: Vec<String>) -> impl IntoView {
    (!problems.is_empty()).then(|| {
        view! {
            <div class="notice notice-error lesson-problems" role="alert" data-testid="lesson-problems">
                <div>
                    <p><strong>"This lesson has mistakes. What could not be read is left out."</strong></p>
                    <ul>{problems.into_iter().take(MAX_PROBLEMS).map(|p| view! { <li>{p}</li> }).collect_view()}</ul>
                </div>
            </div>
        }
    })
}

#[component]
fn LessonView(lesson: Lesson, key: String) -> impl IntoView {
    let lab = lab();
    let open = OpenLesson { key: key.clone(), lesson: lesson.clone() };
    lab.open_lesson(Some(open.clone()));
    let is_wide = wide_signal();
    let active = RwSignal::new(lesson.dishes().next().map(|d| d.id.clone()).unwrap_or_default());
    let enter = {
        let open = open.clone();
        move |id: &str| {
            let Some(dish) = open.lesson.dish(id) else { return };
            let needs_scores =
                open.lesson.blocks.iter().any(|b| matches!(b, Block::Challenge(c) if c.dish == id && c.goal.needs_scores()));
            let views = dish.views.iter().filter_map(|v| view::find(v)).collect();
            let place = Place { origin: open.origin(id), views: Some(views), speed: dish.speed, needs_scores };
            lab.enter(place, Opened { preset: dish.preset.clone(), experiment: dish.experiment.clone(), skipped: vec![] });
        }
    };
    let first = active.get_untracked();
    enter(&first);
    let load = Callback::new(move |id: String| {
        enter(&id);
        active.set(id);
    });
    let dishes = StoredValue::new(lesson.clone());
    let current = Memo::new(move |_| dishes.with_value(|l| l.dish(&active.get()).cloned()));
    let mut n_questions = 0;
    let parts = lesson
        .blocks
        .iter()
        .map(|block| match block {
            Block::Prose(nodes) => prose(nodes),
            Block::Broken(why) => view! { <p class="block problem">{why.clone()}</p> }.into_any(),
            Block::Reveal(reveal) => {
                view! { <details class="block reveal"><summary>{reveal.title.clone()}</summary>{prose(&reveal.content)}</details> }.into_any()
            }
            Block::Question(question) => {
                n_questions += 1;
                view! { <QuestionView question=question.clone() lesson=key.clone() number=n_questions/> }.into_any()
            }
            Block::Challenge(challenge) => {
                let dish = challenge.dish.clone();
                let load = Callback::new(move |()| load.run(dish.clone()));
                view! { <ChallengeView challenge=challenge.clone() lesson=key.clone() origin=open.origin(&challenge.dish) load=load/> }.into_any()
            }
            Block::Dish(dish) => view! { <DishCard dish=(**dish).clone() active=active is_wide=is_wide load=load/> }.into_any(),
        })
        .collect_view();
    view! {
        <div class="lesson">
            <article class="lesson-prose">
                <Head lesson=lesson.clone()/>
                {parts}
                <Foot lesson=lesson.clone()/>
            </article>
            {move || is_wide.get().then(|| view! {
                <aside class="lesson-dish" aria-label="Dish">
                    {move || current.get().map(|dish| view! { <DishPanel dish=dish/> })}
                </aside>
            })}
        </div>
    }
}

/// Whether the screen is wide, and again when it changes.
fn wide_signal() -> RwSignal<bool> {
    let query = web_sys::window().and_then(|w| w.match_media(WIDE).ok().flatten());
    let is_wide = RwSignal::new(query.as_ref().is_none_or(web_sys::MediaQueryList::matches));
    let listener = StoredValue::new_local(query.map(|query| {
        let target = query.clone();
        EventListener::new(&target, "change", move |_| is_wide.set(query.matches()))
    }));
    on_cleanup(move || listener.dispose());
    is_wide
}

/// The place of a dish in the prose: a button that loads it, and the dish itself on narrow screens.
#[component]
fn DishCard(dish: Dish, active: RwSignal<String>, is_wide: RwSignal<bool>, load: Callback<String>) -> impl IntoView {
    let id = dish.id.clone();
    let is_active = Memo::new(move |_| active.with(|a| *a == id));
    let id = dish.id.clone();
    let name = dish.title.clone();
    let test_id = format!("dish-{id}");
    let dish = StoredValue::new(dish);
    view! {
        <div class="block dish-card" class:dish-active=is_active data-testid=test_id>
            <p><span class="block-kind">"Dish"</span><strong>{name}</strong></p>
            // The button stays where it is: it may have the focus.
            <button type="button" aria-disabled=move || is_active.get().to_string() on:click=move |_| if !is_active.get_untracked() { load.run(id.clone()) }>
                {move || match (is_active.get(), is_wide.get()) {
                    (false, _) => "Load this dish",
                    (true, true) => "It is open beside the text",
                    (true, false) => "It is open below",
                }}
            </button>
        </div>
        {move || (is_active.get() && !is_wide.get()).then(|| view! { <DishPanel dish=dish.get_value()/> })}
    }
}

#[component]
fn Head(lesson: Lesson) -> impl IntoView {
    let front = lesson.front;
    let before = lesson.before.iter().enumerate().map(|(i, other)| {
        view! { {(i > 0).then_some(", ")}<a href=format!("#/lesson/{}", other.id)>{other.title.clone()}</a> }
    });
    let has_before = !lesson.before.is_empty();
    view! {
        <p class="hint"><a href="#/">"Course"</a>" › "{front.chapter.clone()}{format!(" · {} minutes", front.minutes)}</p>
        <h1>{front.title.clone()}</h1>
        <p class="lesson-lead">{front.summary.clone()}</p>
        {(!front.author.is_empty()).then(|| view! { <p class="hint">"By "{front.author.clone()}</p> })}
        {has_before.then(|| view! { <p class="hint">"Comes after: "{before.collect_view()}</p> })}
    }
}

#[component]
fn Foot(lesson: Lesson) -> impl IntoView {
    let next = lesson.next;
    let sources = lesson.front.sources.iter().map(|source| view! { <li>{inline(source)}</li> });
    view! {
        {(!lesson.front.sources.is_empty()).then(|| view! { <section class="sources"><h2>"Sources"</h2><ul>{sources.collect_view()}</ul></section> })}
        <nav class="row" aria-label="Lessons">
            <a class="button" href="#/">"All lessons"</a>
            {next.map(|entry| view! { <a class="button primary" href=format!("#/lesson/{}", entry.id)>"Next: "{entry.title}</a> })}
        </nav>
    }
}
