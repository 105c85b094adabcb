//! Colour maps that everybody can tell apart.
//!
//! Classes: Okabe and Ito (2008). Magnitudes: viridis (van der Walt and Smith 2015), from nine of
//! its colours. Signed values: blue, white, orange.

/// Red, green and blue, 0 to 255.
pub type Rgb = [u8; 3];

/// Okabe and Ito's palette, strongest contrasts first, without black.
const CLASSES: [Rgb; 7] =
    [[0, 114, 178], [230, 159, 0], [0, 158, 115], [213, 94, 0], [204, 121, 167], [86, 180, 233], [240, 228, 66]];

/// Viridis at 0, 1/8 … 1.
const VIRIDIS: [Rgb; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Blue, white, orange.
const SIGNED: [Rgb; 3] = [[0, 90, 160], [247, 247, 247], [214, 110, 0]];

/// Colour of a class; colours repeat after seven classes, so labels always say the class too.
pub fn class(index: usize) -> Rgb {
    CLASSES[index % CLASSES.len()]
}

fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * t).round() as u8)
}

fn ramp(stops: &[Rgb], t: f32) -> Rgb {
    let last = stops.len() - 1;
    let at = t.clamp(0.0, 1.0) * last as f32;
    let i = (at as usize).min(last - 1);
    mix(stops[i], stops[i + 1], at - i as f32)
}

/// Viridis for 0 to 1; grey for what is no number.
pub fn viridis(t: f32) -> Rgb {
    if t.is_nan() { [128, 128, 128] } else { ramp(&VIRIDIS, t) }
}

/// Blue for −1, white for 0, orange for 1; grey for what is no number.
pub fn signed(t: f32) -> Rgb {
    if t.is_nan() { [128, 128, 128] } else { ramp(&SIGNED, (t + 1.0) / 2.0) }
}

/// White towards the colour of a class by its probability.
pub fn toward_class(index: usize, strength: f32) -> Rgb {
    mix([250, 250, 250], class(index), strength.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_exact() {
        assert_eq!(viridis(0.0), [68, 1, 84]);
        assert_eq!(viridis(1.0), [253, 231, 37]);
        assert_eq!(viridis(0.5), [33, 144, 141]);
        assert_eq!(signed(0.0), [247, 247, 247]);
        assert_eq!(viridis(9.0), viridis(1.0));
        assert_eq!(viridis(f32::NAN), [128, 128, 128]);
    }
}
