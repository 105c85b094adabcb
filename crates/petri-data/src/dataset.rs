//! A data set in memory: three parts, each with inputs and targets.

use std::sync::{Arc, OnceLock};

use petri_protocol::{DataInfo, DataSpec, Split, SplitSizes};

use crate::scaling::Scaling;
use crate::values::{Targets, Values};

/// One part of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Number of samples.
    pub n: usize,
    /// Inputs.
    pub inputs: Values,
    /// Targets.
    pub targets: Targets,
}

/// A data set with its three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Shapes, classes, sizes.
    pub info: DataInfo,
    /// Training, validation and test, in this order. Data sets that differ in their scaling share them.
    pub parts: Arc<[Part; 3]>,
    /// How inputs are scaled before they reach the network, fitted on the training part.
    pub scaling: Scaling,
    /// How predicted numbers are scaled for the network, fitted on the training part.
    pub target_scaling: Scaling,
    /// The scaling that the parts ask for, once it was needed.
    fitted: Arc<OnceLock<Scaling>>,
}

impl Dataset {
    /// The part of a split.
    pub fn part(&self, split: Split) -> &Part {
        match split {
            Split::Train => &self.parts[0],
            Split::Validation => &self.parts[1],
            Split::Test => &self.parts[2],
        }
    }

    /// Puts parts together; the class counts of `info` and its sizes are taken from them.
    pub fn new(mut info: DataInfo, parts: [Part; 3]) -> Self {
        info.sizes = SplitSizes { train: parts[0].n, validation: parts[1].n, test: parts[2].n };
        info.class_counts = class_counts(&parts[0].targets, info.n_classes());
        let scaling = Scaling::identity(info.input.channels());
        let (parts, fitted) = (Arc::new(parts), Arc::default());
        Self { info, parts, scaling, target_scaling: Scaling::identity(1), fitted }
    }

    /// Fits the scaling that `spec` asks for on the training part.
    pub fn fit_scaling(&mut self, spec: &DataSpec) {
        let (channels, area) = (self.info.input.channels(), self.info.input.area());
        self.scaling = if spec.standardise {
            self.fitted.get_or_init(|| Scaling::fit(&self.parts[0].inputs, channels, area)).clone()
        } else {
            Scaling::identity(channels)
        };
        self.target_scaling = match &self.parts[0].targets {
            Targets::Numbers(v) if spec.standardise => Scaling::fit(&Values::F32(v.clone()), 1, 1),
            _ => Scaling::identity(1),
        };
    }

    /// The same samples with the scaling that `spec` asks for. Nothing but the description is copied.
    #[must_use]
    pub fn scaled(&self, spec: &DataSpec) -> Self {
        let mut other = self.clone();
        other.fit_scaling(spec);
        other
    }

    /// Weight of each class so that all count alike: n / (k · n_class). A class without samples
    /// gets the weight 1.
    pub fn balanced_weights(&self) -> Vec<f32> {
        let counts = &self.info.class_counts;
        let total: usize = counts.iter().sum();
        counts.iter().map(|&n| if n == 0 { 1.0 } else { total as f32 / (counts.len() as f32 * n as f32) }).collect()
    }

    /// Inputs of one sample as the network sees them.
    pub fn scaled_input(&self, split: Split, index: usize, out: &mut Vec<f32>) {
        let len = self.info.input.len();
        self.scaling.extend(&self.part(split).inputs, index * len..(index + 1) * len, self.info.input.area(), out);
    }

    /// Inputs of one sample for people: pixels from 0 to 1, points as they are.
    pub fn raw_input(&self, split: Split, index: usize, out: &mut Vec<f32>) {
        let range = index * self.info.input.len()..(index + 1) * self.info.input.len();
        match &self.part(split).inputs {
            Values::U8(v) => out.extend(v[range].iter().map(|&p| f32::from(p) / 255.0)),
            Values::Pages(pages) => out.extend(pages.of_sample(range).iter().map(|&p| f32::from(p) / 255.0)),
            Values::F32(v) => out.extend_from_slice(&v[range]),
        }
    }

    /// Targets of one sample as numbers: a class, `k` labels, or the class of each pixel.
    pub fn raw_target(&self, split: Split, index: usize, out: &mut Vec<f32>) {
        match &self.part(split).targets {
            Targets::Classes(v) => out.push(f32::from(v[index])),
            Targets::Numbers(v) => out.push(v[index]),
            Targets::Labels(v) => {
                let k = self.info.n_classes();
                out.extend(v[index * k..(index + 1) * k].iter().map(|&l| f32::from(l)));
            }
            Targets::Masks(v) => {
                let area = self.info.input.area();
                out.extend(v[index * area..(index + 1) * area].iter().map(|&c| f32::from(c)));
            }
        }
    }
}

/// Samples of each class (pixels for masks) in a part.
pub fn class_counts(targets: &Targets, n_classes: usize) -> Vec<usize> {
    let mut counts = vec![0; n_classes];
    match targets {
        Targets::Classes(v) => v.iter().for_each(|&c| counts[usize::from(c)] += 1),
        Targets::Masks(v) => v.iter().for_each(|&c| counts[usize::from(c)] += 1),
        Targets::Labels(v) => {
            for (i, &l) in v.iter().enumerate() {
                counts[i % n_classes] += usize::from(l != 0);
            }
        }
        Targets::Numbers(_) => {}
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_scaling_copies_no_samples() {
        let spec = DataSpec { standardise: true, ..DataSpec::default() };
        let first = crate::generators::generate(&spec, 1).expect("generated");
        let second = first.scaled(&DataSpec { standardise: false, ..spec.clone() });
        assert!(Arc::ptr_eq(&first.parts, &second.parts));
        assert_ne!(first.scaling, second.scaling);
        assert_eq!(second.scaling, Scaling::identity(2));
        assert_eq!(second.scaled(&spec).scaling, first.scaling);
    }
}
