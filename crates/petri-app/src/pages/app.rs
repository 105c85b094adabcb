//! The frame around every page: the top bar, and the page that the address names.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use leptos::prelude::*;

use crate::components::top_bar::TopBar;
use crate::context::{Lab, hash};
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
            let route = Route::parse(&hash());
            let moved = lab.route.with_untracked(|r| std::mem::discriminant(r) != std::mem::discriminant(&route) || *r != route);
            if moved
                && !matches!(route, Route::Lab { .. })
                && let Some(window) = web_sys::window()
            {
                window.scroll_to_with_x_and_y(0.0, 0.0);
            }
            lab.route.set(route);
        })
    }));
    on_cleanup(move || {
        ticking.dispose();
        on_hash.dispose();
    });
    let page = Memo::new(move |_| match lab.route.get() {
        Route::Map => Page::Map,
        Route::Lesson { id, from } => Page::Lesson(id, from),
        Route::Lab { .. } => Page::Lab,
    });
    view! {
        <a class="skip" href="#main" on:click=move |ev| {
            // The hash belongs to the pages: the focus is moved by hand.
            ev.prevent_default();
            let main = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("main"));
            if let Some(main) = main {
                use wasm_bindgen::JsCast;
                if let Some(main) = main.dyn_ref::<web_sys::HtmlElement>() {
                    main.focus().unwrap_or_default();
                }
            }
        }>"Skip to the content"</a>
        <TopBar/>
        {move || match page.get() {
            Page::Map => view! { <MapPage/> }.into_any(),
            Page::Lesson(id, from) => view! { <LessonPage id=id from=from/> }.into_any(),
            Page::Lab => view! { <LabPage/> }.into_any(),
        }}
    }
}
