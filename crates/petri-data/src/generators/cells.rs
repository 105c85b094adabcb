//! Drawn cells on a noisy background, with a mask for each image.

use petri_protocol::source::cells::SIDE;
use petri_protocol::{DataSpec, Split};
use rand::Rng;

use super::Sampler;
use crate::dataset::{Dataset, Part};
use crate::random::{Purpose, normal, stream, uniform_in};
use crate::values::{Targets, Values};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Whole(generate);

/// One ellipse.
struct Cell {
    x: f32,
    y: f32,
    a: f32,
    b: f32,
    angle: f32,
    grey: f32,
}

impl Cell {
    fn draw(rng: &mut impl Rng) -> Self {
        let side = SIDE as f32;
        Self {
            x: uniform_in(rng, 0.0, side),
            y: uniform_in(rng, 0.0, side),
            a: uniform_in(rng, 5.0, 12.0),
            b: uniform_in(rng, 4.0, 9.0),
            angle: uniform_in(rng, 0.0, std::f32::consts::PI),
            grey: uniform_in(rng, 0.15, 0.35),
        }
    }

    /// Distance from the centre in units of the ellipse: below 1 is inside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.x, y - self.y);
        let (sin, cos) = self.angle.sin_cos();
        ((dx * cos + dy * sin) / self.a).hypot((dy * cos - dx * sin) / self.b)
    }
}

/// Draws all images. Uneven lighting and noise keep a plain threshold from being enough.
pub fn generate(spec: &DataSpec, seed: u32) -> Option<Dataset> {
    let mut rng = stream(seed, Purpose::Data);
    let sizes = spec.sizes(spec.n_samples);
    let parts = Split::ALL.map(|split| {
        let n = sizes.of(split);
        let mut pixels = Vec::with_capacity(n * SIDE * SIDE);
        let mut masks = Vec::with_capacity(n * SIDE * SIDE);
        for _ in 0..n {
            image(spec.noise as f32, &mut rng, &mut pixels, &mut masks);
        }
        Part { n, inputs: Values::U8(pixels), targets: Targets::Masks(masks) }
    });
    let info = spec.generated_info()?;
    let mut dataset = Dataset::new(info, parts);
    dataset.fit_scaling(spec);
    Some(dataset)
}

fn image(noise: f32, rng: &mut impl Rng, pixels: &mut Vec<u8>, masks: &mut Vec<u8>) {
    let n_cells = uniform_in(rng, 3.0, 8.0) as usize;
    let cells: Vec<Cell> = (0..n_cells).map(|_| Cell::draw(rng)).collect();
    let (tilt_x, tilt_y) = (uniform_in(rng, -0.15, 0.15), uniform_in(rng, -0.15, 0.15));
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (fx, fy) = (x as f32, y as f32);
            let side = SIDE as f32;
            let mut grey = 0.4 + tilt_x * (fx / side - 0.5) + tilt_y * (fy / side - 0.5);
            let mut inside = false;
            for cell in &cells {
                let d = cell.distance(fx, fy);
                if d < 1.0 {
                    inside = true;
                    // A dark rim, as membranes have.
                    grey = if d > 0.85 { 0.25 } else { 0.4 + cell.grey * (1.0 - 0.5 * d) };
                }
            }
            grey += 0.25 * noise * normal(rng);
            pixels.push((grey.clamp(0.0, 1.0) * 255.0) as u8);
            masks.push(u8::from(inside));
        }
    }
}
