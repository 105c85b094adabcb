//! The bar at the top: name, pages, preset, theme, link.

use leptos::prelude::*;
use petri_protocol::presets;

use crate::address::{address, hash};
use crate::clipboard::CopyButton;
use crate::components::engine_badge::EngineBadge;
use crate::context::lab;
use crate::state::Model;
use crate::state::route::Route;
use crate::storage::{self, Kept};

/// Key of the theme in local storage.
const THEME: &str = "petri.theme";

/// Themes with what people call them.
const THEMES: [(&str, &str); 4] = [("auto", "Colours: system"), ("light", "Light"), ("dark", "Dark"), ("projector", "Projector")];

/// The theme that is stored. Earlier versions stored it in quotes.
fn theme_of(stored: Option<&str>) -> String {
    let name = stored.unwrap_or_default().trim_matches('"');
    THEMES.iter().find(|(id, _)| *id == name).map_or(THEMES[0].0, |(id, _)| id).to_owned()
}

fn set_theme(theme: &str) {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        root.set_attribute("data-theme", theme).unwrap_or_default();
    }
}

/// The bar.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let lab = lab();
    let theme = theme_of(storage::get(Kept::ForLater, THEME).as_deref());
    set_theme(&theme);
    let is_lab = Memo::new(move |_| lab.route.with(|r| matches!(r, Route::Lab { .. })));
    let in_lab = Memo::new(move |_| Route::Lab { link: lab.model.with(Model::lab_link) }.print());
    // In the lab the address lags behind nothing: what is copied is what is there.
    let address_of_page = move || if is_lab.get_untracked() { in_lab.get_untracked() } else { hash() };
    let current = move |lab: bool| move || if is_lab.get() == lab { "page" } else { "false" };
    view! {
        <header class="top-bar">
            <a class="brand" href="#/" aria-label="Petri, the map of the course">
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <circle cx="16" cy="16" r="14" class="brand-dish"/>
                    <circle cx="11" cy="13" r="3.2" class="brand-a"/>
                    <circle cx="20" cy="11" r="2.4" class="brand-b"/>
                    <circle cx="19" cy="20" r="3.6" class="brand-c"/>
                </svg>
                <span>"Petri"</span>
            </a>
            <nav class="top-nav" aria-label="Pages">
                <a href="#/" aria-current=current(false)>"Course"</a>
                <a href=in_lab aria-current=current(true)>"Lab"</a>
            </nav>
            <Show when=move || is_lab.get() fallback=|| view! { <p class="top-summary"></p> }>
                <PresetMenu/>
                <EngineBadge/>
            </Show>
            <Background/>
            <label class="top-field">
                <span class="visually-hidden">"Colours"</span>
                <select on:change=move |ev| {
                    let theme = event_target_value(&ev);
                    set_theme(&theme);
                    storage::set(Kept::ForLater, THEME, &theme);
                }>
                    {THEMES
                        .into_iter()
                        .map(|(value, text)| { let selected = theme == value; view! { <option value=value selected=selected>{text}</option> } })
                        .collect_view()}
                </select>
            </label>
            <CopyButton label="Copy link" text=move || format!("{}{}", address(), address_of_page())/>
        </header>
    }
}

/// A series that goes on although its page is not shown.
#[component]
fn Background() -> impl IntoView {
    let lab = lab();
    let series = Memo::new(move |_| lab.model.with(Model::in_background));
    move || {
        series.get().map(|text| {
            view! {
                <p class="top-summary" data-testid="background">{text}
                    <button type="button" class="quiet" on:click=move |_| lab.act(Model::cancel_series)>"Cancel"</button></p>
            }
        })
    }
}

/// The experiments to start from.
#[component]
fn PresetMenu() -> impl IntoView {
    let lab = lab();
    // Over other data than those of a preset the menu names none.
    let preset = Memo::new(move |_| lab.model.with(|m| if m.has_data_of_preset() { m.preset.clone() } else { String::new() }));
    let summary = Memo::new(move |_| lab.model.with(|m| m.summary()));
    view! {
        <label class="top-field">
            <span class="visually-hidden">"Experiment"</span>
            <select
                data-testid="preset" prop:value=preset
                on:change=move |ev| lab.choose_preset(&event_target_value(&ev))
            >
                <option value="" disabled=true hidden=move || !preset.with(String::is_empty) selected=move || preset.with(String::is_empty)>"Other data"</option>
                {presets::ALL.iter().map(|card| view! {
                    <option value=card.id selected=move || preset.get() == card.id>{card.title}</option>
                }).collect_view()}
            </select>
        </label>
        <p class="top-summary">{summary}</p>
    }
}
