//! Invented houses: area, number of bedrooms, postcode and quality of the schools make a price.

use petri_protocol::{DataSpec, Split};
use rand::Rng;

use super::Sampler;
use crate::dataset::{Dataset, Part};
use crate::random::{Purpose, normal, stream, uniform_in};
use crate::values::{Targets, Values};

/// Who draws the samples.
pub const SAMPLER: Sampler = Sampler::Whole(generate);

/// Area in m², bedrooms, walkability of the postcode (0 to 10), quality of the schools (0 to 10).
fn house(rng: &mut impl Rng) -> [f32; 4] {
    let area = uniform_in(rng, 40.0, 220.0);
    let bedrooms = (area / 45.0 + uniform_in(rng, -0.8, 1.2)).round().clamp(1.0, 6.0);
    let postcode = uniform_in(rng, 0.0, 10.0);
    // Walkable quarters tend to have better schools, with many exceptions.
    let schools = (0.5 * postcode + uniform_in(rng, 0.0, 7.0)).clamp(0.0, 10.0);
    [area, bedrooms, postcode, schools]
}

/// The price in thousand euro before noise: space for the family, walkability and schools, as a realtor
/// would put it. Rooms without space are worth little, and so is space without rooms.
pub fn price([area, bedrooms, postcode, schools]: [f32; 4]) -> f32 {
    let family = (1.6 * area).min(60.0 * bedrooms + 0.4 * area);
    let walkability = 14.0 * (postcode - 3.0).max(0.0);
    let school_quality = 9.0 * (0.3 * postcode + 0.7 * schools);
    80.0 + family + walkability + school_quality
}

/// Draws all houses; the noise moves each price by up to 40 thousand euro (standard deviation at 1).
pub fn generate(spec: &DataSpec, seed: u32) -> Option<Dataset> {
    let mut rng = stream(seed, Purpose::Data);
    // Independent draws: the parts need no shuffling to be alike.
    let parts = Split::ALL.map(|split| {
        let n = spec.sizes(spec.n_samples).of(split);
        let mut inputs = Vec::with_capacity(4 * n);
        let mut prices = Vec::with_capacity(n);
        for _ in 0..n {
            let house = house(&mut rng);
            prices.push(price(house) + 40.0 * spec.noise as f32 * normal(&mut rng));
            inputs.extend(house);
        }
        Part { n, inputs: Values::F32(inputs), targets: Targets::Numbers(prices) }
    });
    let info = spec.generated_info()?;
    let mut dataset = Dataset::new(info, parts);
    dataset.fit_scaling(spec);
    Some(dataset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_of_anything_never_lowers_the_price() {
        let mut rng = stream(1, Purpose::Data);
        for _ in 0..200 {
            let house = house(&mut rng);
            for i in 0..4 {
                let mut better = house;
                better[i] += 1.0;
                assert!(price(better) >= price(house), "{house:?} {i}");
            }
        }
    }
}
