//! Formulas: a tree of MathML elements, from a closed list of names.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Elements of MathML Core that formulas are made of. Anything else is refused.
pub const ELEMENTS: [&str; 22] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
];
/// Attributes that may be kept: none can carry an address or a script.
pub const ATTRIBUTES: [&str; 14] = [
    "display",
    "stretchy",
    "accent",
    "fence",
    "separator",
    "form",
    "lspace",
    "rspace",
    "mathvariant",
    "linethickness",
    "largeop",
    "movablelimits",
    "width",
    "displaystyle",
];

/// A name of a closed list. (Spelt out as a reference, serde would want to borrow it from what is read.)
pub type Name = &'static str;

/// An attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    #[serde(deserialize_with = "attribute")]
    pub name: Name,
    /// Its value.
    pub value: String,
}

/// One element of a formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MathNode {
    /// Name of the element.
    #[serde(deserialize_with = "element")]
    pub name: Name,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Its text, for leaves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Elements in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Self>,
}

impl MathNode {
    /// Its letters and signs one behind the other, for those who hear it as part of a name.
    pub fn text(&self) -> String {
        self.children.iter().fold(self.text.clone(), |text, child| format!("{text} {}", child.text()).trim().to_owned())
    }
}

/// Reads a name of a closed list, and refuses every other.
fn known<'de, D: Deserializer<'de>>(from: D, list: &[&'static str]) -> Result<Name, D::Error> {
    let found = String::deserialize(from)?;
    list.iter().find(|known| **known == found).copied().ok_or_else(|| D::Error::custom("a name that formulas may not use"))
}

fn element<'de, D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
    known(from, &ELEMENTS)
}

fn attribute<'de, D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
    known(from, &ATTRIBUTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_of_the_lists_are_refused() {
        let fine = r#"{"name":"math","attributes":[{"name":"display","value":"block"}],"children":[{"name":"mi","text":"x"}]}"#;
        let node: MathNode = serde_json::from_str(fine).expect("a formula");
        assert_eq!(node.text(), "x");
        for bad in [r#"{"name":"script"}"#, r#"{"name":"mi","attributes":[{"name":"onclick","value":"x()"}]}"#] {
            assert!(serde_json::from_str::<MathNode>(bad).is_err(), "{bad}");
        }
    }
}
