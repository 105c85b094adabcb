//! Who draws the samples of a source: one file for each, of the name of its card in `petri_protocol::source`.

use petri_protocol::{DataSpec, Split};
use rand::Rng;

use crate::dataset::{Dataset, Part};
use crate::random::{Purpose, stream};
use crate::split::stratified;
use crate::values::{Targets, Values};

include!(concat!(env!("OUT_DIR"), "/generator.rs"));

macro_rules! samplers {
    ($($name:ident),*) => {
        /// Samplers by the names of their sources.
        static SAMPLERS: &[(&str, Sampler)] = &[$((stringify!($name), $name::SAMPLER)),*];
    };
}
generator_members!(samplers);

/// How the samples of a source come about.
#[derive(Clone, Copy)]
pub enum Sampler {
    /// One point in the plane for a class and a strength of noise; the classes are divided alike.
    Plane(fn(usize, f32, &mut dyn Rng) -> [f32; 2]),
    /// All parts at once.
    Whole(fn(&DataSpec, u32) -> Option<Dataset>),
}

/// Half of the side of the square that points lie in and that boundaries are drawn over.
pub const EXTENT: f32 = 6.0;

/// Draws a data set and divides it; `None` when the source is a file.
pub fn generate(spec: &DataSpec, seed: u32) -> Option<Dataset> {
    let (_, sampler) = SAMPLERS.iter().find(|(id, _)| *id == spec.source.id())?;
    let draw = match sampler {
        Sampler::Plane(draw) => draw,
        Sampler::Whole(generate) => return generate(spec, seed),
    };
    let info = spec.generated_info()?;
    let mut rng = stream(seed, Purpose::Data);
    let n_second = (spec.n_samples as f64 * spec.balance).round() as usize;
    let mut classes = Vec::with_capacity(spec.n_samples);
    let mut points = Vec::with_capacity(2 * spec.n_samples);
    for i in 0..spec.n_samples {
        let class = usize::from(i < n_second);
        classes.push(class as u16);
        points.extend(draw(class, spec.noise as f32, &mut rng));
    }
    let sizes = Split::ALL.map(|s| info.sizes.of(s));
    let parts = stratified(&classes, 2, sizes, &mut stream(seed, Purpose::Split)).map(|indices| Part {
        n: indices.len(),
        inputs: Values::F32(indices.iter().flat_map(|&i| [points[2 * i], points[2 * i + 1]]).collect()),
        targets: Targets::Classes(indices.iter().map(|&i| classes[i]).collect()),
    });
    let mut dataset = Dataset::new(info, parts);
    dataset.fit_scaling(spec);
    Some(dataset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_protocol::source::{SourceCard, menu};

    fn drawn() -> impl Iterator<Item = &'static SourceCard> {
        menu().filter(|card| card.is_drawn)
    }

    #[test]
    fn all_sets_repeat_by_seed_and_have_their_balance() {
        for card in drawn() {
            let spec = DataSpec { source: card.source, n_samples: 100, balance: 0.2, ..DataSpec::default() };
            let data = generate(&spec, 5).expect("generated");
            assert_eq!(data, generate(&spec, 5).expect("generated"), "{}", card.title);
            assert_ne!(data.parts, generate(&spec, 6).expect("generated").parts, "{}", card.title);
            assert_eq!(data.info.sizes, spec.sizes(spec.n_samples));
            if card.has_balance {
                assert_eq!(data.info.class_counts, [40, 10], "{}", card.title);
            }
        }
    }

    #[test]
    fn every_card_has_its_sampler_and_every_sampler_its_card() {
        let cards: Vec<&str> = drawn().map(|card| card.source.id()).collect();
        assert_eq!(cards.len(), SAMPLERS.len());
        assert!(SAMPLERS.iter().all(|(id, _)| cards.contains(id)));
    }

    #[test]
    fn points_stay_inside_the_drawn_square() {
        for card in drawn().filter(|c| c.is_planar) {
            let spec = DataSpec { source: card.source, n_samples: 2000, noise: 0.5, ..DataSpec::default() };
            let data = generate(&spec, 1).expect("generated");
            let Values::F32(points) = &data.parts[0].inputs else { panic!("points are f32") };
            let outside = points.iter().filter(|p| p.abs() > EXTENT).count();
            assert!(outside * 100 < points.len(), "{}: {outside} of {}", card.title, points.len());
        }
    }

    #[test]
    fn without_noise_the_classes_are_where_they_belong() {
        let mut rng = stream(1, Purpose::Data);
        for _ in 0..500 {
            let [x, y] = parabola::draw(1, 0.0, &mut rng);
            assert!(y > parabola::curve(x));
            let [x, y] = xor::draw(0, 0.0, &mut rng);
            assert!(x * y > 0.0);
            let [x, y] = moons::draw(1, 0.0, &mut rng);
            assert!(y <= 0.75 && ((x - 1.5).hypot(y - 0.75) - 3.0).abs() < 1e-4);
            let [x, y] = circles::draw(1, 0.0, &mut rng);
            assert!(x.hypot(y) < 2.5);
        }
    }
}
