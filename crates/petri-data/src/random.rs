//! Seeded streams of random numbers: one seed, one independent stream for each purpose.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are drawn for. Each purpose has its own stream, so that drawing more for one
/// (a wider layer, say) does not change another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Samples of a generated data set.
    Data,
    /// Division into training, validation and test.
    Split,
    /// Initial weights of the node with this name.
    Weights(&'a str),
    /// Order of the training samples in this epoch.
    Order(u32),
    /// Dropout mask of this step, of the node with this name.
    Dropout(u32, &'a str),
    /// Shuffling of this feature for its importance.
    Shuffle(u32),
    /// Trees and samples of a random forest.
    Forest,
    /// Training samples that stand for all of them in an evaluation.
    Sample,
}

/// The stream of `seed` for `purpose`.
pub fn stream(seed: u32, purpose: Purpose<'_>) -> ChaCha8Rng {
    let (kind, index, name) = match purpose {
        Purpose::Data => (1u64, 0, None),
        Purpose::Split => (2, 0, None),
        Purpose::Weights(name) => (3, 0, Some(name)),
        Purpose::Order(i) => (4, i, None),
        Purpose::Dropout(i, name) => (5, i, Some(name)),
        Purpose::Shuffle(i) => (6, i, None),
        Purpose::Forest => (7, 0, None),
        Purpose::Sample => (8, 0, None),
    };
    let key = name.map_or(u64::from(seed), |name| fnv1a(seed.to_le_bytes().iter().chain(name.as_bytes())));
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    rng.set_stream((kind << 32) | u64::from(index));
    rng
}

/// FNV-1a with 64 bits (Fowler, Noll and Vo): the same on every machine, unlike the hash of the standard library.
fn fnv1a<'a>(bytes: impl Iterator<Item = &'a u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Uniform in [0, 1), from the upper 24 bits of one word: the same on every machine.
pub fn uniform(rng: &mut impl Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// Uniform in [low, high).
pub fn uniform_in(rng: &mut impl Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * uniform(rng)
}

/// Standard normal, by the method of Box and Muller (1958).
pub fn normal(rng: &mut impl Rng) -> f32 {
    let u = 1.0 - f64::from(uniform(rng));
    let v = f64::from(uniform(rng));
    ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
}

/// A permutation of `0..n` (Fisher and Yates).
pub fn permutation(rng: &mut impl Rng, n: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i as u32) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |purpose| -> Vec<u32> { (0..4).map(|_| stream(7, purpose).next_u32()).collect() };
        assert_eq!(draw(Purpose::Data), draw(Purpose::Data));
        assert_ne!(draw(Purpose::Weights("dense1")), draw(Purpose::Weights("dense2")));
        assert_ne!(draw(Purpose::Weights("dense1")), draw(Purpose::Dropout(0, "dense1")));
        assert_ne!(draw(Purpose::Dropout(0, "dense1")), draw(Purpose::Dropout(1, "dense1")));
    }

    #[test]
    fn names_are_hashed_alike_on_every_machine() {
        // The published values of FNV-1a.
        assert_eq!(fnv1a([].iter()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar".iter()), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut rng = stream(1, Purpose::Data);
        let draws: Vec<f64> = (0..20_000).map(|_| f64::from(normal(&mut rng))).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }

    #[test]
    fn permutations_hold_every_index_once() {
        let mut order = permutation(&mut stream(3, Purpose::Order(2)), 100);
        assert_ne!(order, (0..100).collect::<Vec<u32>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<u32>>());
    }
}
