//! Reads Markdown into a tree of elements from a closed list.

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag as Start, TagEnd};

use super::fields::Mistake;
use super::math;
use crate::prose::{Node, Tag, is_allowed};

/// Deepest nesting of lists, quotes and emphasis.
const MAX_DEPTH: usize = 24;

/// An event at a place in the file that is no prose: a fenced block of Petri.
pub(super) struct Fence {
    /// Word behind the fence.
    pub(super) kind: String,
    /// What is in it.
    pub(super) text: String,
    /// Line of the first line in it.
    pub(super) line: usize,
}

/// What a Markdown text consists of.
pub(super) enum Piece {
    /// Prose.
    Node(Node),
    /// A block.
    Fence(Fence),
}

/// Reads Markdown. `is_block` says which fenced blocks are Petri's. Mistakes are collected; what is wrong is
/// left out or shown as plain text.
pub(super) fn read(text: &str, first_line: usize, is_block: impl Fn(&str) -> bool, mistakes: &mut Vec<Mistake>) -> Vec<Piece> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_MATH | Options::ENABLE_STRIKETHROUGH;
    let line_of = |offset: usize| first_line + text[..offset.min(text.len())].matches('\n').count();
    let mut pieces = Vec::new();
    let mut open: Vec<(Tag, Vec<Node>)> = Vec::new();
    // Of each element that has begun, whether it is in `open`: past the limit what is in it goes to the one around it. The
    // file decides how deep it goes, and whoever walks the tree would go as deep.
    let mut is_kept: Vec<bool> = Vec::new();
    let mut fence: Option<Fence> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let line = line_of(range.start);
        let mut add = |open: &mut Vec<(Tag, Vec<Node>)>, node: Node| match open.last_mut() {
            Some((_, children)) => children.push(node),
            None => pieces.push(Piece::Node(node)),
        };
        match event {
            Event::Start(Start::CodeBlock(CodeBlockKind::Fenced(word))) if is_block(&word) => {
                fence = Some(Fence { kind: word.to_string(), text: String::new(), line: line + 1 });
            }
            Event::End(TagEnd::CodeBlock) if fence.is_some() => {
                if let Some(fence) = fence.take() {
                    pieces.push(Piece::Fence(fence));
                }
            }
            Event::Text(text) if fence.is_some() => {
                if let Some(fence) = &mut fence {
                    fence.text.push_str(&text);
                }
            }
            Event::Start(start) => {
                let tag = tag(start).unwrap_or_else(|why| {
                    mistakes.push((line, why));
                    Tag::Emphasis
                });
                let is_within = open.len() < MAX_DEPTH;
                if is_within {
                    open.push((tag, Vec::new()));
                } else if is_kept.last() != Some(&false) {
                    // Said once, not for all that is in it.
                    mistakes.push((line, "is nested too deeply".into()));
                }
                is_kept.push(is_within);
            }
            Event::End(_) => {
                if is_kept.pop() == Some(true)
                    && let Some((tag, children)) = open.pop()
                {
                    add(&mut open, Node::Element(tag, children));
                }
            }
            Event::Text(text) => add(&mut open, Node::Text(text.into_string())),
            Event::Code(text) => add(&mut open, Node::Element(Tag::Code, vec![Node::Text(text.into_string())])),
            Event::InlineMath(latex) | Event::DisplayMath(latex) => {
                let display = text[range.clone()].starts_with("$$");
                match math::read(&latex, display) {
                    Ok(formula) => add(&mut open, Node::Math(formula)),
                    Err(why) => {
                        mistakes.push((line, why));
                        add(&mut open, Node::Text(latex.into_string()));
                    }
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let shown: String = html.trim().chars().take(30).collect();
                mistakes.push((line, format!("HTML is not shown in lessons: \"{shown}\"; write Markdown")));
            }
            Event::SoftBreak => add(&mut open, Node::Text(" ".into())),
            Event::HardBreak => add(&mut open, Node::Break),
            Event::Rule => add(&mut open, Node::Rule),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }
    pieces
}

fn tag(start: Start<'_>) -> Result<Tag, String> {
    Ok(match start {
        // The page has the title of the lesson as its heading of level 1.
        Start::Heading { level, .. } => Tag::Heading((level as u8).clamp(2, 4)),
        Start::List(None) => Tag::List,
        Start::List(Some(_)) => Tag::OrderedList,
        Start::Item => Tag::Item,
        Start::Emphasis | Start::Strikethrough => Tag::Emphasis,
        Start::Strong => Tag::Strong,
        Start::CodeBlock(_) => Tag::CodeBlock,
        Start::BlockQuote(_) => Tag::Quote,
        Start::Table(_) => Tag::Table,
        Start::TableHead => Tag::TableHead,
        Start::TableRow => Tag::TableRow,
        Start::TableCell => Tag::TableCell,
        Start::Link { link_type: LinkType::Email, .. } => return Err("links to mail addresses are not shown".into()),
        Start::Link { dest_url, .. } if is_allowed(&dest_url) => Tag::Link(dest_url.into_string()),
        Start::Link { dest_url, .. } => {
            let shown: String = dest_url.chars().take(40).collect();
            return Err(format!("a link may lead to https://, http:// or #/, not to \"{shown}\""));
        }
        Start::Image { .. } => return Err("images are not shown in lessons: use a dish".into()),
        _ => Tag::Paragraph,
    })
}

/// Prose without blocks, as questions and explanations have it.
pub(super) fn inline(text: &str, line: usize, mistakes: &mut Vec<Mistake>) -> Vec<Node> {
    let pieces = read(text, line, |_| false, mistakes);
    pieces
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Node(node) => Some(node),
            Piece::Fence(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(nodes: &[Node]) -> usize {
        let of = |node: &Node| if let Node::Element(_, children) = node { 1 + depth(children) } else { 0 };
        nodes.iter().map(of).max().unwrap_or(0)
    }

    #[test]
    fn what_is_nested_too_deeply_is_flattened() {
        let refused = format!("{}x{}", "![".repeat(500), "](a)".repeat(500));
        for text in [format!("{} x", ">".repeat(5000)), format!("{} x", "- ".repeat(5000)), "*".repeat(999) + "x", refused] {
            let mut mistakes = Vec::new();
            let nodes = inline(&text, 1, &mut mistakes);
            assert!(depth(&nodes) <= MAX_DEPTH, "{} of {}", depth(&nodes), &text[..8]);
            assert!(format!("{nodes:?}").contains('x'), "its text is still there: {nodes:?}");
        }
        let mut mistakes = Vec::new();
        let nodes = inline(&format!("{} x\n\n> y", ">".repeat(5000)), 1, &mut mistakes);
        assert_eq!(mistakes, [(1, "is nested too deeply".to_owned())], "said once");
        assert_eq!(nodes.len(), 2, "what comes behind it stands beside it");
        assert_eq!(depth(&nodes[1..]), 2);
    }
}
