//! Points above and below a parabola: no straight line separates them.

use petri_protocol::DataSource;
use rand::Rng;

use super::SourceCard;
use crate::random::{normal, uniform_in};

/// Card of this data set.
pub const CARD: SourceCard = SourceCard {
    source: DataSource::Parabola,
    title: "Parabola",
    summary: "Points inside and outside a parabola. A line cannot separate them, a bend can.",
    is_planar: true,
    has_balance: true,
};

/// The parabola y = 0.5 x² − 3.
pub fn curve(x: f32) -> f32 {
    0.5 * x * x - 3.0
}

/// One point at least 0.2 above (class 1) or below (class 0) the curve, then moved by the noise.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    loop {
        let (x, y) = (uniform_in(&mut rng, -5.0, 5.0), uniform_in(&mut rng, -5.0, 5.0));
        let above = y - curve(x);
        if if class == 1 { above > 0.2 } else { above < -0.2 } {
            return [x + noise * normal(&mut rng), y + noise * normal(&mut rng)];
        }
    }
}
