//! Whole numbers from 1 on that people type, brought into the range of a field.

use petri_protocol::typed_number;

/// What a field from 1 to `max` holds after `text` was typed where `now` stood: the nearest whole number in
/// the range; `now` for what is no number. Where there is nothing to count, it is 1.
pub fn settle(text: &str, now: usize, max: usize) -> usize {
    // `as` brings what is too large or negative to the ends of `usize`.
    typed_number::parse(text).map_or(now, |n| n.round() as usize).min(max).max(1)
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn what_is_typed_is_brought_into_range() {
        assert_eq!((settle("3", 1, 10), settle("99", 1, 10), settle("1e300", 1, 10)), (3, 10, 10));
        assert_eq!((settle("0", 5, 10), settle("-4", 5, 10)), (1, 1));
        assert_eq!((settle("x", 5, 10), settle("", 5, 10)), (5, 5), "what was there stays");
        assert_eq!((settle("5", 1, 0), settle("x", 7, 0)), (1, 1), "no data: no panic");
    }
}
