//! Many bytes in pages of a few MiB: a browser often cannot give one piece of several hundred.

use std::ops::Range;

/// Size of a page in bytes, unless one sample is larger.
pub const PAGE_BYTES: usize = 4 << 20;

/// Samples of equal length, some thousand in a page; none lies in two pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    pages: Vec<Vec<u8>>,
    page_len: usize,
}

impl Pages {
    /// Without any samples; each will have `sample_len` bytes.
    pub fn new(sample_len: usize) -> Self {
        let sample_len = sample_len.max(1);
        Self { pages: Vec::new(), page_len: (PAGE_BYTES / sample_len).max(1) * sample_len }
    }

    /// Bytes of each page but the last.
    pub fn page_len(&self) -> usize {
        self.page_len
    }

    /// Adds a page. Those before it are full.
    pub fn push(&mut self, page: Vec<u8>) {
        self.pages.push(page);
    }

    /// The pages, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.pages.iter().map(Vec::as_slice)
    }

    /// The pages, to be changed in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.pages.iter_mut().map(Vec::as_mut_slice)
    }

    /// Some bytes of one sample, counted from the beginning of the first.
    pub fn of_sample(&self, range: Range<usize>) -> &[u8] {
        let (page, start) = (range.start / self.page_len, range.start % self.page_len);
        &self.pages[page][start..start + range.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sample_lies_in_two_pages() {
        let sample = 3 * 64 * 64;
        let mut pages = Pages::new(sample);
        assert!(pages.page_len() <= PAGE_BYTES && pages.page_len().is_multiple_of(sample));
        let per_page = pages.page_len() / sample;
        let n = per_page + 2;
        for first in (0..n).step_by(per_page) {
            let samples = first..n.min(first + per_page);
            pages.push(samples.flat_map(|i| vec![(i % 251) as u8; sample]).collect());
        }
        assert_eq!(pages.iter().count(), 2);
        for i in [0, per_page - 1, per_page, n - 1] {
            assert_eq!(pages.of_sample(i * sample..(i + 1) * sample), vec![(i % 251) as u8; sample]);
        }
        assert_eq!(Pages::new(PAGE_BYTES + 1).page_len(), PAGE_BYTES + 1, "one large sample is a page");
    }
}
