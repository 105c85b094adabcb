//! ROC and precision-recall curves.

use petri_protocol::{Probe, Task};

use super::{Column, ViewCard};
use crate::drawing::axis::{Axis, path as line_path, x_ticks, y_ticks};
use crate::drawing::shape::{Anchor, Drawing, circle, path, text};

const SIDE: f32 = 230.0;
const LEFT: f32 = 38.0;
const BOTTOM: f32 = 36.0;
const TOP: f32 = 22.0;

/// The card.
pub static CARD: ViewCard = ViewCard {
    id: "ranking",
    title: "ROC and precision-recall",
    help: "What every threshold would give, and the one that is chosen.",
    column: Column::Middle,
    order: 1100,
    fits: |_, info| info.task == Task::MultiClass && info.n_classes() == 2,
    opens: |_| false,
    asks: |asking| vec![Probe::Scores { split: asking.split }],
};

/// A curve of parts of one, both axes from 0 to 1, with the place of the threshold on it.
pub fn drawing(title: &str, names: [&str; 2], points: &[(f32, f32)], now: Option<(f32, f32)>) -> Drawing {
    let x = Axis { low: 0.0, high: 1.0, log: false, from: LEFT, to: SIDE - 10.0 };
    let y = Axis { low: 0.0, high: 1.0, log: false, from: SIDE - BOTTOM, to: TOP };
    let mut shapes = y_ticks(&y, 2, LEFT, x.to);
    shapes.extend(x_ticks(&x, 2, SIDE - BOTTOM + 15.0));
    shapes.push(text("tick", [(x.from + x.to) / 2.0, SIDE - 4.0], Anchor::Middle, names[0]));
    shapes.push(text("tick", [4.0, 12.0], Anchor::Start, names[1]));
    shapes.push(path("line line-validation line-solid", line_path(points, &x, &y)));
    let now = now.filter(|(a, b)| a.is_finite() && b.is_finite());
    shapes.extend(now.map(|(a, b)| circle("curve-now", [x.position(a), y.position(b)], 6.0)));
    let place = now.map_or(String::new(), |(a, b)| format!("; at the threshold {} {a:.2}, {} {b:.2}", names[0], names[1]));
    Drawing { title: format!("{title}{place}"), width: SIDE, height: SIDE, shapes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::shape::Shape;

    #[test]
    fn the_threshold_stands_on_the_curve() {
        let drawing = drawing("ROC curve", ["1 − specificity", "sensitivity"], &[(0.0, 0.0), (1.0, 1.0)], Some((0.5, 0.5)));
        assert!(drawing.title.ends_with("at the threshold 1 − specificity 0.50, sensitivity 0.50"), "{}", drawing.title);
        assert!(
            matches!(drawing.shapes.last(), Some(Shape::Circle { centre: [129.0, 108.0], .. })),
            "{:?}",
            drawing.shapes.last()
        );
        let empty = super::drawing("ROC curve", ["a", "b"], &[], Some((f32::NAN, 0.5)));
        assert!(!empty.shapes.iter().any(|s| matches!(s, Shape::Circle { .. })) && empty.title == "ROC curve");
    }
}
