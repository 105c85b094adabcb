//! A box plot (Tukey 1977) for each group of values, with the values as points on it.

use super::axis::{Axis, label, y_ticks};
use super::shape::{Anchor, Drawing, Shape, circle, group, line, rect, text};

const WIDTH: f32 = 460.0;
const LEFT: f32 = 50.0;
const RIGHT: f32 = 10.0;
/// Room for the name of the quantity.
const TOP: f32 = 26.0;
const PLOT: f32 = 190.0;
/// Room for the names below, in one or two lines.
const BOTTOM: f32 = 40.0;
/// Width of a letter of the names.
const LETTER: f32 = 6.5;

/// The values of one group, with the smallest, the quartiles and the largest of them, where there are any.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<f32>,
    /// Smallest value, quartiles, largest value.
    pub five: Option<[f32; 5]>,
}

/// The plot of what `quantity` names.
pub fn drawing(groups: &[Group], quantity: &str) -> Drawing {
    let y = Axis::fit(groups.iter().flat_map(|g| g.values.iter().copied()), false, TOP + PLOT, TOP);
    let slot = (WIDTH - LEFT - RIGHT) / groups.len().max(1) as f32;
    let mut shapes = y_ticks(&y, 5, LEFT, WIDTH - RIGHT + 2.0);
    shapes.push(text("axis-name", [4.0, 14.0], Anchor::Start, quantity));
    shapes.extend(groups.iter().enumerate().map(|(i, g)| one(g, i, slot, &y)));
    let said: Vec<String> = groups
        .iter()
        .filter_map(|g| g.five.map(|f| format!("{}: median {}, {} runs", g.name, label(f[2]), g.values.len())))
        .collect();
    Drawing { title: format!("Box plot of {quantity}. {}", said.join("; ")), width: WIDTH, height: TOP + PLOT + BOTTOM, shapes }
}

fn one(of: &Group, index: usize, slot: f32, y: &Axis) -> Shape {
    let x = LEFT + slot * (index as f32 + 0.5);
    let half = (slot * 0.28).min(34.0);
    let mut shapes = Vec::new();
    if let Some([low, q1, median, q3, high]) = of.five.map(|five| five.map(|v| y.position(v))) {
        shapes.push(line("", [x, low], [x, q1]));
        shapes.push(line("", [x, q3], [x, high]));
        shapes.push(rect("", [x - half, q3], [2.0 * half, (q1 - q3).max(1.0)]));
        shapes.push(line("box-median", [x - half, median], [x + half, median]));
    }
    for (j, value) in of.values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
        // Side by side, so that equal values are all seen.
        let shift = ((j * 7) % 11) as f32 / 11.0 - 0.45;
        shapes.push(circle("box-point", [x + shift * half, y.position(*value)], 3.2));
    }
    for (k, line) in wrapped(&of.name, (slot / LETTER) as usize).into_iter().enumerate() {
        shapes.push(text("tick", [x, TOP + PLOT + 16.0 + 14.0 * k as f32], Anchor::Middle, line));
    }
    group(format!("box box-{}", index % 7), &of.name, shapes)
}

/// A name in at most two lines of about `width` letters.
fn wrapped(name: &str, width: usize) -> Vec<String> {
    let width = width.max(6);
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].chars().count() + word.chars().count() < width || last == 1 {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
        .into_iter()
        .map(|l| if l.chars().count() > width + 4 { l.chars().take(width + 3).chain(['…']).collect() } else { l })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_say_what_they_show() {
        let of = |name: &str, values: Vec<f32>| Group {
            name: name.into(),
            five: (!values.is_empty()).then_some([1.0, 2.0, 3.0, 4.0, 5.0]),
            values,
        };
        let drawing = drawing(&[of("small", vec![1.0, 2.0, 3.0, 4.0, 5.0]), of("none", vec![])], "MAE");
        assert_eq!(drawing.title, "Box plot of MAE. small: median 3, 5 runs");
        let has_name = drawing.shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text == "MAE"));
        assert!(has_name, "the plot itself says what it shows");
        let boxes: Vec<&Vec<Shape>> =
            drawing.shapes.iter().filter_map(|s| if let Shape::Group { shapes, .. } = s { Some(shapes) } else { None }).collect();
        assert_eq!(boxes.len(), 2);
        assert_eq!(boxes[0].iter().filter(|s| matches!(s, Shape::Circle { .. })).count(), 5);
        assert_eq!(boxes[1].len(), 1, "only the name");
    }

    #[test]
    fn long_names_take_two_lines() {
        assert_eq!(wrapped("small batches of one", 14), ["small batches", "of one"]);
        assert_eq!(wrapped("incomprehensibilities", 8), ["incomprehen…"]);
        assert_eq!(wrapped("", 0), [""]);
    }
}
