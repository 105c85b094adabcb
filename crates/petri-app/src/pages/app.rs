//! The frame around every page: the top bar, and the page that the address names.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::address::hash;
use crate::components::top_bar::TopBar;
use crate::context::Lab;
use crate::pages::lab::LabPage;
use crate::pages::lesson::LessonPage;
use crate::pages::map::MapPage;
use crate::state::route::Route;

/// How often the page looks whether something should be asked, in milliseconds.
const TICK_MILLIS: u32 = 60;

/// Which page is shown: a change of the lab's link is no change of page.
#[derive(Debug, Clone, PartialEq)]
enum Page {
    Map,
    Lesson(String, Option<String>),
    Lab,
}

/// The whole of Petri.
#[component]
pub(crate) fn App() -> impl IntoView {
    let lab = Lab::provide();
    let ticking = StoredValue::new_local(Interval::new(TICK_MILLIS, move || lab.tick()));
    let on_hash = StoredValue::new_local(web_sys::window().map(|window| {
        EventListener::new(&window, "hashchange", move |_| {
            lab.route.set(Route::parse(&hash()));
        })
    }));
    on_cleanup(move || {
        ticking.dispose();
        on_hash.dispose();
    });
    let page = Memo::new(move |_| match lab.route.get() {
        Route::Map | Route::Unknown => Page::Map,
        Route::Lesson { id, from } => Page::Lesson(id, from),
        Route::Lab { .. } => Page::Lab,
    });
    Effect::new(move |_| {
        let title = lab.route.with(|r| lab.lesson_title.with(|lesson| r.title(lesson.as_deref())));
        if let Some(document) = web_sys::window().and_then(|w| w.document()) {
            document.set_title(&title);
        }
    });
    // The first page leaves the focus where the browser has it; every other one takes it along.
    Effect::new(move |before: Option<Page>| {
        let now = page.get();
        if before.is_some_and(|before| before != now) {
            // After the page has been put in its place.
            request_animation_frame(|| {
                focus_main();
                // The focus goes below the bars, and the browser with it: a page begins at its top.
                if let Some(window) = web_sys::window() {
                    window.scroll_to_with_x_and_y(0.0, 0.0);
                }
            });
        }
        now
    });
    view! {
        <a class="skip" href="#main" on:click=move |ev| {
            // The hash belongs to the pages: the focus is moved by hand.
            ev.prevent_default();
            focus_main();
        }>"Skip to the content"</a>
        <TopBar/>
        {move || match page.get() {
            Page::Map => view! { <MapPage/> }.into_any(),
            Page::Lesson(id, from) => view! { <LessonPage id=id from=from/> }.into_any(),
            Page::Lab => view! { <LabPage/> }.into_any(),
        }}
    }
}

/// Puts the focus at the beginning of the page.
fn focus_main() {
    let main = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("main"));
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        main.focus().unwrap_or_default();
    }
}
