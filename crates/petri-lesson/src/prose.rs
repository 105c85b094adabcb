//! Prose: a tree of elements from a closed list.

use serde::{Deserialize, Serialize};

use crate::math::MathNode;

/// Elements that prose is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the HTML element of its meaning")]
pub enum Tag {
    Paragraph,
    Heading(u8),
    List,
    OrderedList,
    Item,
    Emphasis,
    Strong,
    Code,
    CodeBlock,
    Quote,
    Table,
    TableHead,
    TableRow,
    TableCell,
    /// A link; the address was checked.
    Link(String),
}

/// A piece of prose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// An element with what is in it.
    Element(Tag, Vec<Self>),
    /// Text.
    Text(String),
    /// A formula.
    Math(MathNode),
    /// A line break.
    Break,
    /// A rule across the page.
    Rule,
}

/// True for addresses that a link may lead to.
pub fn is_allowed(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://") || address.starts_with("#/")
}

/// The text of some prose, without its form.
pub fn plain(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Element(_, children) => plain(children),
            Node::Text(text) => text.clone(),
            Node::Math(formula) => formula.text(),
            Node::Break | Node::Rule => " ".into(),
        })
        .collect()
}
