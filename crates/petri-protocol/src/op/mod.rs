//! The operations that a network is made of. One file is one operation: its card, its arguments with their ranges
//! and defaults, its shape, its parameters and its cost. The build script lists the files; the forward pass of each
//! is the file of the same name in `petri-engine/src/op`.

pub mod argument;
pub mod operation;
pub mod window;
mod wire;

use crate::TensorShape;
use argument::checked;
pub use argument::{Argument, Init, Kind, Padding, Sides, UpsampleMode};
pub use operation::{Card, Curve, Group, Operation, Parameters, Start};
pub use wire::Given;
pub(crate) use wire::shorten;

include!(concat!(env!("OUT_DIR"), "/op.rs"));

macro_rules! define {
    ($($module:ident: $Type:ident),*) => {
        $(pub use $module::$Type;)*

        /// One operation with its settings.
        #[derive(Debug, Clone, PartialEq)]
        pub enum OpSpec {
            $(#[doc = concat!("See `op/", stringify!($module), ".rs`.")] $Type($Type),)*
        }

        $(impl From<$Type> for OpSpec {
            fn from(operation: $Type) -> Self {
                Self::$Type(operation)
            }
        })*

        impl OpSpec {
            /// Every operation with its defaults, in alphabetical order of the files.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$Type($Type::default())),*]
            }

            /// Name of the kind in JSON, and of the files.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$Type(_) => stringify!($module),)*
                }
            }

            /// What it says about itself.
            pub fn operation(&self) -> &dyn Operation {
                match self {
                    $(Self::$Type(operation) => operation,)*
                }
            }

            fn operation_mut(&mut self) -> &mut dyn Operation {
                match self {
                    $(Self::$Type(operation) => operation,)*
                }
            }
        }
    };
}
op_types!(define);

impl OpSpec {
    /// Its card.
    pub fn card(&self) -> &'static Card {
        self.operation().card()
    }

    /// Short name of the kind: stem of default node names and word of the notation.
    pub fn word(&self) -> &'static str {
        self.card().word
    }

    /// True for operations of the same kind, whatever their settings.
    pub fn is_kind_of(&self, other: &Self) -> bool {
        self.kind() == other.kind()
    }

    /// True for the operations that take several inputs.
    pub fn takes_many(&self) -> bool {
        self.operation().takes_many()
    }

    /// True for both kinds of convolution: the nodes whose filters and feature maps are drawn.
    pub fn is_convolution(&self) -> bool {
        self.operation().is_convolution()
    }

    /// True for activation functions.
    pub fn is_activation(&self) -> bool {
        self.card().group == Group::Activation
    }

    /// Number of neurons of a fully connected layer.
    pub fn units(&self) -> Option<usize> {
        self.operation().units()
    }

    /// True for operations with trainable values.
    pub fn has_parameters(&self) -> bool {
        self.operation().has_parameters()
    }

    /// Shape of the output of this operation for the shapes of its inputs.
    ///
    /// # Errors
    ///
    /// One sentence that says which setting or which input does not fit.
    pub fn infer(&self, inputs: &[TensorShape]) -> Result<TensorShape, String> {
        self.check_limits()?;
        operation::one(inputs)?;
        if inputs.len() > 1 && !self.takes_many() {
            return Err(format!("takes one input, has {}", inputs.len()));
        }
        checked(self.operation().infer(inputs)?)
    }

    /// Trainable values for inputs that [`Self::infer`] accepted; `None` when there are none.
    pub fn parameters(&self, inputs: &[TensorShape]) -> Option<Parameters> {
        self.operation().parameters(inputs)
    }

    /// Number of trainable values.
    pub fn n_parameters(&self, inputs: &[TensorShape]) -> usize {
        self.parameters(inputs).map_or(0, |p| p.len())
    }

    /// How many of the trainable values are biases (or shifts).
    pub fn n_biases(&self, inputs: &[TensorShape]) -> usize {
        self.parameters(inputs).map_or(0, |p| p.n_biases)
    }

    /// Floating-point operations of the forward pass for one sample; a multiplication and an
    /// addition count as two.
    pub fn flops(&self, inputs: &[TensorShape], output: TensorShape) -> u64 {
        self.operation().flops(inputs, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation;

    #[test]
    fn words_are_names_and_no_two_operations_share_one() {
        let all = OpSpec::all();
        for op in &all {
            assert!(crate::network::is_name(op.word()), "{op:?}");
            assert_eq!(all.iter().filter(|other| other.word() == op.word()).count(), 1, "{op:?}");
            let card = op.card();
            assert!(!card.help.is_empty() && card.help.ends_with('.'), "{op:?}");
            assert!(card.forward.ends_with('.') && card.backward.ends_with('.'), "{op:?}");
        }
    }

    #[test]
    fn every_operation_survives_notation_and_json_with_its_defaults() {
        for op in OpSpec::all() {
            let text = notation::print_op(&op);
            assert_eq!(notation::parse(&text).expect("own notation").nodes[0].op, op, "{text}");
            let json = serde_json::to_string(&op).expect("plain data");
            assert_eq!(serde_json::from_str::<OpSpec>(&json).expect("own JSON"), op, "{json}");
            op.check_limits().expect("defaults within their limits");
        }
    }

    #[test]
    fn curves_have_the_slope_and_the_range_that_they_say() {
        for op in OpSpec::all() {
            let Some(curve) = op.operation().curve() else { continue };
            let mut steepest = 0.0f32;
            // Steps of 1/16, between the kinks at whole numbers.
            for z in (-128..128).map(|i| (i as f32 + 0.5) / 16.0) {
                let h = 1.0 / 64.0;
                let measured = ((curve.value)(z + h) - (curve.value)(z - h)) / (2.0 * h);
                let slope = (curve.slope)(z);
                assert!((measured - slope).abs() < 5e-3, "{op:?} at {z}: {slope}, measured {measured}");
                steepest = steepest.max(slope);
                let value = (curve.value)(z);
                assert!(value >= curve.range.0 - 1e-3 && value <= curve.range.1 + 1e-3, "{op:?} at {z}: {value}");
            }
            assert!((steepest - curve.steepest).abs() < 0.02, "{op:?}: {steepest}, not {}", curve.steepest);
        }
    }

    #[test]
    fn parameters_are_declared_where_the_card_says_so() {
        for op in OpSpec::all() {
            let inputs = [TensorShape::Features(6), TensorShape::image(4, 8, 8), TensorShape::image(1, 8, 8)];
            let accepted: Vec<_> = inputs.into_iter().filter(|i| op.infer(&[*i]).is_ok()).collect();
            for input in accepted {
                assert_eq!(op.has_parameters(), op.n_parameters(&[input]) > 0, "{op:?} on {input}");
            }
        }
    }
}
