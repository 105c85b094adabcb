//! Reads formulas: LaTeX to a tree of MathML elements.

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

use crate::math::{ATTRIBUTES, Attribute, ELEMENTS, MathNode};

/// Longest formula, in bytes.
const MAX_BYTES: usize = 2000;

/// Reads a formula.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn read(latex: &str, display: bool) -> Result<MathNode, String> {
    if latex.len() > MAX_BYTES {
        return Err(format!("a formula may have {MAX_BYTES} bytes, this one has {}", latex.len()));
    }
    let storage = Storage::new();
    let events: Vec<_> = Parser::new(latex, &storage).collect();
    if let Some(error) = events.iter().find_map(|e| e.as_ref().err()) {
        let why: String = error.to_string().lines().next().unwrap_or_default().chars().take(120).collect();
        return Err(format!("the formula \"{}\" cannot be read: {why}", latex.trim()));
    }
    let mut text = String::new();
    let mode = if display { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode: mode, ..RenderConfig::default() };
    push_mathml(&mut text, events.into_iter(), config).map_err(|e| e.to_string())?;
    let document = roxmltree::Document::parse(&text).map_err(|e| e.to_string())?;
    convert(document.root_element())
}

fn convert(element: roxmltree::Node<'_, '_>) -> Result<MathNode, String> {
    let found = element.tag_name().name();
    let name = ELEMENTS.into_iter().find(|e| *e == found).ok_or_else(|| format!("formulas may not use <{found}>"))?;
    let attributes = element
        .attributes()
        .filter_map(|a| {
            ATTRIBUTES.into_iter().find(|known| *known == a.name()).map(|name| Attribute { name, value: a.value().to_owned() })
        })
        .collect();
    let mut node = MathNode { name, attributes, text: String::new(), children: Vec::new() };
    for child in element.children() {
        if child.is_element() {
            node.children.push(convert(child)?);
        } else if let Some(text) = child.text() {
            node.text.push_str(text.trim());
        }
    }
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_trees() {
        let math = read(r"\sigma(z) = \frac{1}{1 + e^{-z}}", false).expect("a formula");
        assert_eq!(math.name, "math");
        fn names(node: &MathNode, out: &mut Vec<&'static str>) {
            out.push(node.name);
            node.children.iter().for_each(|c| names(c, out));
        }
        let mut all = Vec::new();
        names(&math, &mut all);
        assert!(all.contains(&"mfrac") && all.contains(&"msup"), "{all:?}");
    }

    #[test]
    fn what_is_used_in_lessons_can_be_read() {
        for latex in [
            r"w_1 x_1 + w_2 x_2 + b",
            r"L = -\frac{1}{n}\sum_{i=1}^{n} \left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]",
            r"\hat{y} = \max(0, z)",
            r"\frac{\partial L}{\partial w}",
            r"\theta \leftarrow \theta - \eta \nabla L",
            r"\sqrt{x^2 + y^2} \approx 0.5 \cdot \lVert w \rVert^2",
            r"\text{sensitivity} = \frac{TP}{TP + FN}",
            r"y = 0.5\,x^2 - 3 \le \bar{y}",
        ] {
            read(latex, true).unwrap_or_else(|e| panic!("{latex}: {e}"));
        }
    }

    #[test]
    fn links_and_broken_formulas_are_refused() {
        assert!(read(r"\frac{1", false).is_err());
        let link = read(r"\href{javascript:alert(1)}{x}", false);
        assert!(link.is_err() || !format!("{link:?}").contains("javascript"), "{link:?}");
    }
}
