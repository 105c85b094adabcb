//! The bar at the top: name, pages, preset, theme, link.

use gloo::storage::{LocalStorage, Storage};
use leptos::prelude::*;
use petri_protocol::{link, presets};

use crate::clipboard::CopyButton;
use crate::components::engine_badge::EngineBadge;
use crate::context::{address, hash, lab};
use crate::state::route::Route;

/// Key of the theme in local storage.
const THEME: &str = "petri.theme";

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
    let theme: String = LocalStorage::get(THEME).unwrap_or_else(|_| "auto".into());
    set_theme(&theme);
    let is_lab = Memo::new(move |_| lab.route.with(|r| matches!(r, Route::Lab { .. })));
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
                <a href="#/lab?v=1&preset=one-neuron" aria-current=current(true)>"Lab"</a>
            </nav>
            <Show when=move || is_lab.get() fallback=|| view! { <p class="top-summary"></p> }>
                <PresetMenu/>
                <EngineBadge/>
            </Show>
            <label class="top-field">
                <span class="visually-hidden">"Colours"</span>
                <select on:change=move |ev| {
                    let theme = event_target_value(&ev);
                    set_theme(&theme);
                    LocalStorage::set(THEME, theme).unwrap_or_default();
                }>
                    {[("auto", "Colours: system"), ("light", "Light"), ("dark", "Dark"), ("projector", "Projector")]
                        .into_iter()
                        .map(|(value, text)| { let selected = theme == value; view! { <option value=value selected=selected>{text}</option> } })
                        .collect_view()}
                </select>
            </label>
            <CopyButton label="Copy link" refused="Copy it from the address bar" text=|| format!("{}{}", address(), hash())/>
        </header>
    }
}

/// The experiments to start from.
#[component]
fn PresetMenu() -> impl IntoView {
    let lab = lab();
    let preset = Memo::new(move |_| lab.model.with(|m| m.preset.clone()));
    let summary = Memo::new(move |_| presets::find(&preset.get()).map_or("", |card| card.summary));
    view! {
        <label class="top-field">
            <span class="visually-hidden">"Experiment"</span>
            <select
                data-testid="preset" prop:value=preset
                on:change=move |ev| {
                    let id = event_target_value(&ev);
                    lab.act(|m| m.open(link::parse(&format!("v=1&preset={id}"))));
                }
            >
                {presets::ALL.iter().map(|card| view! {
                    <option value=card.id selected=move || preset.get() == card.id>{card.title}</option>
                }).collect_view()}
            </select>
        </label>
        <p class="top-summary">{summary}</p>
    }
}
