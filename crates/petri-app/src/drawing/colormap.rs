//! Colour maps that everybody can tell apart.
//!
//! Classes: Okabe and Ito (2008). Magnitudes: viridis (van der Walt and Smith 2015), from nine of
//! its colours. Signed values: purple, white, green, since blue and orange mean classes.

/// Red, green and blue, 0 to 255.
pub type Rgb = [u8; 3];

/// Okabe and Ito's palette, strongest contrasts first, without black: the tokens `--class-0` and so on.
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

/// Purple, white, green.
const SIGNED: [Rgb; 3] = [[118, 42, 131], [247, 247, 247], [27, 120, 55]];

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

/// Purple for −1, white for 0, green for 1; grey for what is no number.
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

    /// Value of a token of the style sheet.
    fn token(name: &str) -> &'static str {
        let sheet = include_str!("../../../../www/styles/tokens.css");
        let found = sheet.lines().find_map(|l| l.trim().strip_prefix(&format!("--{name}:")));
        found.map(|v| v.trim().trim_end_matches(';')).unwrap_or_default()
    }

    #[test]
    fn canvas_and_legend_show_a_class_in_the_same_colour() {
        for (i, [r, g, b]) in CLASSES.iter().enumerate() {
            assert_eq!(token(&format!("class-{i}")), format!("#{r:02x}{g:02x}{b:02x}"), "class {i}");
        }
    }

    #[test]
    fn class_sign_and_split_have_pairs_of_their_own() {
        let names = ["class-0", "class-1", "negative", "positive", "train", "validation"];
        let mut values: Vec<&str> = names.iter().map(|n| token(n)).collect();
        assert!(values.iter().all(|v| v.contains('#')), "{values:?}");
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), names.len(), "a colour has two meanings: {values:?}");
        let [r, g, b] = signed(1.0);
        assert!(token("positive").contains(&format!("#{r:02x}{g:02x}{b:02x}")), "weights and filters agree");
    }
}
