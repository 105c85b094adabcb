//! The arguments of operations: their kinds of value, as text in a link, as JSON in a message, as a control.

use serde_json::Value;

use crate::{TensorShape, number, size};

/// Largest kernel, stride, number of filters … that a control or a link may ask for.
pub const MAX_SETTING: usize = 4096;

/// One argument of an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Argument {
    /// Name in menus and JSON.
    pub field: &'static str,
    /// Name in the notation; empty for the argument that stands first and without a name.
    pub key: &'static str,
    /// What it is, with its unit.
    pub help: &'static str,
    /// Smallest number.
    pub least: f64,
    /// Largest number.
    pub most: f64,
    /// Whether the largest number itself is excluded.
    pub below_most: bool,
}

impl Argument {
    /// A whole number from `least` to [`MAX_SETTING`], or a choice, for which the limits do not count.
    pub const fn new(field: &'static str, key: &'static str, help: &'static str, least: usize) -> Self {
        Self { field, key, help, least: least as f64, most: MAX_SETTING as f64, below_most: false }
    }

    /// With another smallest number.
    pub const fn from(mut self, least: f64) -> Self {
        self.least = least;
        self
    }

    /// With another largest number.
    pub const fn up_to(mut self, most: f64) -> Self {
        self.most = most;
        self
    }

    /// The largest number itself is excluded.
    pub const fn excluded(mut self) -> Self {
        self.below_most = true;
        self
    }

    /// Checks the numbers of a value.
    ///
    /// # Errors
    ///
    /// One sentence with the limit.
    pub fn check(&self, setting: &dyn Setting) -> Result<(), String> {
        let Self { field, least, most, .. } = *self;
        for n in setting.numbers() {
            if self.below_most {
                if !(n >= least && n < most) {
                    return Err(format!("{field} must be at least {least} and below {most}, is {n}"));
                }
            } else if n.is_nan() || n < least {
                return Err(format!("{field} must be at least {least}"));
            } else if n > most {
                return Err(format!("{field} must be at most {most}, is {n}"));
            }
        }
        Ok(())
    }
}

/// How a control shows a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Whole numbers, joined by `+`.
    List,
    /// Numbers, joined by `+`.
    Numbers,
    /// A number for both sides, or height and width as `1x7`.
    Sides,
    /// `valid`, `same`, or pixels as [`Self::Sides`].
    Padding,
}

/// A value that an argument can have.
pub trait Setting {
    /// As text.
    fn print(&self) -> String;

    /// From text.
    ///
    /// # Errors
    ///
    /// What is wrong with it: "is no number".
    fn read(&mut self, text: &str) -> Result<(), String>;

    /// As JSON.
    fn to_json(&self) -> Value;

    /// From JSON. False when it does not fit; nothing is changed then.
    fn set_json(&mut self, value: &Value) -> bool;

    /// The numbers that must be within the limits.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }

    /// How a control shows it.
    fn kind(&self) -> Kind;
}

/// Looks at the arguments of an operation, one after the other.
pub trait Visit {
    /// An argument, its value, and its default as text; an empty default means that it has none.
    fn visit(&mut self, argument: &Argument, value: &mut dyn Setting, default: &str);
}

fn read_whole(text: &str) -> Result<usize, String> {
    text.trim().parse().ok().ok_or_else(no_number)
}

fn read_number(text: &str) -> Result<f64, String> {
    number::read(text.trim()).ok_or_else(no_number)
}

fn no_number() -> String {
    "is no number".to_owned()
}

fn whole(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|n| usize::try_from(n).ok())
}

impl Setting for usize {
    fn print(&self) -> String {
        self.to_string()
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        *self = read_whole(text)?;
        Ok(())
    }
    fn to_json(&self) -> Value {
        (*self).into()
    }
    fn set_json(&mut self, value: &Value) -> bool {
        whole(value).map(|n| *self = n).is_some()
    }
    fn numbers(&self) -> Vec<f64> {
        vec![*self as f64]
    }
    fn kind(&self) -> Kind {
        Kind::Whole
    }
}

