//! Prose of a lesson: elements from a closed list, formulas as MathML. Nothing is given to the browser as markup.

use leptos::html;
use leptos::prelude::*;
use web_sys::{Document, Element};

use petri_lesson::math::MathNode;
use petri_lesson::{Node, Tag};

/// Namespace of MathML elements.
const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// Shows prose.
pub(crate) fn prose(nodes: &[Node]) -> AnyView {
    nodes.iter().map(node).collect_view().into_any()
}

/// Prose without the paragraph around it, for labels.
pub(crate) fn inline(nodes: &[Node]) -> AnyView {
    match nodes {
        [Node::Element(Tag::Paragraph, inner)] => prose(inner),
        other => prose(other),
    }
}

fn node(node: &Node) -> AnyView {
    match node {
        Node::Text(text) => text.clone().into_any(),
        Node::Break => view! { <br/> }.into_any(),
        Node::Rule => view! { <hr/> }.into_any(),
        Node::Math(formula) => view! { <Formula formula=formula.clone()/> }.into_any(),
        Node::Element(tag, children) => element(tag, prose(children)),
    }
}

fn element(tag: &Tag, inner: AnyView) -> AnyView {
    match tag {
        Tag::Paragraph => view! { <p>{inner}</p> }.into_any(),
        Tag::Heading(2) => view! { <h2>{inner}</h2> }.into_any(),
        Tag::Heading(3) => view! { <h3>{inner}</h3> }.into_any(),
        Tag::Heading(_) => view! { <h4>{inner}</h4> }.into_any(),
        Tag::List => view! { <ul>{inner}</ul> }.into_any(),
        Tag::OrderedList => view! { <ol>{inner}</ol> }.into_any(),
        Tag::Item => view! { <li>{inner}</li> }.into_any(),
        Tag::Emphasis => view! { <em>{inner}</em> }.into_any(),
        Tag::Strong => view! { <strong>{inner}</strong> }.into_any(),
        Tag::Code => view! { <code>{inner}</code> }.into_any(),
        Tag::CodeBlock => view! { <pre tabindex="0"><code>{inner}</code></pre> }.into_any(),
        Tag::Quote => view! { <blockquote>{inner}</blockquote> }.into_any(),
        Tag::Table => view! { <table>{inner}</table> }.into_any(),
        Tag::TableHead => view! { <thead><tr>{inner}</tr></thead> }.into_any(),
        Tag::TableRow => view! { <tr>{inner}</tr> }.into_any(),
        Tag::TableCell => view! { <td>{inner}</td> }.into_any(),
        Tag::Link(address) => view! { <a href=address.clone() rel="noreferrer noopener">{inner}</a> }.into_any(),
    }
}

/// A formula.
#[component]
fn Formula(formula: MathNode) -> impl IntoView {
    let place: NodeRef<html::Span> = NodeRef::new();
    let is_block = formula.attributes.iter().any(|a| a.name == "display" && a.value == "block");
    Effect::new(move |_| {
        let document = web_sys::window().and_then(|w| w.document());
        if let (Some(place), Some(document)) = (place.get(), document)
            && let Some(math) = build(&document, &formula)
        {
            // The element may be one that another formula has used.
            place.set_text_content(None);
            place.append_child(&math).map(drop).unwrap_or_default();
        }
    });
    view! { <span class="formula" class:formula-block=is_block tabindex=is_block.then_some("0") role=is_block.then_some("group") aria-label=is_block.then_some("Formula") node_ref=place></span> }
}

/// Elements and attributes are from the closed lists of the reader.
fn build(document: &Document, node: &MathNode) -> Option<Element> {
    let element = document.create_element_ns(Some(MATHML), node.name).ok()?;
    for attribute in &node.attributes {
        element.set_attribute(attribute.name, &attribute.value).ok()?;
    }
    if node.children.is_empty() {
        element.set_text_content(Some(&node.text));
    }
    for child in &node.children {
        let child = build(document, child)?;
        element.append_child(&child).ok()?;
    }
    Some(element)
}
