//! The map of the course: it stands in the page from the start; here it gets what was done in each lesson.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::components::focus::focus;
use crate::context::lab;
use crate::download::download;
use crate::state::progress::{LessonProgress, Progress};
use crate::state::route::Route;

/// Ids of the buttons that take each other's place.
const CLEAR: &str = "clear-progress";
const SURE: &str = "clear-progress-sure";

/// The part of the page that shows before the app runs.
#[derive(Clone, Copy)]
struct FirstMap {
    map: StoredValue<Option<HtmlElement>, LocalStorage>,
    /// What had the focus in it, which it gets back.
    focused: StoredValue<Option<HtmlElement>, LocalStorage>,
}

/// Takes what shows before the app runs out of the page: the frame for good, the map until it is wanted.
pub(crate) fn take_over() {
    let document = web_sys::window().and_then(|w| w.document());
    let find = |selector: &str| document.as_ref().and_then(|d| d.query_selector(selector).ok().flatten());
    let map = find("body > .map").and_then(|map| map.dyn_into::<HtmlElement>().ok());
    let first = find("#first-bar");
    let focused = document.as_ref().and_then(web_sys::Document::active_element);
    let focused = focused.filter(|f| map.as_ref().is_some_and(|m| m.contains(Some(f)))).and_then(|f| f.dyn_into().ok());
    for element in map.iter().map(AsRef::<Element>::as_ref).chain(&first) {
        element.remove();
    }
    // From now on the routes say what is shown, no longer the start script.
    if let Some(root) = document.as_ref().and_then(web_sys::Document::document_element) {
        root.remove_attribute("data-page").unwrap_or_default();
    }
    provide_context(FirstMap { map: StoredValue::new_local(map), focused: StoredValue::new_local(focused) });
}

/// The page.
#[component]
pub(crate) fn MapPage() -> impl IntoView {
    let lab = lab();
    lab.open_lesson(None);
    let asked = RwSignal::new(false);
    let ask = move |on: bool| {
        asked.set(on);
        // The pressed button is gone.
        focus(if on { SURE } else { CLEAR }.into());
    };
    let place: NodeRef<html::Div> = NodeRef::new();
    let first = use_context::<FirstMap>();
    let map = first.and_then(|f| f.map.get_value());
    Effect::new(move |_| {
        let (Some(place), Some(map)) = (place.get(), &map) else { return };
        // Whoever comes back to the map finds it in the place of the last time, which is gone.
        if !place.contains(Some(map)) {
            place.append_child(map).map(drop).unwrap_or_default();
            if let Some(focused) = first.and_then(|f| f.focused.try_update_value(Option::take).flatten()) {
                focused.focus().unwrap_or_default();
            }
        }
        lab.progress.with(|progress| show_progress(map, progress));
    });
    view! {
        {move || lab.route.with(|r| *r == Route::Unknown).then(|| view! {
            <p class="notice map-notice" role="alert" data-testid="no-page">"There is no such page. Here is the map of the course."</p>
        })}
        <div node_ref=place></div>
        <div class="map map-foot">
            <section class="panel progress-panel" aria-labelledby="progress-title">
                <h2 id="progress-title">"Your progress"</h2>
                <p class="hint">"Answers and challenges are kept in this browser only."</p>
                <div class="row">
                    <button type="button" data-testid="export-progress" on:click=move |_| {
                        download("petri-progress.json", "application/json", &lab.progress.with_untracked(Progress::print));
                    }>"Export"</button>
                    {move || if asked.get() {
                        view! {
                            <button type="button" class="primary" id=SURE data-testid="clear-sure" on:click=move |_| { lab.clear_progress(); ask(false); }>"Yes, forget everything"</button>
                            <button type="button" on:click=move |_| ask(false)>"Keep it"</button>
                        }.into_any()
                    } else {
                        view! { <button type="button" id=CLEAR data-testid="clear-progress" on:click=move |_| ask(true)>"Clear …"</button> }.into_any()
                    }}
                </div>
            </section>
        </div>
    }
}

/// Writes what was done in each lesson onto its card.
fn show_progress(map: &HtmlElement, progress: &Progress) {
    let cards = map.get_elements_by_class_name("lesson-card");
    for card in (0..cards.length()).filter_map(|i| cards.item(i)) {
        let done = progress.of(&card.get_attribute("data-lesson").unwrap_or_default());
        card.class_list().toggle_with_force("lesson-done", done.is_done()).map(drop).unwrap_or_default();
        if let Ok(Some(state)) = card.query_selector(".lesson-state") {
            state.set_text_content(Some(&said(&done)));
        }
    }
}

fn said(done: &LessonProgress) -> String {
    match done.n_done() {
        _ if done.is_done() => "✓ done".to_owned(),
        0 => String::new(),
        n => format!("{n} of {}", done.n_tasks),
    }
}
