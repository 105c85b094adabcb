//! What every setting says about itself, and what follows from it: checks, titles, typed and written values.

use crate::data_info::DataInfo;
use crate::setting::range::Range;
use crate::setting::values::Values;
use crate::{number, typed_number};

/// Largest whole number that every setting can hold in a browser (32 bits).
const MAX_WHOLE: f64 = u32::MAX as f64;

/// One of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// As it stands in links.
    pub word: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// One sentence about it; may be empty.
    pub help: &'static str,
}

impl Choice {
    /// A choice.
    pub const fn new(word: &'static str, title: &'static str, help: &'static str) -> Self {
        Self { word, title, help }
    }
}

/// How a setting is changed.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Whole(Range),
    /// A number that is typed.
    Number(Range),
    /// A number that is typed or chosen on a slider.
    Slider {
        /// What is possible.
        range: Range,
        /// Where the slider begins.
        from: f64,
        /// Where it ends.
        to: f64,
        /// Its step.
        step: f64,
    },
    /// A number that is typed, or chosen on a slider by its power of ten.
    Logarithmic {
        /// What is possible.
        range: Range,
        /// Power of ten where the slider begins.
        from: f64,
        /// Power of ten where it ends.
        to: f64,
    },
    /// One of several values.
    Choice(fn() -> &'static [Choice]),
    /// Yes or no.
    Check,
    /// A network in its notation.
    Network,
    /// A column of the table.
    Column,
    /// Several columns of the table.
    Columns,
}

/// Where a setting stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// With the data set.
    Data,
    /// With the layers.
    Network,
    /// Beside the buttons of a run, since it changes live.
    Run,
    /// With the optimizer.
    Training,
}

/// How a value is written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Plain,
    Percent,
    OffAtZero,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// Dotted key in links, lessons and problems.
    pub key: &'static str,
    /// One sentence that explains it to a person who does not know the word.
    pub help: &'static str,
    /// How it is changed.
    pub kind: Kind,
    /// Where it stands.
    pub panel: Panel,
    /// Its place there; small numbers come first.
    pub place: u16,
    title: &'static str,
    title_for: fn(&Values) -> Option<&'static str>,
    applies: fn(&Values, Option<&DataInfo>) -> bool,
    check: fn(&Values) -> Option<String>,
    written: Written,
}

impl Card {
    /// A setting that applies wherever its key exists.
    pub const fn new(key: &'static str, title: &'static str, kind: Kind, panel: Panel, place: u16) -> Self {
        Self {
            key,
            help: "",
            kind,
            panel,
            place,
            title,
            title_for: |_| None,
            applies: |_, _| true,
            check: |_| None,
            written: Written::Plain,
        }
    }

    /// With one sentence that explains it.
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// With another title for some values of other settings.
    pub const fn titled(mut self, title_for: fn(&Values) -> Option<&'static str>) -> Self {
        self.title_for = title_for;
        self
    }

    /// Only where it does something. The data set is `None` while its file is not loaded.
    pub const fn only_if(mut self, applies: fn(&Values, Option<&DataInfo>) -> bool) -> Self {
        self.applies = applies;
        self
    }

    /// With a check that needs other settings: one sentence when something is wrong.
    pub const fn checked(mut self, check: fn(&Values) -> Option<String>) -> Self {
        self.check = check;
        self
    }

    /// A part of a whole, written as percentage.
    pub const fn percent(mut self) -> Self {
        self.written = Written::Percent;
        self
    }

    /// 0 switches it off.
    pub const fn off_at_zero(mut self) -> Self {
        self.written = Written::OffAtZero;
        self
    }