impl Setting for f64 {
    fn print(&self) -> String {
        self.to_string()
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        *self = read_number(text)?;
        Ok(())
    }
    fn to_json(&self) -> Value {
        (*self).into()
    }
    fn set_json(&mut self, value: &Value) -> bool {
        value.as_f64().map(|n| *self = n).is_some()
    }
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
    fn kind(&self) -> Kind {
        Kind::Number
    }
}

impl Setting for bool {
    fn print(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        *self = match text {
            "yes" => true,
            "no" => false,
            _ => return Err("is neither yes nor no".into()),
        };
        Ok(())
    }
    fn to_json(&self) -> Value {
        (*self).into()
    }
    fn set_json(&mut self, value: &Value) -> bool {
        value.as_bool().map(|b| *self = b).is_some()
    }
    fn kind(&self) -> Kind {
        Kind::Flag
    }
}

/// Some programs turn + into a space when they pass a link on.
const JOINS: [char; 2] = ['+', ' '];

macro_rules! list {
    ($number:ty, $kind:expr, $read:expr, $from_json:expr) => {
        impl Setting for Vec<$number> {
            fn print(&self) -> String {
                self.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
            }
            fn read(&mut self, text: &str) -> Result<(), String> {
                *self = text.split(JOINS).map($read).collect::<Result<_, String>>()?;
                Ok(())
            }
            fn to_json(&self) -> Value {
                self.iter().copied().map(Value::from).collect()
            }
            fn set_json(&mut self, value: &Value) -> bool {
                let values = value.as_array().and_then(|all| all.iter().map($from_json).collect());
                values.map(|values| *self = values).is_some()
            }
            fn numbers(&self) -> Vec<f64> {
                self.iter().map(|n| *n as f64).collect()
            }
            fn kind(&self) -> Kind {
                $kind
            }
        }
    };
}
list!(usize, Kind::List, read_whole, whole);
list!(f64, Kind::Numbers, read_number, Value::as_f64);

/// A setting with a value for each side of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sides {
    /// Down the image.
    pub height: usize,
    /// Across the image.
    pub width: usize,
}

impl From<usize> for Sides {
    fn from(both: usize) -> Self {
        Self { height: both, width: both }
    }
}

impl From<Sides> for [usize; 2] {
    fn from(sides: Sides) -> Self {
        [sides.height, sides.width]
    }
}

impl Sides {
    /// Height and width.
    pub fn new(height: usize, width: usize) -> Self {
        Self { height, width }
    }

    /// Height × width, at most [`size::MAX`].
    pub fn area(self) -> usize {
        size::capped_product(&[self.height, self.width])
    }
}

impl std::fmt::Display for Sides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.height == self.width { write!(f, "{}", self.height) } else { write!(f, "{}x{}", self.height, self.width) }
    }
}

impl Setting for Sides {
    fn print(&self) -> String {
        self.to_string()
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        *self = match text.split_once(['x', '×']) {
            Some((height, width)) => Self::new(read_whole(height)?, read_whole(width)?),
            None => read_whole(text)?.into(),
        };
        Ok(())
    }
    fn to_json(&self) -> Value {
        if self.height == self.width { self.height.into() } else { vec![self.height, self.width].into() }
    }
    fn set_json(&mut self, value: &Value) -> bool {
        let sides = match value.as_array().map(Vec::as_slice) {
            Some([height, width]) => whole(height).zip(whole(width)).map(|(h, w)| Self::new(h, w)),
            Some(_) => None,
            None => whole(value).map(Self::from),
        };
        sides.map(|sides| *self = sides).is_some()
    }
    fn numbers(&self) -> Vec<f64> {
        vec![self.height as f64, self.width as f64]
    }
    fn kind(&self) -> Kind {
        Kind::Sides
    }
}

/// Padding of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    /// None: the output shrinks.
    #[default]
    Valid,
    /// As many zeros on each side as keep height and width at stride 1. Odd kernels only.
    Same,
    /// This many zeros above and below, left and right.
    Pixels(Sides),
}

