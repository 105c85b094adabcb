//! Pictures as bytes for a canvas: grey images, heat maps, tiles of feature maps.

use super::colormap::{self, Rgb};

/// Pixels in RGBA, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// A transparent picture.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, rgba: vec![0; 4 * width * height] }
    }

    /// Sets one pixel.
    pub fn set(&mut self, x: usize, y: usize, [r, g, b]: Rgb) {
        let at = 4 * (y * self.width + x);
        if let Some(pixel) = self.rgba.get_mut(at..at + 4) {
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
    }
}

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Viridis from the smallest to the largest value.
    Magnitude,
    /// Purple-white-green, symmetric around zero.
    Signed,
}

fn coloring(values: &[f32], scale: Scale) -> impl Fn(f32) -> Rgb {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f32::INFINITY, f32::min);
    let high = finite().fold(f32::NEG_INFINITY, f32::max);
    let largest = low.abs().max(high.abs()).max(1e-12);
    let span = (high - low).max(1e-12);
    move |v| match scale {
        Scale::Magnitude => colormap::viridis((v - low) / span),
        Scale::Signed => colormap::signed(v / largest),
    }
}

/// Maps of `[n, height, width]` side by side in a grid with gaps of one pixel; each map has its own
/// range, so that a weak one is seen too.
pub fn tiles(values: &[f32], n: usize, height: usize, width: usize, columns: usize, scale: Scale) -> Picture {
    let columns = columns.clamp(1, n.max(1));
    let rows = n.div_ceil(columns);
    if n == 0 || height == 0 || width == 0 {
        return Picture::new(0, 0);
    }
    let mut picture = Picture::new(columns * (width + 1) - 1, rows * (height + 1) - 1);
    for (i, map) in values.chunks_exact(height * width).take(n).enumerate() {
        let color = coloring(map, scale);
        let (left, top) = (i % columns * (width + 1), i / columns * (height + 1));
        for (p, v) in map.iter().enumerate() {
            picture.set(left + p % width, top + p / width, color(*v));
        }
    }
    picture
}

/// An image of `[channels, height, width]` with values from 0 to 1.
pub fn image(values: &[f32], channels: usize, height: usize, width: usize) -> Picture {
    let mut picture = Picture::new(width, height);
    let area = height * width;
    for p in 0..area {
        let at = |c: usize| (values.get(c * area + p).copied().unwrap_or(0.0).clamp(0.0, 1.0) * 255.0) as u8;
        let rgb = if channels == 3 { [at(0), at(1), at(2)] } else { [at(0); 3] };
        picture.set(p % width, p / width, rgb);
    }
    picture
}

/// A mask over a grey image: pixels of class 1 by probability, in the class's colour.
pub fn overlay(picture: &mut Picture, probability: &[f32]) {
    let [r, g, b] = colormap::class(1);
    for (pixel, p) in picture.rgba.chunks_exact_mut(4).zip(probability) {
        let strength = 0.6 * p.clamp(0.0, 1.0);
        for (channel, color) in pixel.iter_mut().zip([r, g, b]) {
            *channel = (f32::from(*channel) * (1.0 - strength) + f32::from(color) * strength) as u8;
        }
    }
}

/// Decision regions from `[k, side, side]` probabilities: the colour of the answer, paler where the network is
/// less sure. With two classes the answer is the second one from `threshold` on, with more the likeliest.
pub fn regions(values: &[f32], k: usize, side: usize, threshold: f32) -> Picture {
    let mut picture = Picture::new(side, side);
    let n = side * side;
    let at = |c: usize, cell: usize| values.get(c * n + cell).copied().unwrap_or(0.0);
    for cell in 0..n {
        let (best, sure) = if k == 2 {
            let p = at(1, cell);
            if p > threshold { (1, (p - threshold) / (1.0 - threshold)) } else { (0, (threshold - p) / threshold) }
        } else {
            let likeliest = |(best, p), c| if at(c, cell) > p { (c, at(c, cell)) } else { (best, p) };
            let (best, p) = (0..k).fold((0, f32::NEG_INFINITY), likeliest);
            let chance = 1.0 / k.max(2) as f32;
            (best, (p - chance) / (1.0 - chance))
        };
        let is_number = (0..k).all(|c| at(c, cell).is_finite());
        // At a threshold of 0 or 1 one of the answers has no room to be sure in.
        let sure = if sure.is_finite() { sure.clamp(0.0, 1.0) } else { 1.0 };
        let rgb = if is_number { colormap::toward_class(best, 0.08 + 0.62 * sure) } else { [128; 3] };
        picture.set(cell % side, cell / side, rgb);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_stand_in_a_grid_with_gaps() {
        let values: Vec<f32> = (0..12).map(|v| v as f32).collect();
        let picture = tiles(&values, 3, 2, 2, 2, Scale::Magnitude);
        assert_eq!((picture.width, picture.height), (5, 5));
        let pixel = |x: usize, y: usize| &picture.rgba[4 * (y * 5 + x)..][..4];
        assert_eq!(pixel(2, 0), [0, 0, 0, 0], "a gap");
        assert_eq!(pixel(0, 0), pixel(3, 0), "each map has its own range");
    }

    #[test]
    fn regions_show_the_likelier_class() {
        let color = |second: f32, threshold: f32| regions(&[1.0 - second, second], 2, 1, threshold).rgba[..3].to_vec();
        assert_eq!(color(0.1, 0.5), colormap::toward_class(0, 0.08 + 0.62 * 0.8));
        assert_eq!(color(0.1, 0.05)[..], colormap::toward_class(1, 0.08 + 0.62 * 0.05 / 0.95), "above the threshold");
        assert_eq!(color(f32::NAN, 0.5), [128; 3]);
        assert_eq!(color(0.5, 0.5), colormap::toward_class(0, 0.08), "the first of equal ones");
        assert_eq!(color(1.7, 0.5), colormap::toward_class(1, 0.7), "squared error knows no bounds");
        let three = regions(&[0.2, 0.5, 0.3], 3, 1, 0.5);
        assert_eq!(three.rgba[..3], colormap::toward_class(1, 0.08 + 0.62 * 0.25));
    }

    #[test]
    fn colour_images_are_taken_channel_by_channel() {
        assert_eq!(image(&[1.0, 0.0, 0.5], 3, 1, 1).rgba, [255, 0, 127, 255]);
    }
}
