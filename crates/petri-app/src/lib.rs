//! The page: state, components, drawing. Never burn, cubecl or wgpu: it talks to the worker.
//!
//! `state`, `view` and `drawing` are plain Rust and tested natively; everything that needs a browser is
//! compiled for browsers only.

pub mod drawing;
pub mod state;
pub mod view;
pub mod vocabulary;

#[cfg(target_arch = "wasm32")]
mod address;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "leptos' #[component] makes public items")]
mod clipboard;
#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "leptos' #[component] makes public items")]
mod components;
#[cfg(target_arch = "wasm32")]
mod context;
#[cfg(target_arch = "wasm32")]
mod distress;
#[cfg(target_arch = "wasm32")]
mod download;
#[cfg(target_arch = "wasm32")]
mod lesson_source;
#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "leptos' #[component] makes public items")]
mod pages;
#[cfg(target_arch = "wasm32")]
mod run_store;
#[cfg(target_arch = "wasm32")]
mod storage;

/// Mounts the page into the document.
#[cfg(target_arch = "wasm32")]
pub fn mount() {
    distress::watch();
    leptos::mount::mount_to_body(|| {
        pages::map::take_over();
        pages::app::App()
    });
}
