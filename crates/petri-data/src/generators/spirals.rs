//! Two arms that wind around each other.

use rand::Rng;

use super::Sampler;
use crate::random::{normal, uniform_in};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

/// One point on an arm of one and a half turns; the second arm is turned by half a turn.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    let along = uniform_in(&mut rng, 0.06, 1.0);
    let start = if class == 1 { std::f32::consts::PI } else { 0.0 };
    let angle = 1.5 * std::f32::consts::TAU * along + start;
    let radius = 5.2 * along;
    [radius * angle.sin() + noise * normal(&mut rng), radius * angle.cos() + noise * normal(&mut rng)]
}
