//! Sums and products of sizes, checked as on 32 bits.
//!
//! In a browser a size has 32 bits, in a native test 64. What overflows there must be refused here too, or
//! no test would find it: all arithmetic with sizes that a learner can choose goes through this file.

use thiserror::Error;

/// Largest size of anything: what a browser can count.
pub const MAX: usize = u32::MAX as usize;

/// A size above [`MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is larger than {MAX}")]
pub struct TooLarge;

impl From<TooLarge> for String {
    fn from(error: TooLarge) -> Self {
        error.to_string()
    }
}

/// Whether a browser could count so far. In 64 bits, where the comparison says something on every machine.
fn is_countable(n: usize) -> bool {
    n as u64 <= MAX as u64
}

/// The product of sizes.
///
/// # Errors
///
/// When it is above [`MAX`].
pub fn product(factors: &[usize]) -> Result<usize, TooLarge> {
    if factors.contains(&0) {
        return Ok(0);
    }
    let multiply = |all: usize, factor: &usize| all.checked_mul(*factor).filter(|n| is_countable(*n)).ok_or(TooLarge);
    factors.iter().try_fold(1, multiply)
}

/// The sum of sizes.
///
/// # Errors
///
/// When it is above [`MAX`].
pub fn sum(terms: &[usize]) -> Result<usize, TooLarge> {
    let add = |all: usize, term: &usize| all.checked_add(*term).filter(|n| is_countable(*n)).ok_or(TooLarge);
    terms.iter().try_fold(0, add)
}

/// The product, or [`MAX`] where it is above: for what is only compared with a limit or shown.
pub fn capped_product(factors: &[usize]) -> usize {
    product(factors).unwrap_or(MAX)
}

/// The sum, or [`MAX`] where it is above.
pub fn capped_sum(terms: &[usize]) -> usize {
    sum(terms).unwrap_or(MAX)
}

/// The product as a count of operations or bytes, which has 64 bits everywhere.
pub fn count(factors: &[usize]) -> u64 {
    factors.iter().fold(1, |all: u64, factor| all.saturating_mul(*factor as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overflows_in_a_browser_is_refused_natively() {
        assert_eq!(product(&[65_535, 65_537]), Ok(MAX));
        assert_eq!(product(&[65_536, 65_536]), Err(TooLarge));
        assert_eq!(product(&[usize::MAX, usize::MAX, 0]), Ok(0));
        assert_eq!(sum(&[MAX, 1]), Err(TooLarge));
        assert_eq!(sum(&[usize::MAX, usize::MAX]), Err(TooLarge));
        assert_eq!((capped_product(&[MAX, 2]), capped_sum(&[MAX, 2])), (MAX, MAX));
        assert_eq!(count(&[usize::MAX, usize::MAX]), u64::MAX);
    }
}
