//! A disc inside a ring.

use rand::Rng;

use super::Sampler;
use crate::random::{normal, uniform, uniform_in};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

/// One point: class 1 in the disc of radius 2, class 0 in the ring from 3 to 4.5.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    let angle = uniform_in(&mut rng, 0.0, std::f32::consts::TAU);
    // The square root spreads points evenly over the disc.
    let radius = if class == 1 { 2.0 * uniform(&mut rng).sqrt() } else { uniform_in(&mut rng, 3.0, 4.5) };
    [radius * angle.cos() + noise * normal(&mut rng), radius * angle.sin() + noise * normal(&mut rng)]
}
