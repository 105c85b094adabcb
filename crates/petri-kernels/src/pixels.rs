//! Walks over the pixels of images, four at a time with all their channels.

use crate::simd::F32x4;

/// Four pixels of `[n, channels, area]`, also of different images; past the last, it is repeated.
pub(crate) struct Pixels {
    /// Which of the `n · area` pixels these are.
    pub(crate) pixels: [usize; 4],
    /// How many of them are no repetition.
    pub(crate) n_real: usize,
    /// Where the first channel of each lies.
    first: [usize; 4],
    /// Whether they lie side by side.
    together: bool,
    /// Distance from channel to channel.
    area: usize,
}

/// Calls `f` for all pixels, four at a time.
#[inline(always)]
pub(crate) fn for_each_group(n: usize, channels: usize, area: usize, mut f: impl FnMut(&Pixels)) {
    let all = n * area;
    for start in (0..all).step_by(4) {
        let pixels: [usize; 4] = std::array::from_fn(|i| (start + i).min(all - 1));
        let first = pixels.map(|pixel| pixel / area * channels * area + pixel % area);
        f(&Pixels { pixels, n_real: (all - start).min(4), first, together: (1..4).all(|i| first[i] == first[0] + i), area });
    }
}

impl Pixels {
    #[inline(always)]
    pub(crate) fn load(&self, x: &[f32], channel: usize) -> F32x4 {
        let offset = channel * self.area;
        match x[self.first[0] + offset..].first_chunk() {
            Some(four) if self.together => F32x4::from_array(*four),
            _ => F32x4::from_array(self.first.map(|first| x[first + offset])),
        }
    }

    #[inline(always)]
    pub(crate) fn store(&self, value: F32x4, y: &mut [f32], channel: usize) {
        let offset = channel * self.area;
        match y[self.first[0] + offset..].first_chunk_mut() {
            Some(four) if self.together => *four = value.to_array(),
            // A repeated pixel is written several times, each time the same.
            _ => self.first.iter().zip(value.to_array()).for_each(|(first, value)| y[first + offset] = value),
        }
    }
}
