//! The state dictionary: everything that a run has learned, as named tensors and numbers on the host.
//!
//! Names and layouts are PyTorch's (`conv1.weight`, `batchnorm1.running_mean`; a fully connected weight is
//! `[out, in]`), so that weights go to and come from other programs without a table of names. Moments of the
//! optimizer stand behind `optimizer.`, the network of the best epoch behind `best.`. Nothing random needs to be
//! kept: every stream is drawn from the seed, the epoch and the step.

use std::collections::BTreeMap;

use petri_protocol::SortedMap;

use petri_protocol::event::PayloadPart;

use crate::error::EngineError;
use crate::layers::HostTensor;

/// Prefix of the optimizer's moments.
pub const OPTIMIZER: &str = "optimizer.";
/// Prefix of the network of the epoch with the lowest validation loss.
pub const BEST: &str = "best.";

/// Named tensors and numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateDict {
    /// Tensors by name.
    pub tensors: BTreeMap<String, HostTensor>,
    /// Counters and scores by name (`step`, `optimizer.step`, `best.loss`).
    pub numbers: SortedMap<String, f64>,
}

impl StateDict {
    /// A tensor of a given shape.
    ///
    /// # Errors
    ///
    /// When it is missing, has another shape, or holds another number of values.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<&HostTensor, EngineError> {
        let Some(tensor) = self.tensors.get(name) else {
            return Err(EngineError::State { why: format!("\"{name}\" is missing") });
        };
        if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
            return Err(EngineError::State { why: format!("\"{name}\" is {:?}, expected {shape:?}", tensor.shape) });
        }
        Ok(tensor)
    }

    /// A counter.
    ///
    /// # Errors
    ///
    /// When it is missing or no whole number of at most 32 bits.
    pub fn count(&self, name: &str) -> Result<u32, EngineError> {
        let whole = |v: &f64| v.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(v);
        match self.numbers.get(name) {
            Some(value) if whole(value) => Ok(*value as u32),
            Some(value) => Err(EngineError::State { why: format!("\"{name}\" is {value}, expected a counter") }),
            None => Err(EngineError::State { why: format!("\"{name}\" is missing") }),
        }
    }

    /// Takes in the tensors of another dictionary behind a prefix.
    pub fn extend(&mut self, prefix: &str, other: Self) {
        self.tensors.extend(other.tensors.into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
        self.numbers.extend(other.numbers.into_iter().map(|(name, number)| (format!("{prefix}{name}"), number)));
    }

    /// The part behind a prefix, without it.
    pub fn part(&self, prefix: &str) -> Self {
        let strip = |name: &String| name.strip_prefix(prefix).map(str::to_owned);
        Self {
            tensors: self.tensors.iter().filter_map(|(n, t)| Some((strip(n)?, t.clone()))).collect(),
            numbers: self.numbers.iter().filter_map(|(n, v)| Some((strip(n)?, *v))).collect(),
        }
    }

    /// As parts of a message, with all values behind each other. Numbers travel in the header, exactly.
    pub fn into_payload(self) -> (SortedMap<String, f64>, Vec<PayloadPart>, Vec<f32>) {
        let mut parts = Vec::with_capacity(self.tensors.len());
        let mut values = Vec::with_capacity(self.tensors.values().map(|t| t.values.len()).sum());
        for (name, tensor) in self.tensors {
            parts.push(PayloadPart { name, shape: tensor.shape });
            values.extend(tensor.values);
        }
        (self.numbers, parts, values)
    }

    /// From the parts of a message, which may have been damaged on its way.
    ///
    /// # Errors
    ///
    /// When the shapes do not add up to the values.
    pub fn from_payload(numbers: SortedMap<String, f64>, parts: Vec<PayloadPart>, values: &[f32]) -> Result<Self, EngineError> {
        let mut tensors = BTreeMap::new();
        let mut rest = values;
        for part in parts {
            let n = part.shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side)).filter(|n| *n <= rest.len());
            let Some(n) = n else {
                return Err(EngineError::State { why: format!("\"{}\" is longer than what came", part.name) });
            };
            let (mine, others) = rest.split_at(n);
            rest = others;
            tensors.insert(part.name, HostTensor { shape: part.shape, values: mine.to_vec() });
        }
        if !rest.is_empty() {
            return Err(EngineError::State { why: format!("{} values have no name", rest.len()) });
        }
        Ok(Self { tensors, numbers })
    }
}

/// Rows become columns: burn keeps a fully connected weight as `[in, out]`, PyTorch as `[out, in]`.
pub fn transposed(tensor: &HostTensor) -> HostTensor {
    let (&[rows, columns], true) = (&tensor.shape[..].try_into().unwrap_or([0; 2]), tensor.shape.len() == 2) else {
        return tensor.clone();
    };
    let mut values = Vec::with_capacity(tensor.values.len());
    for column in 0..columns {
        values.extend((0..rows).map(|row| tensor.values[row * columns + column]));
    }
    HostTensor { shape: vec![columns, rows], values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> StateDict {
        let mut state = StateDict::default();
        let tensor = |shape: &[usize]| HostTensor {
            shape: shape.to_vec(),
            values: (0..shape.iter().product::<usize>()).map(|i| i as f32).collect(),
        };
        state.tensors.insert("dense1.weight".into(), tensor(&[2, 3]));
        state.tensors.insert("best.dense1.weight".into(), tensor(&[1]));
        state.numbers.insert("step".into(), 7.0);
        state
    }

    #[test]
    fn a_message_brings_back_the_same_state() {
        let (numbers, parts, values) = example().into_payload();
        assert_eq!(StateDict::from_payload(numbers, parts, &values).expect("own payload"), example());
    }

    #[test]
    fn damaged_messages_are_refused() {
        let (numbers, parts, values) = example().into_payload();
        let read = |parts: Vec<PayloadPart>, values: &[f32]| StateDict::from_payload(numbers.clone(), parts, values);
        assert!(read(parts.clone(), &values[1..]).is_err(), "too few values");
        assert!(read(parts[..1].to_vec(), &values).is_err(), "values without a name");
        let huge = PayloadPart { name: "x".into(), shape: vec![usize::MAX, 2] };
        assert!(read(vec![huge], &values).is_err(), "a size that overflows");
    }

    #[test]
    fn shapes_and_counters_are_checked() {
        let state = example();
        assert!(state.tensor("dense1.weight", &[2, 3]).is_ok());
        assert!(state.tensor("dense1.weight", &[3, 2]).is_err());
        assert!(state.tensor("dense2.weight", &[2, 3]).is_err());
        assert_eq!(state.count("step").expect("a counter"), 7);
        assert!(state.count("steps").is_err());
        assert_eq!(state.part(BEST).tensors.len(), 1);
    }

    #[test]
    fn transposing_twice_changes_nothing() {
        let tensor = &example().tensors["dense1.weight"];
        assert_eq!(transposed(tensor).values, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(transposed(&transposed(tensor)), *tensor);
    }
}
