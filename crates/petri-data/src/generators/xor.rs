//! Four quadrants, opposite ones of one class.

use rand::Rng;

use super::Sampler;
use crate::random::{normal, uniform_in};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

/// One point, at least 0.3 from the axes; class 1 where the signs differ.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    let x = uniform_in(&mut rng, 0.3, 5.0);
    let y = uniform_in(&mut rng, 0.3, 5.0);
    let side = if uniform_in(&mut rng, 0.0, 1.0) < 0.5 { -1.0 } else { 1.0 };
    let other = if class == 1 { -side } else { side };
    [side * x + noise * normal(&mut rng), other * y + noise * normal(&mut rng)]
}
