//! Drawings as data: a small closed set of shapes, laid out by plain Rust, rendered by one component and
//! printed as the text of an SVG file.

use std::fmt::Write as _;

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A shape. Its colours come from its class.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Lines, dots and areas in the language of SVG paths.
    Path {
        /// Class of the style.
        class: String,
        /// The path.
        d: String,
    },
    /// A straight line.
    Line {
        /// Class of the style.
        class: String,
        /// One end.
        from: [f32; 2],
        /// The other end.
        to: [f32; 2],
    },
    /// A circle.
    Circle {
        /// Class of the style.
        class: String,
        /// Its centre.
        centre: [f32; 2],
        /// Its radius.
        radius: f32,
    },
    /// A rectangle.
    Rect {
        /// Class of the style.
        class: String,
        /// Upper left corner.
        corner: [f32; 2],
        /// Width and height; what is negative counts as zero.
        size: [f32; 2],
    },
    /// A line of text.
    Text {
        /// Class of the style.
        class: String,
        /// Where it stands, on its base line.
        at: [f32; 2],
        /// Which end stands there.
        anchor: Anchor,
        /// The text.
        text: String,
    },
    /// Several shapes.
    Group {
        /// Class of the style.
        class: String,
        /// What the pointer is told about them; may be empty.
        title: String,
        /// The shapes.
        shapes: Vec<Self>,
    },
}

/// A drawing in its own units, the origin in its upper left corner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawing {
    /// What it shows, for those who do not see it.
    pub title: String,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// What is drawn, the lowest first.
    pub shapes: Vec<Shape>,
}

/// A path.
pub fn path(class: impl Into<String>, d: impl Into<String>) -> Shape {
    Shape::Path { class: class.into(), d: d.into() }
}

/// A straight line.
pub fn line(class: impl Into<String>, from: [f32; 2], to: [f32; 2]) -> Shape {
    Shape::Line { class: class.into(), from, to }
}

/// A circle.
pub fn circle(class: impl Into<String>, centre: [f32; 2], radius: f32) -> Shape {
    Shape::Circle { class: class.into(), centre, radius }
}

/// A rectangle.
pub fn rect(class: impl Into<String>, corner: [f32; 2], size: [f32; 2]) -> Shape {
    Shape::Rect { class: class.into(), corner, size }
}

/// A text.
pub fn text(class: impl Into<String>, at: [f32; 2], anchor: Anchor, text: impl Into<String>) -> Shape {
    Shape::Text { class: class.into(), at, anchor, text: text.into() }
}

/// A group.
pub fn group(class: impl Into<String>, title: impl Into<String>, shapes: Vec<Shape>) -> Shape {
    Shape::Group { class: class.into(), title: title.into(), shapes }
}

/// A coordinate with one digit behind the point; 0 for what is no number.
pub fn number(value: f32) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.to_owned() }
}

/// An element of an SVG: what shapes become, in the page and in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Name of the element.
    pub tag: &'static str,
    /// Attributes in a fixed order for each tag.
    pub attributes: Vec<(&'static str, String)>,
    /// Text in it.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Self>,
}

impl Element {
    fn new(tag: &'static str, class: &str, attributes: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let class = ("class", class.to_owned());
        let attributes = [class].into_iter().chain(attributes).collect();
        Self { tag, attributes, text: String::new(), children: Vec::new() }
    }

