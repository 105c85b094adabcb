//! The way of two watched parameters through a run: the whole of it, thinned out as it grows.

/// Most points that are kept.
const MAX_POINTS: usize = 4096;

/// Points at every `stride`-th step.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    points: Vec<[f32; 2]>,
    stride: usize,
    /// Values seen since the last one that was kept.
    seen: usize,
    /// The newest value, which is always shown.
    newest: Option<[f32; 2]>,
}

impl Default for Path {
    fn default() -> Self {
        Self { points: Vec::new(), stride: 1, seen: 0, newest: None }
    }
}

impl Path {
    /// Takes in the values of further steps.
    pub fn extend(&mut self, values: &[[f32; 2]]) {
        for value in values {
            self.newest = None;
            if self.seen.is_multiple_of(self.stride) {
                self.points.push(*value);
            } else {
                self.newest = Some(*value);
            }
            self.seen += 1;
            if self.points.len() == MAX_POINTS {
                let mut index = 0;
                self.points.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.stride *= 2;
            }
        }
    }

    /// From the first value to the newest.
    pub fn points(&self) -> Vec<[f32; 2]> {
        self.points.iter().copied().chain(self.newest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_keeps_its_beginning_and_its_end() {
        let mut path = Path::default();
        let n = 100_001;
        for step in 0..n {
            path.extend(&[[step as f32, 0.0]]);
        }
        let points = path.points();
        assert!(points.len() <= MAX_POINTS && points.len() > MAX_POINTS / 4, "{}", points.len());
        assert_eq!((points[0][0], points[points.len() - 1][0]), (0.0, (n - 1) as f32));
        let gaps: Vec<f32> = points.windows(2).map(|p| p[1][0] - p[0][0]).collect();
        assert!(gaps[..gaps.len() - 1].iter().all(|g| *g == gaps[0]), "evenly thinned");
    }

    #[test]
    fn a_short_path_is_whole() {
        let mut path = Path::default();
        path.extend(&[[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(path.points(), [[1.0, 2.0], [3.0, 4.0]]);
    }
}
