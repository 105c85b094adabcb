//! Generated data sets. Each is one file with its card.

use petri_protocol::{DataSource, DataSpec, Split};
use rand::Rng;

use crate::dataset::{Dataset, Part, Targets, Values};
use crate::random::{Purpose, stream};
use crate::split::stratified;

pub mod cells;
pub mod circles;
pub mod clusters;
pub mod house_price;
pub mod parabola;
pub mod spirals;
pub mod xor;

/// What menus and pages say about a generated data set.
#[derive(Debug, Clone, Copy)]
pub struct SourceCard {
    /// Which it is.
    pub source: DataSource,
    /// Name for people.
    pub title: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// Whether the samples are points in the plane.
    pub is_planar: bool,
    /// Whether the share of the second class can be set.
    pub has_balance: bool,
}

/// All generated data sets, in the order of the menu.
pub const ALL: [SourceCard; 7] =
    [clusters::CARD, parabola::CARD, circles::CARD, xor::CARD, spirals::CARD, house_price::CARD, cells::CARD];

/// Half of the side of the square that points lie in and that boundaries are drawn over.
pub const EXTENT: f32 = 6.0;

/// Draws a data set and divides it; `None` when the source is a file.
pub fn generate(spec: &DataSpec, seed: u32) -> Option<Dataset> {
    let draw: fn(usize, f32, &mut dyn Rng) -> [f32; 2] = match spec.source {
        DataSource::File | DataSource::Wdbc => return None,
        DataSource::HousePrice => return Some(house_price::generate(spec, seed)),
        DataSource::Cells => return Some(cells::generate(spec, seed)),
        DataSource::Clusters => clusters::draw,
        DataSource::Parabola => parabola::draw,
        DataSource::Circles => circles::draw,
        DataSource::Xor => xor::draw,
        DataSource::Spirals => spirals::draw,
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

    #[test]
    fn all_sets_repeat_by_seed_and_have_their_balance() {
        for card in ALL {
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
    fn points_stay_inside_the_drawn_square() {
        for card in ALL.iter().filter(|c| c.is_planar) {
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
            let [x, y] = circles::draw(1, 0.0, &mut rng);
            assert!(x.hypot(y) < 2.5);
        }
    }
}
