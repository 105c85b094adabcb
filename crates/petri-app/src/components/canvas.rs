//! Shows a picture on a canvas of the picture's own size; CSS makes it larger.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::drawing::picture::Picture;

/// The drawing context of a canvas.
pub(crate) fn context_2d(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Puts a picture on a canvas and gives the canvas its size.
pub(crate) fn put(canvas: &HtmlCanvasElement, picture: &Picture) {
    let (width, height) = (picture.width as u32, picture.height as u32);
    if width == 0 || height == 0 {
        clear(canvas);
        return;
    }
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&picture.rgba), width, height);
    if let (Some(context), Ok(data)) = (context_2d(canvas), data) {
        // Both sizes are the canvas's own.
        context.put_image_data(&data, 0.0, 0.0).unwrap_or_default();
    }
}

/// Empties a canvas: an element that was used before still shows what it showed then.
fn clear(canvas: &HtmlCanvasElement) {
    // Setting a size clears, also where it is the same.
    canvas.set_width(1);
    canvas.set_height(1);
}

/// A canvas that shows a picture, with a text for those who do not see it.
#[component]
pub(crate) fn PictureCanvas(
    /// The picture; drawn again when it changes.
    #[prop(into)]
    picture: Signal<Option<Picture>>,
    /// What it shows.
    #[prop(into)]
    label: Signal<String>,
    /// For tests.
    #[prop(into, optional)]
    test_id: String,
) -> impl IntoView {
    let canvas: NodeRef<html::Canvas> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            picture.with(|p| match p {
                Some(picture) => put(&canvas, picture),
                None => clear(&canvas),
            });
        }
    });
    // Without a label it is part of something that has one.
    let role = move || if label.with(String::is_empty) { "presentation" } else { "img" };
    let name = move || Some(label.get()).filter(|l| !l.is_empty());
    view! { <canvas class="picture" node_ref=canvas role=role aria-label=name data-testid=test_id width="1" height="1"></canvas> }
}
