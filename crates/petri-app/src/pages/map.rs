//! The map of the course: chapters, lessons, how long they take, what is done.

use leptos::prelude::*;

use crate::context::lab;
use crate::download::download;
use crate::lesson::catalogue::{COURSE, Entry};
use crate::state::progress::Progress;

/// The page.
#[component]
pub(crate) fn MapPage() -> impl IntoView {
    let lab = lab();
    lab.open_lesson(None);
    let asked = RwSignal::new(false);
    view! {
        <main class="map" id="main" tabindex="-1">
            <header class="map-head">
                <h1>"Grow a neural network"</h1>
                <p>"Train real networks in your browser and watch them learn: from one neuron on two clouds of cells to networks that see. Nothing is installed, and nothing that you load leaves your computer."</p>
                <p class="row">
                    <a class="button primary" href="#/lesson/one-neuron">"Start with one neuron"</a>
                    <a class="button" href="#/lab">"Go to the free lab"</a>
                </p>
            </header>
            {COURSE.iter().map(|chapter| {
                let minutes: u32 = chapter.lessons.iter().map(|l| l.minutes).sum();
                view! {
                    <section class="chapter" aria-label=chapter.title>
                        <h2>{chapter.title}<span class="hint">{format!(" · {} lessons · {minutes} minutes", chapter.lessons.len())}</span></h2>
                        <ol class="lesson-list">{chapter.lessons.iter().map(|entry| view! { <LessonCard entry=entry/> }).collect_view()}</ol>
                    </section>
                }
            }).collect_view()}
            <section class="panel progress-panel" aria-labelledby="progress-title">
                <h2 id="progress-title">"Your progress"</h2>
                <p class="hint">"Answers and challenges are kept in this browser only."</p>
                <div class="row">
                    <button type="button" data-testid="export-progress" on:click=move |_| {
                        download("petri-progress.json", "application/json", &lab.progress.with_untracked(Progress::print));
                    }>"Export"</button>
                    {move || if asked.get() {
                        view! {
                            <button type="button" class="primary" data-testid="clear-sure" on:click=move |_| { lab.clear_progress(); asked.set(false); }>"Yes, forget everything"</button>
                            <button type="button" on:click=move |_| asked.set(false)>"Keep it"</button>
                        }.into_any()
                    } else {
                        view! { <button type="button" data-testid="clear-progress" on:click=move |_| asked.set(true)>"Clear …"</button> }.into_any()
                    }}
                </div>
            </section>
        </main>
    }
}

#[component]
fn LessonCard(entry: &'static Entry) -> impl IntoView {
    let lab = lab();
    let progress = Memo::new(move |_| lab.progress.with(|p| p.of(entry.id)));
    let state = move || {
        progress.with(|p| match p.n_done() {
            _ if p.is_done() => "✓ done".to_owned(),
            0 => String::new(),
            n => format!("{n} of {}", p.n_tasks),
        })
    };
    view! {
        <li class="lesson-card" class:lesson-done=move || progress.with(crate::state::progress::LessonProgress::is_done)>
            <a href=format!("#/lesson/{}", entry.id)>
                <span class="lesson-title">{entry.title}</span>
                <span class="lesson-summary">{entry.summary}</span>
                <span class="lesson-facts"><span>{entry.minutes}" min"</span><span class="lesson-state" data-testid=format!("state-{}", entry.id)>{state}</span></span>
            </a>
        </li>
    }
}