    /// What people call it, beside the other settings as they are.
    pub fn title(&self, values: &Values) -> &'static str {
        (self.title_for)(values).unwrap_or(self.title)
    }

    /// What people call it, whatever the other settings are.
    pub fn plain_title(&self) -> &'static str {
        self.title
    }

    /// Whether it exists and does something in this experiment.
    pub fn applies(&self, values: &Values, info: Option<&DataInfo>) -> bool {
        (values.has(self.key) || matches!(self.kind, Kind::Network)) && (self.applies)(values, info)
    }

    /// The numbers that are possible.
    pub fn range(&self) -> Option<Range> {
        match self.kind {
            Kind::Whole(range) | Kind::Number(range) | Kind::Slider { range, .. } | Kind::Logarithmic { range, .. } => {
                Some(range)
            }
            _ => None,
        }
    }

    /// What is wrong with its value, in one sentence.
    pub fn check(&self, values: &Values) -> Option<String> {
        if let Some(range) = self.range() {
            let Some(value) = values.number(self.key) else {
                return Some(format!("must be {}, is no number", range.describe()));
            };
            if !range.contains(value) {
                return Some(format!("must be {}, is {value}", range.describe()));
            }
        }
        (self.check)(values)
    }

    /// The text for `link::set` of what a person typed or chose. Numbers outside of the range are passed on, so
    /// that the experiment shows what is wrong with them.
    ///
    /// # Errors
    ///
    /// One sentence when it is no value of this kind.
    pub fn read(&self, text: &str) -> Result<String, String> {
        let text = text.trim();
        match self.kind {
            Kind::Choice(choices) => {
                let found = choices().iter().find(|c| c.word == text || c.title.to_lowercase() == text.to_lowercase());
                found.map(|c| c.word.to_owned()).ok_or_else(|| {
                    let titles: Vec<&str> = choices().iter().map(|c| c.title).collect();
                    format!("choose one of: {}", titles.join("; "))
                })
            }
            Kind::Check => match text.to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Ok("true".into()),
                "false" | "no" | "off" | "0" => Ok("false".into()),
                _ => Err("must be yes or no".into()),
            },
            Kind::Network | Kind::Column | Kind::Columns => Ok(text.to_owned()),
            Kind::Whole(_) | Kind::Number(_) | Kind::Slider { .. } | Kind::Logarithmic { .. } => self.read_number(text),
        }
    }

    /// The value that lies `n` steps from the one in `text`, within the range: what an arrow key does. `None`
    /// where there is no step.
    pub fn stepped(&self, text: &str, n: f64) -> Option<String> {
        let (range, step) = match self.kind {
            Kind::Whole(range) => (range, 1.0),
            Kind::Slider { range, step, .. } => (range, step),
            _ => return None,
        };
        let value = typed_number::parse(text).ok()? + n * step;
        // Sums of tenths have long tails.
        let value = ((value / step).round() * step * 1e9).round() / 1e9;
        let most = if range.below_most { range.most - step } else { range.most };
        let least = if range.above_least { range.least + step } else { range.least };
        Some(value.max(least).min(most).to_string())
    }

    fn read_number(&self, text: &str) -> Result<String, String> {
        if self.written == Written::OffAtZero && text.eq_ignore_ascii_case("off") {
            return Ok("0".into());
        }
        let value = typed_number::parse(text)?;
        if let Kind::Whole(range) = self.kind {
            if value.fract() != 0.0 {
                return Err(format!("must be a whole number, is {value}"));
            }
            if !(0.0..=MAX_WHOLE).contains(&value) {
                return Err(format!("must be {}, is {value}", range.describe()));
            }
        }
        Ok(value.to_string())
    }

    /// A value as people read it, from its text in a link.
    pub fn show(&self, text: &str) -> String {
        if let Kind::Choice(choices) = self.kind {
            return choices().iter().find(|c| c.word == text).map_or(text, |c| c.title).to_owned();
        }
        match (self.kind, self.written, number::read(text)) {
            (Kind::Check, ..) => if text == "true" { "yes" } else { "no" }.into(),
            (_, Written::OffAtZero, Some(0.0)) => "off".into(),
            (_, Written::Percent, Some(value)) => format!("{}\u{202f}%", (value * 1000.0).round() / 10.0),
            _ => text.to_owned(),
        }
    }
}
