//! Drawings on the page: the one place where shapes become elements, and their export as a file.

use leptos::prelude::*;
use leptos::svg::Svg;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::download::download;
use crate::drawing::shape::{self, Drawing};

const NAMESPACE: &str = "http://www.w3.org/2000/svg";
/// What a file needs to look as on the page: the style sheet does not go with it.
const STYLES: [&str; 13] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "opacity",
    "paint-order",
    "font-family",
    "font-size",
    "font-weight",
];

/// A drawing. Pointer and keys are for what stands around it.
#[component]
pub(crate) fn Plot(
    /// What is drawn.
    #[prop(into)]
    drawing: Signal<Drawing>,
    /// For tests.
    #[prop(into, optional)]
    test_id: String,
    /// Class of the element.
    #[prop(optional)]
    class: &'static str,
    /// The element.
    #[prop(optional)]
    node: NodeRef<Svg>,
    /// Keys do something here.
    #[prop(optional)]
    takes_keys: bool,
    /// Something else says what it shows.
    #[prop(optional)]
    is_silent: bool,
    /// Name of the file that it can be saved as; empty for none.
    #[prop(into, optional)]
    file: String,
) -> impl IntoView {
    // What was drawn last is kept, so that only what has changed is touched.
    Effect::new(move |drawn: Option<Vec<shape::Element>>| {
        let Some(svg) = node.get() else { return Vec::new() };
        let elements = drawing.with(Drawing::elements);
        // The element may be one that another drawing has used: what that one left is nobody's any more.
        let drawn = drawn.unwrap_or_else(|| {
            while let Some(left) = svg.last_element_child() {
                left.remove();
            }
            Vec::new()
        });
        patch(svg.unchecked_ref(), &drawn, &elements);
        elements
    });
    let title = Memo::new(move |_| drawing.with(|d| d.title.clone()));
    let view_box = Memo::new(move |_| drawing.with(Drawing::view_box));
    let role = if takes_keys { "group" } else { "img" };
    let save = (!file.is_empty()).then(|| {
        let name = format!("petri-{file}.svg");
        view! {
            <button type="button" class="quiet save-drawing" data-testid=format!("save-{file}") on:click=move |_| {
                if let Some(svg) = node.get_untracked() {
                    download(&name, "image/svg+xml", &print(&drawing.get_untracked(), svg.unchecked_ref()));
                }
            }>"Save as SVG"</button>
        }
    });
    view! {
        <svg node_ref=node class=class viewBox=view_box data-testid=(!test_id.is_empty()).then_some(test_id)
            tabindex=takes_keys.then_some("0") role=(!is_silent).then_some(role)
            aria-label=move || (!is_silent).then(|| title.get()) aria-hidden=is_silent.then_some("true")></svg>
        {save}
    }
}

/// Makes the children of `parent`, which are `old`, into `new`.
fn patch(parent: &Element, old: &[shape::Element], new: &[shape::Element]) {
    let children = parent.children();
    for _ in new.len()..old.len() {
        if let Some(last) = parent.last_element_child() {
            last.remove();
        }
    }
    for (i, element) in new.iter().enumerate() {
        let before = old.get(i);
        if before == Some(element) {
            continue;
        }
        let there = children.item(i as u32);
        match (there, before) {
            (Some(there), Some(before)) if before.tag == element.tag => update(&there, Some(before), element),
            (there, _) => {
                let Some(made) = create(element.tag) else { return };
                update(&made, None, element);
                // Both only fail where the element stands nowhere.
                match there {
                    Some(there) => there.replace_with_with_node_1(&made).unwrap_or_default(),
                    None => parent.append_child(&made).map(|_| ()).unwrap_or_default(),
                }
            }
        }
    }
}

fn create(tag: &str) -> Option<Element> {
    web_sys::window()?.document()?.create_element_ns(Some(NAMESPACE), tag).ok()
}

fn update(there: &Element, before: Option<&shape::Element>, element: &shape::Element) {
    for (i, (name, value)) in element.attributes.iter().enumerate() {
        // Elements of one tag have the same attributes in the same order.
        if before.and_then(|b| b.attributes.get(i)).is_none_or(|(n, v)| (n, v) != (name, value)) {
            // Fails for names that are none; ours are fixed.
            there.set_attribute(name, value).unwrap_or_default();
        }
    }
    if before.map_or("", |b| &b.text) != element.text {
        there.set_text_content(Some(&element.text));
    }
    patch(there, before.map_or(&[], |b| &b.children), &element.children);
}

/// The text of a file that looks as the drawing does now.
fn print(drawing: &Drawing, svg: &Element) -> String {
    let mut elements = drawing.elements();
    style(&mut elements, svg);
    let panel = svg.closest(".panel").ok().flatten();
    let ground = panel.and_then(|p| styles(&p)).and_then(|s| s.get_property_value("background-color").ok());
    drawing.print(&elements, &ground.filter(|g| !g.is_empty()).unwrap_or_else(|| "#ffffff".into()))
}

fn styles(element: &Element) -> Option<web_sys::CssStyleDeclaration> {
    web_sys::window()?.get_computed_style(element).ok().flatten()
}

/// Writes the colours and sizes that the page gives to the children of `parent` into their elements.
fn style(elements: &mut [shape::Element], parent: &Element) {
    let children = parent.children();
    for (i, element) in elements.iter_mut().enumerate() {
        let Some(there) = children.item(i as u32) else { return };
        if let Some(computed) = styles(&there).filter(|_| !matches!(element.tag, "g" | "title")) {
            let value =
                |name: &&str| computed.get_property_value(name).ok().filter(|v| !v.is_empty()).map(|v| format!("{name}:{v}"));
            let all: Vec<String> =
                STYLES.iter().filter(|n| element.tag == "text" || !n.starts_with("font")).filter_map(value).collect();
            element.attributes.push(("style", all.join(";")));
        }
        style(&mut element.children, &there);
    }
}