impl Setting for Padding {
    fn print(&self) -> String {
        match self {
            Self::Valid => "valid".into(),
            Self::Same => "same".into(),
            Self::Pixels(sides) => sides.print(),
        }
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        *self = match text {
            "valid" => Self::Valid,
            "same" => Self::Same,
            _ => {
                let mut sides = Sides::from(0);
                sides.read(text).ok().ok_or("is neither same nor valid nor a number")?;
                Self::Pixels(sides)
            }
        };
        Ok(())
    }
    fn to_json(&self) -> Value {
        match self {
            Self::Pixels(sides) => serde_json::json!({ "pixels": sides.to_json() }),
            _ => self.print().into(),
        }
    }
    fn set_json(&mut self, value: &Value) -> bool {
        let mut sides = Sides::from(0);
        let padding = match (value.as_str(), value.get("pixels")) {
            (Some("valid"), _) => Self::Valid,
            (Some("same"), _) => Self::Same,
            (_, Some(pixels)) if sides.set_json(pixels) => Self::Pixels(sides),
            _ => return false,
        };
        *self = padding;
        true
    }
    fn numbers(&self) -> Vec<f64> {
        if let Self::Pixels(sides) = self { sides.numbers() } else { Vec::new() }
    }
    fn kind(&self) -> Kind {
        Kind::Padding
    }
}

/// One of a few words.
pub trait Choice: Copy + PartialEq + 'static {
    /// All of them.
    const WORDS: &'static [&'static str];
    /// The values, in the same order.
    const VALUES: &'static [Self];
}

impl<C: Choice> Setting for C {
    fn print(&self) -> String {
        let words = C::VALUES.iter().zip(C::WORDS);
        words.filter(|(value, _)| *value == self).map(|(_, word)| (*word).to_owned()).collect()
    }
    fn read(&mut self, text: &str) -> Result<(), String> {
        let found = C::WORDS.iter().zip(C::VALUES).find(|(word, _)| **word == text);
        *self = *found.ok_or_else(|| format!("is none of {}", C::WORDS.join(", ")))?.1;
        Ok(())
    }
    fn to_json(&self) -> Value {
        self.print().into()
    }
    fn set_json(&mut self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.read(text).is_ok())
    }
    fn kind(&self) -> Kind {
        Kind::Choice(C::WORDS)
    }
}

/// How the initial weights of a layer are drawn. Biases always start at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Init {
    /// Uniform in ±√(6 / (fan_in + fan_out)) (Glorot and Bengio 2010). For sigmoid and tanh.
    #[default]
    Glorot,
    /// Normal with standard deviation √(2 / fan_in) (He et al. 2015). For ReLU.
    He,
    /// All zero: what happens when nothing breaks the symmetry.
    Zero,
}

impl Choice for Init {
    const WORDS: &'static [&'static str] = &["glorot", "he", "zero"];
    const VALUES: &'static [Self] = &[Self::Glorot, Self::He, Self::Zero];
}

/// How an image is enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpsampleMode {
    /// Repeats each pixel.
    #[default]
    Nearest,
    /// Interpolates linearly in both directions (corners not aligned, as PyTorch's default).
    Bilinear,
}

impl Choice for UpsampleMode {
    const WORDS: &'static [&'static str] = &["nearest", "bilinear"];
    const VALUES: &'static [Self] = &[Self::Nearest, Self::Bilinear];
}

/// A shape that the arithmetic of an operation gives.
///
/// # Errors
///
/// When one sample would hold more values than a network may.
pub fn checked(shape: TensorShape) -> Result<TensorShape, String> {
    if shape.len() > MAX_VALUES {
        return Err(format!("its output of {shape} values is too large (at most {MAX_VALUES})"));
    }
    Ok(shape)
}

/// Largest number of values in one sample anywhere in a network (a 4096×4096 image).
const MAX_VALUES: usize = 1 << 24;
