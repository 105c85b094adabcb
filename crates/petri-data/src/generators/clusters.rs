//! Two Gaussian clusters that a straight line separates.

use rand::Rng;

use super::Sampler;
use crate::random::normal;

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Plane(draw);

/// One point: centres at (±2, ±2), standard deviation 0.5 to 2.5.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let centre = if class == 1 { 2.0 } else { -2.0 };
    let std = 0.5 + 2.0 * noise;
    let mut rng = rng;
    [centre + std * normal(&mut rng), centre + std * normal(&mut rng)]
}
