//! Points above and below a parabola: no straight line separates them.

use rand::Rng;

use super::Sampler;
use crate::random::{normal, uniform_in};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

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
