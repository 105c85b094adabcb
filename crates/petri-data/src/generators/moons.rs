//! Two half circles that reach into each other.

use rand::Rng;

use super::Sampler;
use crate::random::{normal, uniform_in};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

/// One point: class 0 on the upper half of a circle of radius 3, class 1 on the lower half of one that begins in
/// the middle of the first.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    let angle = uniform_in(&mut rng, 0.0, std::f32::consts::PI);
    let (sin, cos) = angle.sin_cos();
    let [x, y] = if class == 1 { [1.5 - 3.0 * cos, 0.75 - 3.0 * sin] } else { [3.0 * cos - 1.5, 3.0 * sin - 0.75] };
    [x + noise * normal(&mut rng), y + noise * normal(&mut rng)]
}