    fn print(&self, out: &mut String) {
        // Writing to a String cannot fail.
        write!(out, "<{}", self.tag).unwrap_or_default();
        for (name, value) in &self.attributes {
            write!(out, " {name}=\"{}\"", escaped(value)).unwrap_or_default();
        }
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escaped(&self.text));
        self.children.iter().for_each(|c| c.print(out));
        write!(out, "</{}>", self.tag).unwrap_or_default();
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no such characters, not even escaped.
            c if c.is_control() && !matches!(c, '\t' | '\n') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

impl Shape {
    /// The element of the shape.
    pub fn element(&self) -> Element {
        match self {
            Self::Path { class, d } => Element::new("path", class, [("d", d.clone())]),
            Self::Line { class, from, to } => {
                let ends = [("x1", from[0]), ("y1", from[1]), ("x2", to[0]), ("y2", to[1])];
                Element::new("line", class, ends.map(|(k, v)| (k, number(v))))
            }
            Self::Circle { class, centre, radius } => {
                let place = [("cx", centre[0]), ("cy", centre[1]), ("r", radius.max(0.0))];
                Element::new("circle", class, place.map(|(k, v)| (k, number(v))))
            }
            Self::Rect { class, corner, size } => {
                let place = [("x", corner[0]), ("y", corner[1]), ("width", size[0].max(0.0)), ("height", size[1].max(0.0))];
                Element::new("rect", class, place.map(|(k, v)| (k, number(v))))
            }
            Self::Text { class, at, anchor, text } => {
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                let place = [("x", number(at[0])), ("y", number(at[1])), ("text-anchor", anchor.to_owned())];
                Element { text: text.clone(), ..Element::new("text", class, place) }
            }
            Self::Group { class, title, shapes } => {
                let mut group = Element::new("g", class, []);
                if !title.is_empty() {
                    group.children.push(titled(title));
                }
                group.children.extend(shapes.iter().map(Self::element));
                group
            }
        }
    }
}

fn titled(text: &str) -> Element {
    Element { tag: "title", attributes: vec![], text: text.to_owned(), children: vec![] }
}

impl Drawing {
    /// The elements of all shapes.
    pub fn elements(&self) -> Vec<Element> {
        self.shapes.iter().map(Shape::element).collect()
    }

    /// Value of the attribute `viewBox`.
    pub fn view_box(&self) -> String {
        format!("0 0 {} {}", number(self.width), number(self.height))
    }

    /// The text of an SVG file with `elements`, which are those of the drawing, perhaps with their styles
    /// written into them, on a ground of the colour `ground`.
    pub fn print(&self, elements: &[Element], ground: &str) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let (width, height) = (number(self.width), number(self.height));
        let attributes = [
            ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
            ("viewBox", self.view_box()),
            ("width", width.clone()),
            ("height", height.clone()),
        ];
        let paper = Element {
            tag: "rect",
            attributes: vec![("width", width), ("height", height), ("fill", ground.to_owned())],
            text: String::new(),
            children: vec![],
        };
        let children = [titled(&self.title), paper].into_iter().chain(elements.iter().cloned()).collect();
        Element { tag: "svg", attributes: attributes.into(), text: String::new(), children }.print(&mut out);
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing() -> Drawing {
        let shapes = vec![
            path("line line-train", "M0 0L9 9"),
            line("grid", [0.0, 1.25], [10.0, f32::NAN]),
            rect("bar", [1.0, 2.0], [3.0, -4.0]),
            group(
                "box",
                "run <1>",
                vec![circle("dot", [5.0, 5.04], 2.0), text("tick", [1.0, 9.0], Anchor::End, "a & \"b\"\u{7}")],
            ),
        ];
        Drawing { title: "Loss < 1".into(), width: 100.0, height: 50.5, shapes }
    }

    #[test]
    fn a_drawing_prints_as_a_well_formed_file() {
        let text = drawing().print(&drawing().elements(), "#ffffff");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let root = document.root_element();
        assert_eq!(root.attribute("viewBox"), Some("0 0 100 50.5"));
        let tags: Vec<&str> = root.children().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        assert_eq!(tags, ["title", "rect", "path", "line", "rect", "g"]);
        assert_eq!(document.descendants().filter(|n| n.tag_name().name() == "text").count(), 1, "text stays text");
        let label = document.descendants().find(|n| n.tag_name().name() == "text").and_then(|n| n.text());
        assert_eq!(label, Some("a & \"b\" "));
    }

    #[test]
    fn what_is_no_number_or_negative_never_reaches_an_attribute() {
        let text = drawing().print(&drawing().elements(), "#ffffff");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert!(text.contains("height=\"0\""), "a negative height is none: {text}");
        assert_eq!([1.25, -0.04, 3.0, 0.1, f32::INFINITY].map(number), ["1.2", "0", "3", "0.1", "0"]);
    }
}
