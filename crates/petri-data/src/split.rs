//! Stratified division into training, validation and test.

use rand::Rng;

use crate::random::{Purpose, permutation, stream};
use crate::values::Targets;

/// Divides samples into three parts of the given sizes; every class has the same share in each part,
/// up to rounding. Returns the indices of each part in random order.
pub fn stratified(classes: &[u16], n_classes: usize, sizes: [usize; 3], rng: &mut impl Rng) -> [Vec<usize>; 3] {
    let mut members = vec![Vec::new(); n_classes];
    for idx in permutation(rng, classes.len()) {
        members[usize::from(classes[idx as usize])].push(idx as usize);
    }
    let mut parts = [vec![], vec![], vec![]];
    // Validation and test first; training takes the rest.
    for part in [1, 2] {
        let counts: Vec<usize> = members.iter().map(Vec::len).collect();
        for (class, take) in apportion(&counts, sizes[part]).into_iter().enumerate() {
            let keep = members[class].len() - take;
            parts[part].extend(members[class].split_off(keep));
        }
    }
    parts[0] = members.concat();
    for part in &mut parts {
        let order = permutation(rng, part.len());
        *part = order.into_iter().map(|i| part[i as usize]).collect();
    }
    parts
}

/// `size` samples that stand for all `n`, in their order: every class with its share, where there are classes.
/// The same ones at each call.
pub fn sample(targets: &Targets, n: usize, n_classes: usize, size: usize) -> Vec<usize> {
    let mut rng = stream(0, Purpose::Sample);
    let mut chosen = match targets {
        Targets::Classes(classes) => {
            let [_, chosen, _] = stratified(classes, n_classes, [n.saturating_sub(size), size, 0], &mut rng);
            chosen
        }
        _ => permutation(&mut rng, n).into_iter().take(size).map(|i| i as usize).collect(),
    };
    chosen.sort_unstable();
    chosen
}

/// Shares `total` among groups in proportion to `counts`, by largest remainder (Hamilton).
fn apportion(counts: &[usize], total: usize) -> Vec<usize> {
    let n: u64 = counts.iter().map(|&c| c as u64).sum();
    if n == 0 {
        return vec![0; counts.len()];
    }
    let total = (total as u64).min(n);
    // Products of two sizes do not fit into the 32 bits that a browser's `usize` has.
    let shares: Vec<(u64, u64)> = counts.iter().map(|&c| share(c as u64, total, n)).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&i| std::cmp::Reverse(shares[i].1));
    let missing = total - shares.iter().map(|(whole, _)| whole).sum::<u64>();
    // A share is at most its count, which was a `usize`.
    let mut shares: Vec<usize> = shares.into_iter().map(|(whole, _)| whole as usize).collect();
    for &i in by_remainder.iter().take(missing as usize) {
        shares[i] += 1;
    }
    shares
}

/// `count · total / n` and its remainder, for any sizes.
fn share(count: u64, total: u64, n: u64) -> (u64, u64) {
    let product = u128::from(count) * u128::from(total);
    // Both are at most `count` or below `n`.
    ((product / u128::from(n)) as u64, (product % u128::from(n)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_share_in_each_part() {
        let classes: Vec<u16> = (0..200).map(|i| u16::from(i % 10 == 0)).collect();
        let parts = stratified(&classes, 2, [100, 50, 50], &mut stream(1, Purpose::Split));
        assert_eq!(parts.each_ref().map(Vec::len), [100, 50, 50]);
        let rare = parts.each_ref().map(|p| p.iter().filter(|&&i| classes[i] == 1).count());
        assert_eq!(rare, [10, 5, 5]);
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..200).collect::<Vec<_>>(), "every sample is in exactly one part");
    }

    /// 100,000 · 50,000 is above 32 bits; products of sizes of 2³³ are above 64.
    #[test]
    fn sizes_whose_product_is_large_are_shared_in_proportion() {
        assert_eq!(share(100_000, 50_000, 200_000), (25_000, 0));
        assert_eq!(share(1 << 40, 1 << 39, 1 << 41), (1 << 38, 0));
        let n = usize::MAX / 4;
        assert_eq!(apportion(&[n, n], n), [n / 2 + n % 2, n / 2]);
    }

    #[test]
    fn a_sample_has_the_shares_of_the_whole_and_repeats() {
        let classes = Targets::Classes((0..1000).map(|i| u16::from(i % 10 == 0)).collect());
        let chosen = sample(&classes, 1000, 2, 100);
        assert_eq!(chosen, sample(&classes, 1000, 2, 100));
        assert_eq!((chosen.len(), chosen.iter().filter(|&&i| i % 10 == 0).count()), (100, 10));
        assert!(chosen.is_sorted_by(|a, b| a < b), "each once");
        let numbers = Targets::Numbers(vec![0.0; 50]);
        assert_eq!((sample(&numbers, 50, 0, 7).len(), sample(&numbers, 50, 0, 70).len()), (7, 50));
    }

    #[test]
    fn remainders_are_shared_fairly() {
        assert_eq!(apportion(&[5, 3, 2], 5), [3, 1, 1]);
        assert_eq!(apportion(&[1, 1, 1], 2).iter().sum::<usize>(), 2);
        assert_eq!(apportion(&[0, 0], 3), [0, 0]);
    }
}
