//! Small images of drawn cells in two classes: round cells, and sickle-like long ones.

use petri_protocol::source::cell_classes::SIDE;
use petri_protocol::{DataSpec, Split};
use rand::Rng;

use super::Sampler;
use crate::dataset::{Dataset, Part};
use crate::random::{Purpose, normal, stream, uniform_in};
use crate::split::stratified;
use crate::values::{Targets, Values};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Whole(generate);

/// Area of a cell in pixels: the same in both classes, so that brightness alone tells nothing.
const AREA: (f32, f32) = (30.0, 48.0);
/// Length by width.
const ROUND: (f32, f32) = (1.0, 1.25);
const LONG: (f32, f32) = (4.0, 6.0);

/// Draws all images; `None` never, since this set is generated.
pub fn generate(spec: &DataSpec, seed: u32) -> Option<Dataset> {
    let info = spec.generated_info()?;
    let mut rng = stream(seed, Purpose::Data);
    let area = SIDE * SIDE;
    let n_long = (spec.n_samples as f64 * spec.balance).round() as usize;
    let mut classes = Vec::with_capacity(spec.n_samples);
    let mut pixels = Vec::with_capacity(spec.n_samples * area);
    for i in 0..spec.n_samples {
        let class = u16::from(i < n_long);
        classes.push(class);
        image(if class == 1 { LONG } else { ROUND }, spec.noise as f32, &mut rng, &mut pixels);
    }
    let sizes = Split::ALL.map(|s| info.sizes.of(s));
    let parts = stratified(&classes, 2, sizes, &mut stream(seed, Purpose::Split)).map(|indices| Part {
        n: indices.len(),
        inputs: Values::U8(indices.iter().flat_map(|&i| &pixels[i * area..(i + 1) * area]).copied().collect()),
        targets: Targets::Classes(indices.iter().map(|&i| classes[i]).collect()),
    });
    let mut dataset = Dataset::new(info, parts);
    dataset.fit_scaling(spec);
    Some(dataset)
}

/// One cell: centre, half axes, the direction of the long one, and how bright it is.
struct Cell {
    centre: (f32, f32),
    axes: (f32, f32),
    direction: (f32, f32),
    grey: f32,
}

fn image(shape: (f32, f32), noise: f32, rng: &mut impl Rng, pixels: &mut Vec<u8>) {
    let side = SIDE as f32;
    let n_cells = uniform_in(rng, 2.0, 5.0) as usize;
    let mut cells = Vec::with_capacity(n_cells);
    for _ in 0..n_cells {
        let centre = (uniform_in(rng, 4.0, side - 4.0), uniform_in(rng, 4.0, side - 4.0));
        let (area, ratio) = (uniform_in(rng, AREA.0, AREA.1), uniform_in(rng, shape.0, shape.1));
        // The area of an ellipse is π·a·b.
        let short = (area / (std::f32::consts::PI * ratio)).sqrt();
        let (sin, cos) = uniform_in(rng, 0.0, std::f32::consts::PI).sin_cos();
        cells.push(Cell { centre, axes: (short * ratio, short), direction: (cos, sin), grey: uniform_in(rng, 0.2, 0.4) });
    }
    for y in 0..SIDE {
        for x in 0..SIDE {
            let mut grey = 0.35;
            for cell in &cells {
                let (dx, dy) = (x as f32 - cell.centre.0, y as f32 - cell.centre.1);
                let (cos, sin) = cell.direction;
                let along = (dx * cos + dy * sin) / cell.axes.0;
                let across = (dy * cos - dx * sin) / cell.axes.1;
                if along.hypot(across) < 1.0 {
                    grey = 0.35 + cell.grey;
                }
            }
            grey += 0.25 * noise * normal(rng);
            pixels.push((grey.clamp(0.0, 1.0) * 255.0) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_tells_nothing_about_the_class() {
        let source = petri_protocol::DataSource::find("cell_classes").expect("a source");
        let spec = DataSpec { source, n_samples: 800, ..DataSpec::default() };
        let data = generate(&spec, 3).expect("generated");
        let (Values::U8(pixels), Targets::Classes(classes)) = (&data.parts[0].inputs, &data.parts[0].targets) else {
            panic!("grey images with classes")
        };
        let mean = |class: u16| {
            let of: Vec<f64> = pixels
                .chunks_exact(SIDE * SIDE)
                .zip(classes)
                .filter(|(_, c)| **c == class)
                .map(|(image, _)| image.iter().map(|p| f64::from(*p)).sum::<f64>() / image.len() as f64)
                .collect();
            of.iter().sum::<f64>() / of.len() as f64
        };
        assert!((mean(0) - mean(1)).abs() < 4.0, "{} and {} of 255", mean(0), mean(1));
    }
}
